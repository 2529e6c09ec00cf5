"""Decode text of an unknown encoding: piped in, or saved by an editor or by PowerShell."""

from __future__ import annotations

import codecs
import os

_SAMPLE = 4096
"""Bytes at the beginning that are examined."""
_MOST_CONTROLS = 0.05
"""Data with a larger share of control characters is not text."""
_USED_IN_TEXT = b"\0\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f"


def decode_text(data: bytes) -> str:
    """`data` as UTF-8, UTF-16 or GB 18030, whichever it is; what is none of them becomes blanks."""
    if encoding := _utf16(data):
        return data.decode(encoding, "replace").replace("\ufffd", " ")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace").replace("\ufffd", " ")


def decode_argument(argument: str) -> str:
    """An argument in which the locale has made surrogates of the bytes, decoded as what they are.

    Not for paths: they keep their bytes.
    """
    try:
        argument.encode()
    except UnicodeEncodeError:
        try:
            return decode_text(os.fsencode(argument))
        except UnicodeEncodeError:  # surrogates that stand for no bytes
            return argument.encode("utf-8", "replace").decode()
    return argument


def is_binary(data: bytes) -> bool:
    """Whether `data` is no text at all, such as a video file."""
    if _utf16(data):
        return False
    sample = data[:_SAMPLE]
    controls = sum(byte < 0x20 and byte not in _USED_IN_TEXT for byte in sample)
    return controls > _MOST_CONTROLS * len(sample)


def _utf16(data: bytes) -> str:
    """The encoding of text in UTF-16; "" for other data.

    Text that holds an id has zeros in it, and plain ASCII a zero in every other byte.
    """
    sample = data[:_SAMPLE]
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and 0 in sample:
        return "utf-16"
    half = len(sample) // 2
    if half < 2:
        return ""
    first, second = sample[: 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if second > 0.7 * half and first < 0.1 * half:
        return "utf-16-le"
    if first > 0.7 * half and second < 0.1 * half:
        return "utf-16-be"
    return ""
