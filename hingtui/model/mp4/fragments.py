"""Compute where the samples of a movie fragment (`moof`) end.

Source: ISO/IEC 14496-12 (8.8.4 to 8.8.8).
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator

from hingtui.model.mp4.boxes import children
from hingtui.model.mp4.movie import Movie
from hingtui.model.mp4.verdicts import index_is_damaged, samples_are_missing

FRAGMENT_BOX_LIMIT = 1_000_000
"""Boxes read inside all fragments of a file."""

_BASE_OFFSET, _DESCRIPTION, _DURATION, _SIZE = 0x01, 0x02, 0x08, 0x10
_BASE_IS_MOOF = 0x020000
"""Flags of `tfhd`."""
_DATA_OFFSET, _FIRST_FLAGS, _EACH_SIZE = 0x01, 0x04, 0x200
_EACH_DURATION, _EACH_FIELD = 0x100, (0x100, 0x200, 0x400, 0x800)
"""Flags of `trun`."""


def fragment_end(moof: memoryview, start: int, movie: Movie, budget: Iterator[int]) -> int:
    """The position where the last byte of the fragment's samples ends; 0 without any.

    `moof` is the content of the box that begins at byte `start` of the file. Raises BrokenMp4
    where the fragment is damaged, or a sample begins before the file does.
    """
    end = 0
    base = start
    for kind, traf in children(moof, budget):
        if kind != b"traf":
            continue
        try:
            track = _TrackFragment(traf, start, base, movie, budget)
        except struct.error:
            raise index_is_damaged() from None
        base = track.position
        end = max(end, track.end)
    return end


class _TrackFragment:
    """The runs of samples of one track in one fragment."""

    def __init__(
        self, traf: memoryview, moof: int, base: int, movie: Movie, budget: Iterator[int]
    ) -> None:
        """Read the fragment; `base` is where the data of the track before it ended."""
        self.base = base
        self.default_size = 0
        self.end = 0
        """Where the last byte of its samples ends."""
        is_judged = True
        self.position = base
        """Where the last run ended."""
        for kind, content in children(traf, budget):
            if kind == b"tfhd":
                track = self._read_header(content, moof, movie)
                self.position = self.base
                is_judged = track not in movie.tracks_elsewhere
            elif kind == b"trun":
                size = self._read_run(content)
                if is_judged and size:
                    if self.position < 0:
                        raise samples_are_missing()
                    self.end = max(self.end, self.position + size)
                self.position += size

    def _read_header(self, tfhd: memoryview, moof: int, movie: Movie) -> int:
        """Set the base and the default size; return the track's id."""
        flags, track = struct.unpack_from(">II", tfhd)
        at = 8
        if flags & _BASE_OFFSET:
            (self.base,) = struct.unpack_from(">Q", tfhd, at)
            at += 8
        elif flags & _BASE_IS_MOOF:
            self.base = moof
        self.default_size = movie.default_sizes.get(track, 0)
        if flags & _SIZE:
            at += 4 * bool(flags & _DESCRIPTION) + 4 * bool(flags & _DURATION)
            (self.default_size,) = struct.unpack_from(">I", tfhd, at)
        return int(track)

    def _read_run(self, trun: memoryview) -> int:
        """Move to the beginning of the run; return its bytes."""
        flags, samples = struct.unpack_from(">II", trun)
        at = 8
        if flags & _DATA_OFFSET:
            (offset,) = struct.unpack_from(">i", trun, at)
            self.position = self.base + offset
            at += 4
        if flags & _FIRST_FLAGS:
            at += 4
        if not flags & _EACH_SIZE:
            return self.default_size * int(samples)
        fields = sum(bool(flags & each) for each in _EACH_FIELD)
        content = trun[at : at + 4 * fields * samples]
        if len(content) < 4 * fields * samples:
            raise index_is_damaged()
        numbers = array("I", bytes(content))
        if sys.byteorder == "little":
            numbers.byteswap()
        return sum(numbers[bool(flags & _EACH_DURATION) :: fields])
