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


def stsz(*sizes: int) -> bytes:
    """The size of each sample."""
    return full(b"stsz", struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes))


def stsz_uniform(size: int, count: int) -> bytes:
    """One size for all of `count` samples."""
    return full(b"stsz", struct.pack(">II", size, count))


def stsc(*runs: tuple[int, int]) -> bytes:
    """Runs of chunks: (number of the first, from 1; samples in each)."""
    entries = [struct.pack(">III", *run, 1) for run in runs]
    return full(b"stsc", struct.pack(">I", len(runs)), *entries)


def stco(*offsets: int) -> bytes:
    """The position of each chunk."""
    return full(b"stco", struct.pack(f">I{len(offsets)}I", len(offsets), *offsets))


def track(*tables: bytes, media: bytes = b"", track_id: int = 1) -> bytes:
    """A track with these sample tables; `media` is what else stands in its `minf`."""
    tkhd = full(
        b"tkhd", struct.pack(">8xI", track_id), bytes(60), struct.pack(">II", 1 << 16, 1 << 16)
    )
    return box(b"trak", tkhd, box(b"mdia", box(b"minf", media, box(b"stbl", *tables))))


def trun(*sizes: int, offset: int | None = None, count: int | None = None) -> bytes:
    """A run of samples; `count` without sizes leaves those to the defaults."""
    flags = (0 if offset is None else 1) | (0x200 if sizes else 0)
    start = b"" if offset is None else struct.pack(">i", offset)
    number = len(sizes) if count is None else count
    content = struct.pack(f">{len(sizes)}I", *sizes)
    return box(b"trun", struct.pack(">II", flags, number), start, content)


def tfhd(*, base: int | None = None, size: int | None = None, at_moof: bool = False) -> bytes:
    """The header of a track's fragment, with the base and the default size where given."""
    flags = (0 if base is None else 1) | (0 if size is None else 0x10) | (0x20000 * at_moof)
    content = b"" if base is None else struct.pack(">Q", base)
    content += b"" if size is None else struct.pack(">I", size)
    return box(b"tfhd", struct.pack(">II", flags, 1), content)


def mvex(size: int = 0) -> bytes:
    """Announces fragments, with the default size of a sample of track 1."""
    return box(b"mvex", full(b"trex", struct.pack(">5I", 1, 1, 0, size, 0)))
