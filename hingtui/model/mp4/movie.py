"""Read the `moov` box: what the movie says of itself, and where its tracks' samples end.

Sources: ISO/IEC 14496-12 (8.2 to 8.8), QuickTime File Format ("Movie Atoms").
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from hingtui.model.mp4.boxes import BOX_LIMIT, children, read_header
from hingtui.model.mp4.samples import furthest_end
from hingtui.model.mp4.verdicts import index_is_damaged

INDEX_LIMIT = 64 << 20
"""Bytes; the index of a ten-hour film is smaller."""
_UNKNOWN_DURATIONS = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_INSIDE_IDENTIFIED_DATA = (b"imdt", b"snim")
"""Data references whose positions count from an `imda` box, not from the start of the file."""


@dataclass(slots=True)
class Movie:
    """The content of a `moov` box."""

    duration: float | None = None
    """Seconds."""
    width: int | None = None
    """Pixels, like the height; of the first track with a picture."""
    height: int | None = None
    samples_end: int = 0
    """The position where the last byte of its samples ends; 0 where it lists no samples."""
    announces_fragments: bool = False
    default_sizes: dict[int, int] = field(default_factory=dict)
    """Bytes of a sample in a fragment that says nothing else, by track id."""
    tracks_elsewhere: set[int] = field(default_factory=set)
    """Ids of tracks with samples in other files: their fragments are not judged."""


def read_movie(moov: memoryview) -> Movie:
    """Read the content of a `moov` box. Raises BrokenMp4 or Unverifiable."""
    movie = Movie()
    budget = iter(range(BOX_LIMIT))
    for kind, content in children(_uncompressed(moov, budget), budget):
        if kind == b"mvhd":
            movie.duration = _read_duration(content)
        elif kind == b"trak":
            _add_track(movie, _Track(content, budget))
        elif kind == b"mvex":
            movie.announces_fragments = True
            movie.default_sizes |= _read_default_sizes(content, budget)
    return movie


def _uncompressed(moov: memoryview, budget: Iterator[int]) -> memoryview:
    """The content of a compressed QuickTime movie (`cmov`), of any other as it is."""
    parts: dict[bytes, memoryview] = {}
    for kind, content in children(moov, budget):
        if kind == b"cmov":
            parts = dict(children(content, budget))
            break
    else:
        return moov
    try:
        packed = parts[b"cmvd"][4:]
        content = memoryview(zlib.decompressobj().decompress(packed, INDEX_LIMIT))
        header = read_header(content[:16], len(content))
    except (KeyError, zlib.error):
        raise index_is_damaged() from None
    if header is None or header[2] > len(content):
        raise index_is_damaged()
    return content[header[1] : header[2]]


def _read_duration(mvhd: memoryview) -> float | None:
    """Seconds from a movie header, whose version 1 has 64-bit times."""
    try:
        layout, at = (">IQ", 20) if mvhd[0] == 1 else (">II", 12)
        scale, duration = struct.unpack_from(layout, mvhd, at)
    except (struct.error, IndexError):
        return None
    return None if duration in _UNKNOWN_DURATIONS or not scale else duration / scale


def _read_default_sizes(mvex: memoryview, budget: Iterator[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for kind, trex in children(mvex, budget):
        if kind == b"trex":
            track, size = struct.unpack_from(">I8xI", trex, 4)
            sizes[track] = size
    return sizes


def _add_track(movie: Movie, track: _Track) -> None:
    if movie.width is None and track.width and track.height:
        movie.width, movie.height = track.width, track.height
    elsewhere = track.descriptions_elsewhere()
    if elsewhere:
        movie.tracks_elsewhere.add(track.id)
    end = furthest_end(track.tables, elsewhere, is_sound=track.is_sound)
    movie.samples_end = max(movie.samples_end, end)


class _Track:
    """The boxes of one track that the check needs."""

    def __init__(self, trak: memoryview, budget: Iterator[int]) -> None:
        self.id = self.width = self.height = 0
        self.is_sound = False
        self.references = memoryview(b"")
        """The content of the data reference box, or nothing."""
        self.tables: dict[bytes, memoryview] = {}
        self.budget = budget
        for kind, content in children(trak, budget):
            if kind == b"tkhd":
                self._read_header(content)
            elif kind == b"mdia":
                for inner, minf in children(content, budget):
                    if inner == b"minf":
                        self._read_media(minf)

    def _read_header(self, tkhd: memoryview) -> None:
        try:
            id_at, size_at = (20, 88) if tkhd[0] == 1 else (12, 76)
            (self.id,) = struct.unpack_from(">I", tkhd, id_at)
            self.width, self.height = (v >> 16 for v in struct.unpack_from(">II", tkhd, size_at))
        except (struct.error, IndexError):
            return  # no picture size

    def _read_media(self, minf: memoryview) -> None:
        for kind, content in children(minf, self.budget):
            if kind == b"smhd":
                self.is_sound = True
            elif kind == b"stbl":
                self.tables.update(children(content, self.budget))
            elif kind == b"dinf":
                for inner, dref in children(content, self.budget):
                    if inner == b"dref":
                        self.references = dref

    def descriptions_elsewhere(self) -> set[int]:
        """The sample descriptions, from 1, whose samples are not at positions in this file."""
        outside = set(self._outside_references())
        if not outside or b"stsd" not in self.tables:
            return set()
        entries = children(self.tables[b"stsd"][8:], self.budget)
        return {
            number
            for number, (_kind, entry) in enumerate(entries, 1)
            if len(entry) >= 8 and int.from_bytes(entry[6:8], "big") in outside
        }

    def _outside_references(self) -> Iterator[int]:
        """The numbers, from 1, of the data references that name another file.

        One without a name is this file, even where the flag that says so is missing.
        """
        for number, (kind, content) in enumerate(children(self.references[8:], self.budget), 1):
            is_here = bool(content[3] & 1) if len(content) > 3 else True
            if kind in _INSIDE_IDENTIFIED_DATA or (not is_here and any(content[4:])):
                yield number
