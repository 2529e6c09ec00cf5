"""Files of many kinds: MP4 with unusual boxes, other containers, and bytes of no known kind.

Only their first bytes are real.
"""

from __future__ import annotations

import random
import struct

from tests.support.mp4 import FTYP, box, mp4

_EBML = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
HEADS = {
    "webm": _EBML + b"\x42\x82\x84webm\x42\x87\x81\x04",
    "mkv": _EBML + b"\x42\x82\x88matroska\x42\x87\x81\x04",
    "avi": b"RIFF\x10\x27\0\0AVI LIST\xc0\0\0\0hdrlavih",
    "webp": b"RIFF\x10\x27\0\0WEBPVP8 \xc0\0\0\0",
    "gif": b"GIF89a\x80\x02\xe0\x01\xf7\0\0",
    "unknown": b"\x93NUMPY\x01\0\x80\0\xfe\xff",
}
"""The first bytes of other containers."""
SUFFIXES = {
    "mp4": ".mp4",
    "bytes after the last box": ".mp4",
    "first box wide": ".mp4",
    "first box free": ".mp4",
    "first box moov": ".mp4",
    "webm": ".webm",
    "mkv": ".mkv",
    "avi": ".avi",
    "webp": ".webp",
    "gif": ".gif",
    "unknown": ".unverified",
    "zeros": ".unverified",
    "no moov": ".unverified",
}
"""The suffix of a saved file: .mp4 only for files that can be verified."""
TAIL = b"\0\xff trailing bytes \x01"
"""Belongs to no sample: without a known length its absence cannot be noticed."""
ODD = tuple(SUFFIXES)[1:]
BROKEN = ("zeros", "no moov")
"""The kinds that a client requests again before it keeps them."""


def made(
    container: str, size: int, *, seed: int, index_first: bool, wide: bool, to_end: bool
) -> bytes:
    """A file of `size` bytes, different for every seed; the other arguments are an MP4's layout."""
    if container in HEADS:
        noise = random.Random(seed).randbytes(size)  # noqa: S311 - noise
        return (HEADS[container] + noise)[:size]
    if container == "zeros":
        return bytes(size + seed % 997)  # otherwise all of them would be equal
    if container == "mp4":
        return mp4(size, seed=seed, index_first=index_first, wide=wide, to_end=to_end)
    data = mp4(size, seed=seed, index_first=index_first or container == "first box moov", wide=wide)
    rest = data[len(FTYP) :]
    match container:
        case "bytes after the last box":
            return data + TAIL
        case "first box wide":
            return box(b"wide") + box(b"free", bytes(len(FTYP) - 16)) + rest
        case "first box free":
            return box(b"free", bytes(len(FTYP) - 8)) + rest
        case "first box moov":
            (length,) = struct.unpack_from(">I", rest)
            return rest[:length] + FTYP + rest[length:]
        case "no moov":
            return data.replace(b"moov", b"moow", 1)
        case _:
            raise LookupError(container)
