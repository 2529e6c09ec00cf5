"""Replies about pictures are taken out of the input, whole or in pieces; keys stay keys."""

from __future__ import annotations

import itertools

import pytest
from textual.events import Key
from textual.message import Message

from hingtui.ui.textual_fixes.graphics_query import (
    AbilitiesReported,
    CellReported,
    GraphicsParser,
)


def seen(messages: list[Message]) -> list[object]:
    found: list[object] = []
    for message in messages:
        if isinstance(message, Key):
            found.append(message.key)
        elif isinstance(message, CellReported):
            found.append((message.width, message.height))
        elif isinstance(message, AbilitiesReported):
            found.append(message.has_sixel)
    return found


@pytest.mark.parametrize(
    ("reply", "has_sixel"),
    [
        ("\x1b[?62;4;22c", True),
        ("\x1b[?64;1;2;4c", True),
        ("\x1b[?62;22c", False),
        ("\x1b[?4;22c", False),
        ("\x1b[?6c", False),
    ],
)
def test_sixel_support_is_read_from_the_attributes(reply: str, has_sixel: bool) -> None:
    assert seen(list(GraphicsParser().feed(f"a{reply}b"))) == [has_sixel, "a", "b"]


def test_replies_that_come_in_pieces_are_no_keys() -> None:
    data = "\x1b[6;20;9t\x1b[?62;4c"
    for cut in itertools.chain(range(4, 9), range(13, len(data))):
        parser = GraphicsParser()
        found = [*parser.feed(data[:cut]), *parser.feed(data[cut:])]
        assert seen(found) == [(9, 20), True], cut


def test_keys_that_begin_alike_are_still_keys() -> None:
    assert seen(list(GraphicsParser().feed("\x1b[6~\x1b[A"))) == ["pagedown", "up"]
