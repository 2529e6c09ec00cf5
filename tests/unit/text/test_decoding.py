"""Text in the encodings that shells and editors write."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from hingtui.text.decoding import decode_argument, decode_text, is_binary

TEXT = "video_691209aab0a0 完成\r\nvideo_2\n"
ASCII = "video_691209aab0a0\r\nvideo_2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_its_encoding(encoding: str) -> None:
    data = TEXT.encode(encoding)
    assert decode_text(data) == TEXT
    assert not is_binary(data)


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_ascii_without_a_byte_order_mark_is_read(encoding: str) -> None:
    data = ASCII.encode(encoding)
    assert decode_text(data) == ASCII
    assert not is_binary(data)


@pytest.mark.parametrize("data", [b"\xff video_2", b"video_1\xff\xff video_2\xff", b"\xff\xfev\0i"])
def test_bytes_of_no_encoding_are_read_in_part(data: bytes) -> None:
    assert "v" in decode_text(data)
    assert "\ufffd" not in decode_text(data)


@pytest.mark.parametrize("data", [b"", b"v_1", b"v_1\0v_2\0", b"\x1b[32mv_1\x1b[0m", b"\x1e{}\n"])
def test_separators_and_colours_are_text(data: bytes) -> None:
    assert not is_binary(data)
    assert decode_text(data) == data.decode()


def test_random_bytes_and_video_files_are_no_text() -> None:
    assert is_binary(random.Random(1).randbytes(20_000))  # noqa: S311 - the same in every run
    clip = next(Path(__file__).parents[2].joinpath("data").rglob("*.mp4"))
    assert is_binary(clip.read_bytes())


@pytest.mark.skipif(os.name != "posix", reason="arguments are no bytes there")
@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("a 月", "a 月"),
        (os.fsdecode("满月".encode("gbk")), "满月"),
        (os.fsdecode(b"\xff\xfe"), "  "),
        ("x\ud800", "x?"),
    ],
)
def test_an_argument_is_text_in_whatever_bytes_it_came(argument: str, text: str) -> None:
    assert decode_argument(argument) == text
