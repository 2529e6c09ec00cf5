"""Small synthetic MP4 files whose boxes and tables are all in order; no player is needed.

The pictures in them are noise: only the layout is real.
"""

from __future__ import annotations

import random
import struct


def box(kind: bytes, *contents: bytes, wide: bool = False, to_end: bool = False) -> bytes:
    """A box; `wide` writes its size in 64 bits, `to_end` as 0."""
    content = b"".join(contents)
    if wide:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 0 if to_end else 8 + len(content), kind) + content


def full(kind: bytes, *contents: bytes, version: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24), *contents)


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")


def moov(
    chunks: list[int], sizes: list[int], *, wide: bool = False, size: tuple[int, int] = (720, 1280)
) -> bytes:
    """An index of one video track: one sample of `sizes[i]` bytes in the chunk at `chunks[i]`."""
    version = int(wide)
    times = (
        struct.pack(">QQIQ", 1, 1, 1000, 4000) if wide else struct.pack(">IIII", 1, 1, 1000, 4000)
    )
    mvhd = full(b"mvhd", times, bytes(80), version=version)
    tkhd = full(
        b"tkhd",
        bytes(84 if wide else 72),
        struct.pack(">II", size[0] << 16, size[1] << 16),
        version=version,
    )
    count = struct.pack(">I", len(chunks))
    stbl = box(
        b"stbl",
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">I", 0), count, struct.pack(f">{len(sizes)}I", *sizes)),
        full(b"co64", count, struct.pack(f">{len(chunks)}Q", *chunks))
        if wide
        else full(b"stco", count, struct.pack(f">{len(chunks)}I", *chunks)),
    )
    return box(b"moov", mvhd, box(b"trak", tkhd, box(b"mdia", box(b"minf", stbl))))


def mp4(
    length: int = 50_000, *, seed: int = 1, index_first: bool = True, wide: bool = False,
    to_end: bool = False,
) -> bytes:  # fmt: skip
    """A whole MP4 of exactly `length` bytes in ten samples; `to_end` needs the index first."""
    empty_index = moov([0] * 10, [0] * 10, wide=wide)
    head = 16 if wide else 8
    room = length - len(FTYP) - len(empty_index) - head
    sizes = [room // 10] * 9 + [room - room // 10 * 9]
    start = len(FTYP) + head + (len(empty_index) if index_first else 0)
    index = moov([start + room // 10 * i for i in range(10)], sizes, wide=wide)
    data = box(b"mdat", random.Random(seed).randbytes(room), wide=wide, to_end=to_end)  # noqa: S311 - noise
    return FTYP + (index + data if index_first else data + index)
