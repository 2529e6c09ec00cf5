"""The messages of the decoder process: whatever it sends, lengths are checked."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.preview.pictures import facts_from, picture_from
from hingtui.preview.protocol import (
    DATA_LIMIT,
    HEAD,
    JSON_LIMIT,
    Message,
    ProtocolError,
    encode,
    read_message,
)


def read(data: bytes) -> Message | None:
    return read_message(io.BytesIO(data).read)


def test_a_message_is_read_as_it_was_written() -> None:
    message = Message({"id": 1, "words": "片\udcff"}, b"\0pixels")
    assert read(encode(message)) == message
    assert read(b"") is None


@pytest.mark.parametrize(
    "data",
    [
        HEAD.pack(JSON_LIMIT + 1, 0),
        HEAD.pack(2, DATA_LIMIT + 1) + b"{}",
        HEAD.pack(2, 5) + b"{}abc",
        HEAD.pack(9, 0) + b"{}",
        HEAD.pack(2, 0) + b"[]",
        HEAD.pack(3, 0) + b"{]}",
        HEAD.pack(1 << 15, 0) + b"[" * (1 << 15),
        b"\0\0",
    ],
)
def test_invalid_bytes_are_an_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        read(data)


@pytest.mark.parametrize(
    "head",
    [
        {"width": 2, "height": 2},
        {"width": -1, "height": -4},
        {"width": True, "height": 4},
        {"width": 1e9, "height": 0},
        {"width": "2", "height": [2]},
        {},
    ],
)
def test_a_picture_has_as_many_bytes_as_its_size_says(head: dict[str, object]) -> None:
    assert picture_from(head, b"123") is None


def test_impossible_facts_are_left_out() -> None:
    odd = {"codec": "h264\x1b[31m", "width": 1 << 40, "duration": float("nan"), "has_audio": 1}
    facts = facts_from(odd)
    assert "\x1b" not in facts.codec
    assert (facts.width, facts.duration, facts.has_audio) == (None, None, None)
