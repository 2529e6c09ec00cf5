"""Walk the file's boxes and decide whether it is complete.

The check asks one thing: does every sample in use lie inside the file? The order and the names of
the boxes, bytes behind the last one and unused table entries do not matter. It reads box headers
and the index, never the samples, and does bounded work whatever the file claims.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from hingtui.model.file_kind import MP4_BOXES
from hingtui.model.mp4.boxes import Box, boxes_of_file, ends_inside_a_box
from hingtui.model.mp4.fragments import FRAGMENT_BOX_LIMIT, fragment_end
from hingtui.model.mp4.movie import INDEX_LIMIT, Movie, read_movie
from hingtui.model.mp4.verdicts import (
    has_no_samples,
    index_is_damaged,
    index_is_missing,
    index_is_too_large,
    is_not_mp4,
    samples_are_missing,
)

_BEFORE_A_FRAGMENT = (b"styp", b"sidx", b"ssix", b"prft", b"emsg")
"""Boxes that stand before a fragment: where one is cut off, fragments are missing."""


@dataclass(frozen=True, slots=True)
class Mp4:
    """What a complete MP4 says of itself; None where it says nothing."""

    duration: float | None = None
    """Seconds."""
    width: int | None = None
    """Pixels, like the height."""
    height: int | None = None
    has_fragments: bool = False
    """Its index does not say how many fragments there are: cut between two, it looks complete."""
    ends_with_box: bool = field(default=True, compare=False)
    """Whether its last box ends where the file does: else something behind it may be cut off."""


def inspect(path: Path) -> Mp4:
    """Check that every sample in use lies inside the file.

    Raises BrokenMp4 where the index or samples are missing, NotMp4 where the file has no MP4 or
    QuickTime boxes, Unverifiable where the boxes do not say whether it is complete: it lists no
    samples, all are in other files, or the index is too large to read. Raises OSError.
    """
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        layout = _read_layout(file, length)
        movie = _read_index(file, layout)
        end = max(movie.samples_end, _fragments_end(file, layout, movie))
    if end > length:
        raise samples_are_missing()
    has_fragments = movie.announces_fragments or bool(layout.fragments)
    if has_fragments:
        _check_last_box(layout, has_samples=end > 0)
    elif not end:
        raise has_no_samples()
    last = layout.last
    ends_with_box = last is not None and last.end == length and not last.is_cut
    return Mp4(movie.duration, movie.width, movie.height, has_fragments, ends_with_box)


@dataclass(slots=True)
class _Layout:
    """The top-level boxes that matter."""

    kinds: set[bytes] = field(default_factory=set)
    index: Box | None = None
    """The first `moov` box: players ignore any other."""
    fragments: list[Box] = field(default_factory=list)
    """The `moof` boxes."""
    last: Box | None = None


def _read_layout(file: BinaryIO, length: int) -> _Layout:
    """Walk the top-level boxes of the file. Raises NotMp4 or Unverifiable."""
    layout = _Layout()
    for box in boxes_of_file(file, length):
        layout.kinds.add(box.kind)
        layout.last = box
        if box.kind == b"moov" and layout.index is None:
            layout.index = box
        elif box.kind == b"moof":
            layout.fragments.append(box)
    if layout.kinds.isdisjoint(MP4_BOXES):
        raise is_not_mp4()
    return layout


def _read_index(file: BinaryIO, layout: _Layout) -> Movie:
    """Read the `moov` box. Raises BrokenMp4 or Unverifiable."""
    index = layout.index
    if index is None:
        is_whole_image = b"meta" in layout.kinds and layout.last and not layout.last.is_cut
        raise has_no_samples() if is_whole_image else index_is_missing()
    if index.is_cut:
        raise index_is_damaged()
    if index.content_size > INDEX_LIMIT:
        raise index_is_too_large()
    content = _content(file, index)
    if index.is_open and ends_inside_a_box(content):
        raise index_is_damaged()
    try:
        return read_movie(content)
    except struct.error:
        raise index_is_damaged() from None


def _fragments_end(file: BinaryIO, layout: _Layout, movie: Movie) -> int:
    """The position where the last byte of the samples in fragments ends; 0 without any."""
    if any(box.is_cut for box in layout.fragments):
        raise index_is_damaged()
    if sum(box.content_size for box in layout.fragments) > INDEX_LIMIT:
        raise index_is_too_large()
    budget = iter(range(FRAGMENT_BOX_LIMIT))
    ends = (fragment_end(_content(file, b), b.start, movie, budget) for b in layout.fragments)
    return max(ends, default=0)


def _check_last_box(layout: _Layout, *, has_samples: bool) -> None:
    """Raise BrokenMp4 where the end of a fragmented file shows that fragments are missing."""
    last = layout.last
    is_cut = last is not None and last.is_cut
    if not layout.fragments and not has_samples:
        raise samples_are_missing()
    if is_cut and (not has_samples or (last and last.kind in _BEFORE_A_FRAGMENT)):
        raise samples_are_missing()


def _content(file: BinaryIO, box: Box) -> memoryview:
    file.seek(box.content)
    return memoryview(file.read(box.content_size))
