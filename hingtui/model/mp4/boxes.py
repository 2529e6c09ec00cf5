"""Read box headers, in a file and in memory. Which boxes matter is decided elsewhere.

A box is a 32-bit size, a four-byte type, for size 1 a 64-bit size, then the content; size 0 is up
to the end of what holds the box. Sources: ISO/IEC 14496-12 (4.2), QuickTime File Format ("Atoms").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hingtui.model.mp4.verdicts import has_too_many_boxes

BOX_LIMIT = 100_000
"""Boxes read at the top level of a file, and once more inside its `moov`."""
_HEADER = 16
"""Bytes of the longest header that is read."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies in the file, in bytes from the beginning."""

    kind: bytes
    start: int
    content: int
    """Where its header ends."""
    end: int
    """Where it ends, at most the length of the file."""
    is_cut: bool
    """Whether its header claims bytes behind the end of the file."""
    is_open: bool
    """Whether its header says no size: it goes on up to the end of the file."""

    @property
    def content_size(self) -> int:
        return self.end - self.content


def read_header(head: bytes | memoryview, room: int) -> tuple[bytes, int, int] | None:
    """(type, bytes of the header, bytes of the whole box), or None where no box can begin.

    `head` is the first 16 bytes of the box, or fewer at the end; `room` is how many bytes there
    are from its beginning to the end of what holds it. The size may be larger than `room`.
    """
    if len(head) < 8:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    if size >= 8:
        return kind, 8, size
    if size == 0:
        return (kind, 8, room) if any(kind) else None  # eight zeros are padding
    if size == 1 and len(head) >= _HEADER:
        (size,) = struct.unpack_from(">Q", head, 8)
        return (kind, _HEADER, size) if size >= _HEADER else None
    return None


def boxes_of_file(file: BinaryIO, length: int) -> Iterator[Box]:
    """The top-level boxes of a file of `length` bytes, up to bytes that are no box, or its end.

    Raises Unverifiable where there are more than BOX_LIMIT.
    """
    position = 0
    for _round in range(BOX_LIMIT):
        file.seek(position)
        head = file.read(_HEADER)
        header = read_header(head, length - position)
        if header is None:
            return
        kind, skip, size = header
        end = min(position + size, length)
        is_cut, is_open = position + size > length, not any(head[:4])
        yield Box(kind, position, min(position + skip, end), end, is_cut, is_open)
        position = end
    raise has_too_many_boxes()


def children(data: memoryview, budget: Iterator[int]) -> Iterator[tuple[bytes, memoryview]]:
    """(type, content) of the boxes inside a box, up to bytes that are no box, or its end.

    A box that claims more than there is ends with what holds it, as for players. Every box takes
    one from `budget`, which all levels share: Unverifiable is raised where it is used up.
    """
    position = 0
    for _round in budget:
        header = read_header(data[position : position + _HEADER], len(data) - position)
        if header is None:
            return
        kind, skip, size = header
        yield kind, data[position + skip : position + size]
        position += size
    raise has_too_many_boxes()


def ends_inside_a_box(data: memoryview) -> bool:
    """Whether the last box inside a box claims more than there is."""
    position = 0
    while header := read_header(data[position : position + _HEADER], len(data) - position):
        position += header[2]
    return position > len(data)
