"""The banner says what there is room for, and how much it leaves out."""

from __future__ import annotations

import pytest
from rich.text import Text

from hingtui.ui.widgets.banner import fitted


@pytest.mark.parametrize(
    ("messages", "room", "shown"),
    [
        (["one", "two"], 2, ["one", "two"]),
        (["one", "two", "three"], 2, ["one", "… 2 more messages"]),
        (["one", "a longer one", "three"], 3, ["one", "… 2 more messages"]),
        (["a much longer message", "two"], 2, ["a much", "… 1 more message"]),
        (["a much longer message"], 2, ["a much", "…"]),
    ],
)
def test_the_banner_says_how_much_it_leaves_out(
    messages: list[str], room: int, shown: list[str]
) -> None:
    lines = fitted([Text(message) for message in messages], 8, room)
    assert [line.plain for line in lines] == shown
