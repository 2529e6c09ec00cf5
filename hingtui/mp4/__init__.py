"""Knows whether an MP4 file is whole, how long it plays and how large its picture is.

It must not know where the file came from or what was promised. It reads only the boxes' headers
and the `moov` box, never the pictures, and does bounded work whatever the file claims.
Layout: ISO/IEC 14496-12.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from hingtui.errors import Corrupt
from hingtui.i18n import _

_MOOV_LIMIT = 64 << 20
"""Bytes; the index of a ten-hour film is smaller."""
_BOX_LIMIT = 100_000
"""Boxes looked at in a file, and once more in its index; a stream in fragments has many."""
_PADDING_LIMIT = 16 << 20
_NEEDED = (b"ftyp", b"moov", b"mdat")
_NO_DURATION = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


class BrokenMp4(Corrupt):
    """The file is no whole MP4."""


@dataclass(frozen=True, slots=True)
class Mp4:
    """What a whole MP4 says of itself; None where it says nothing."""

    duration: float | None = None
    """Seconds."""
    width: int | None = None
    """Pixels, like the height."""
    height: int | None = None
    has_fragments: bool = False
    """Its index does not say how much there is: cut between two fragments, it is still whole."""


def inspect(path: Path) -> Mp4:
    """Walk the boxes of the file to its last byte. Raises BrokenMp4, or OSError."""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        kinds, moov = _walk_file(file, length)
    missing = [kind.decode() for kind in _NEEDED if kind not in kinds]
    if missing:
        raise BrokenMp4(_("No whole MP4: {box} is missing").format(box=" ".join(missing)))
    try:
        told = _read_moov(memoryview(moov), length)
        return replace(told, has_fragments=b"moof" in kinds or told.has_fragments)
    except (struct.error, IndexError):
        raise _cut_short("moov") from None


def _walk_file(file: BinaryIO, length: int) -> tuple[set[bytes], bytes]:
    """The kinds of the top-level boxes, and the content of `moov`; every box must be whole."""
    kinds: set[bytes] = set()
    moov = b""
    position = 0
    for _round in range(_BOX_LIMIT):
        if position == length:
            return kinds, moov
        file.seek(position)
        head = file.read(16)
        if len(head) >= 8 and not any(head[:8]) and _is_padding(file, position, length):
            return kinds, moov
        kind, skip, size = _read_head(head, length - position)
        if not kinds and kind != b"ftyp":
            raise BrokenMp4(_("This is no MP4 file"))
        if size > length - position:
            raise _cut_short(kind.decode("latin-1"))
        if kind == b"moov" and not moov:
            if size > _MOOV_LIMIT:
                raise BrokenMp4(_("No whole MP4: its index is absurdly large"))
            file.seek(position + skip)
            moov = file.read(size - skip)
        kinds.add(kind)
        position += size
    raise BrokenMp4(_("No whole MP4: absurdly many boxes"))


def _read_head(head: bytes | memoryview, room: int) -> tuple[bytes, int, int]:
    """(kind, bytes of the head, bytes of the whole box) from the first 16 bytes of a box."""
    if len(head) < 8:
        raise _cut_short("?")
    size, kind = struct.unpack_from(">I4s", head)
    if not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        raise _cut_short("?")
    if size == 0:  # up to the end of what holds it
        return kind, 8, room
    if size == 1:
        if len(head) < 16:
            raise _cut_short(kind.decode("latin-1"))
        (size,) = struct.unpack_from(">Q", head, 8)
        return kind, 16, _at_least(16, size)
    return kind, 8, _at_least(8, size)


def _at_least(smallest: int, size: int) -> int:
    if size < smallest:
        raise _cut_short("?")
    return size


def _is_padding(file: BinaryIO, position: int, length: int) -> bool:
    """Whether nothing but zeros follows; players ignore them."""
    if length - position > _PADDING_LIMIT:
        return False
    file.seek(position)
    return not file.read(length - position).strip(b"\0")


def _cut_short(box: str) -> BrokenMp4:
    return BrokenMp4(_("No whole MP4: the box {box} is cut short or broken").format(box=box))


def _children(data: memoryview, budget: Iterator[int]) -> Iterator[tuple[bytes, memoryview]]:
    """(kind, content) of the boxes inside a box; zeros or under 8 bytes at its end are padding.

    Every box looked at takes one from `budget`, which all levels share.
    """
    position = 0
    for _round in budget:
        room = len(data) - position
        if room < 8 or not any(data[position : position + 8]):
            return
        kind, skip, size = _read_head(data[position : position + 16], room)
        if size > room:
            raise _cut_short(kind.decode("latin-1"))
        yield kind, data[position + skip : position + size]
        position += size
    raise BrokenMp4(_("No whole MP4: absurdly many boxes"))


def _read_moov(moov: memoryview, length: int) -> Mp4:
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    has_fragments = False
    budget = iter(range(_BOX_LIMIT))
    for kind, content in _children(moov, budget):
        has_fragments = has_fragments or kind == b"mvex"
        if kind == b"mvhd":
            duration = _read_duration(content)
        elif kind == b"trak":
            track = _Track(content, budget)
            track.check(length)
            if width is None and track.width and track.height:
                width, height = track.width, track.height
    return Mp4(duration, width, height, has_fragments)


def _read_duration(mvhd: memoryview) -> float | None:
    """Seconds from a movie header, whose version 1 has 64-bit times."""
    layout, at = (">IQ", 20) if mvhd[0] == 1 else (">II", 12)
    scale, duration = struct.unpack_from(layout, mvhd, at)
    return None if duration in _NO_DURATION or not scale else duration / scale


class _Track:
    """Where one track's samples lie, as far as its tables say."""

    def __init__(self, trak: memoryview, budget: Iterator[int]) -> None:
        self.width = self.height = 0
        self.tables: dict[bytes, memoryview] = {}
        for kind, content in _children(trak, budget):
            if kind == b"tkhd":
                at = 88 if content[0] == 1 else 76
                self.width, self.height = (v >> 16 for v in struct.unpack_from(">II", content, at))
            elif kind == b"mdia":
                self._find_tables(content, budget)

    def _find_tables(self, mdia: memoryview, budget: Iterator[int]) -> None:
        for kind, minf in _children(mdia, budget):
            if kind == b"minf":
                for inner, stbl in _children(minf, budget):
                    if inner == b"stbl":
                        self.tables.update(_children(stbl, budget))

    def check(self, length: int) -> None:
        """Every chunk must begin, and the last one end, inside a file of `length` bytes."""
        offsets = self._offsets()
        if not offsets:
            return  # a fragmented file, or a track of nothing
        if max(offsets) >= length or offsets[-1] + self._last_chunk_size() > length:
            raise BrokenMp4(_("No whole MP4: pictures are missing at its end"))

    def _offsets(self) -> array[int]:
        wide = b"co64" in self.tables
        return _numbers(self.tables.get(b"co64" if wide else b"stco"), 4, wide=wide)

    def _last_chunk_size(self) -> int:
        """Bytes of the last chunk: the track's last samples, as many as `stsc` puts in a chunk."""
        to_chunk = _numbers(self.tables.get(b"stsc"), 4, per_entry=3)
        sizes = self.tables.get(b"stsz")
        if not to_chunk or sizes is None:
            return 0
        in_last = to_chunk[-2]
        uniform: int
        uniform, samples = struct.unpack_from(">II", sizes, 4)
        if uniform:
            return uniform * min(in_last, int(samples))
        return sum(_numbers(sizes, 8)[-in_last:]) if in_last else 0


def _numbers(
    table: memoryview | None, at: int, *, per_entry: int = 1, wide: bool = False
) -> array[int]:
    """The big-endian numbers of a table whose count of entries stands at byte `at`."""
    code = "Q" if wide else "I"
    numbers: array[int] = array(code)
    if table is None:
        return numbers
    (entries,) = struct.unpack_from(">I", table, at)
    end = at + 4 + entries * per_entry * numbers.itemsize
    if end > len(table):
        raise _cut_short("stbl")
    numbers.frombytes(table[at + 4 : end])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
