"""Checking that every sample of every fragment lies inside the file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hingtui.model.mp4 import BrokenMp4, Mp4
from tests.support.mp4 import (
    FTYP,
    box,
    full,
    moov,
    mvex,
    stco,
    stsc,
    stsz,
    tfhd,
    track,
    trun,
)
from tests.unit.model.inspected import inspected


def film(*trafs: bytes, default: int = 0, room: int = 100) -> bytes:
    """One fragment of these tracks, and `room` bytes of samples behind it."""
    moof = box(b"moof", full(b"mfhd", bytes(4)), *(box(b"traf", traf) for traf in trafs))
    return FTYP + box(b"moov", mvex(default), track()) + moof + box(b"mdat", bytes(room))


def needs(tmp_path: Path, data: bytes, end: int) -> None:
    """Check that the file is complete with `end` bytes, and broken with one fewer."""
    found = inspected(tmp_path, data[:end])
    assert found.has_fragments
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, data[: end - 1])


MOOF = len(FTYP) + len(box(b"moov", mvex(), track()))


def offset_in(*trafs: bytes) -> int:
    """The offset of the samples of such a film from the start of `moof`."""
    return len(film(*trafs, room=0)) - MOOF


def test_a_runs_offset_counts_from_the_fragment(tmp_path: Path) -> None:
    offset = offset_in(tfhd() + trun(4, 5, offset=0))
    data = film(tfhd() + trun(4, 5, offset=offset))
    needs(tmp_path, data, len(data) - 91)


def test_a_base_offset_counts_from_the_file(tmp_path: Path) -> None:
    whole = film(tfhd(base=0) + trun(4, 5, offset=0))
    data = film(tfhd(base=len(whole) - 60) + trun(4, 5, offset=10))
    needs(tmp_path, data, len(data) - 41)


def test_a_run_without_an_offset_follows_the_previous_run(tmp_path: Path) -> None:
    offset = offset_in(tfhd() + trun(4, offset=0) + trun(5, 6))
    data = film(tfhd() + trun(4, offset=offset) + trun(5, 6))
    needs(tmp_path, data, len(data) - 85)


def test_a_track_without_a_base_follows_the_previous_track(tmp_path: Path) -> None:
    first, second = tfhd() + trun(30, offset=0), tfhd() + trun(7)
    offset = offset_in(first, second)
    data = film(tfhd() + trun(30, offset=offset), second)
    needs(tmp_path, data, len(data) - 63)


def test_a_second_tracks_base_may_be_the_fragment(tmp_path: Path) -> None:
    first, second = tfhd() + trun(30, offset=0), tfhd(at_moof=True) + trun(7, offset=0)
    offset = offset_in(first, second)
    data = film(tfhd() + trun(30, offset=offset), tfhd(at_moof=True) + trun(7, offset=offset + 50))
    needs(tmp_path, data, len(data) - 43)


def test_sizes_may_be_defaults_of_the_file_or_the_fragment(tmp_path: Path) -> None:
    offset = offset_in(tfhd() + trun(count=3, offset=0))
    data = film(tfhd() + trun(count=3, offset=offset), default=20)
    needs(tmp_path, data, len(data) - 40)
    offset = offset_in(tfhd(size=9) + trun(count=3, offset=0))
    data = film(tfhd(size=9) + trun(count=3, offset=offset), default=20)
    needs(tmp_path, data, len(data) - 73)


def test_sizes_may_stand_among_other_fields(tmp_path: Path) -> None:
    def run(offset: int) -> bytes:
        head = struct.pack(">IIiI", 0xF05, 2, offset, 0)
        return box(b"trun", head, struct.pack(">8I", 999, 4, 999, 999, 999, 5, 999, 999))

    data = film(tfhd() + run(offset_in(tfhd() + run(0))))
    needs(tmp_path, data, len(data) - 91)


def test_a_default_size_may_follow_other_fields(tmp_path: Path) -> None:
    header = box(b"tfhd", struct.pack(">IIIII", 0x2001A, 1, 1, 999, 9))
    offset = offset_in(header + trun(count=3, offset=0))
    data = film(header + trun(count=3, offset=offset))
    needs(tmp_path, data, len(data) - 73)


def test_a_run_before_the_start_of_the_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenMp4, match="part of its pictures"):
        inspected(tmp_path, film(tfhd() + trun(4, offset=-(2**31))))


def test_empty_runs_may_have_any_offset(tmp_path: Path) -> None:
    assert inspected(tmp_path, film(tfhd() + trun(0, 0, offset=-(2**31)) + trun(count=0)))


@pytest.mark.parametrize(
    "traf",
    [
        tfhd() + box(b"trun", struct.pack(">II", 0x200, 2), bytes(4)),
        tfhd() + box(b"trun", struct.pack(">II", 0x200, 2**32 - 1)),
        tfhd() + box(b"trun", bytes(3)),
        box(b"tfhd", struct.pack(">II", 1, 1)),
        tfhd() + trun(4, offset=0)[:-1],
    ],
    ids=["sizes missing", "a count far too large", "no head", "no base", "cut"],
)
def test_a_damaged_fragment_is_broken(tmp_path: Path, traf: bytes) -> None:
    with pytest.raises(BrokenMp4, match="index is cut off"):
        inspected(tmp_path, film(traf))


def fragment(size: int = 50) -> bytes:
    offset = offset_in(tfhd() + trun(size, offset=0))
    return film(tfhd() + trun(size, offset=offset), room=size)[MOOF:]


FILM = film()[:MOOF] + fragment() * 3
SEAM = MOOF + 2 * len(fragment())


def test_a_fragmented_file_is_complete(tmp_path: Path) -> None:
    assert inspected(tmp_path, FILM) == Mp4(None, 1, 1, has_fragments=True)


def test_a_file_cut_between_fragments_is_marked_as_fragmented(tmp_path: Path) -> None:
    assert inspected(tmp_path, FILM[:SEAM]).has_fragments


@pytest.mark.parametrize("cut", range(SEAM + 8, len(FILM)))
def test_a_file_cut_inside_a_fragment_is_broken(tmp_path: Path, cut: int) -> None:
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FILM[:cut])


@pytest.mark.parametrize("kind", [b"styp", b"sidx", b"emsg", b"prft"], ids=bytes.decode)
def test_a_file_cut_inside_a_box_before_a_fragment_is_broken(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FILM + box(kind, bytes(20))[:-1])


@pytest.mark.parametrize("tail", [b"\n", bytes(8), b"junk at the end", box(b"mfra", bytes(9))[:-1]])
def test_bytes_after_the_last_fragment_are_accepted(tmp_path: Path, tail: bytes) -> None:
    assert inspected(tmp_path, FILM + tail).has_fragments


def test_fragments_may_precede_the_index(tmp_path: Path) -> None:
    index = FILM[len(FTYP) : MOOF]
    assert inspected(tmp_path, fragment() + index).has_fragments
    assert inspected(tmp_path, fragment() + FTYP + index).has_fragments


def test_samples_of_the_index_are_checked_too(tmp_path: Path) -> None:
    index = box(b"moov", mvex(), track(stsc((1, 1)), stsz(4), stco(2**31)))
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FTYP + index + box(b"mdat", bytes(9)))


def test_fragments_without_runs_end_with_a_whole_box(tmp_path: Path) -> None:
    empty = box(b"moof", full(b"mfhd", bytes(4))) + box(b"mdat", bytes(100))
    data = FTYP + moov([], []) + empty * 3
    assert inspected(tmp_path, data) == Mp4(4.0, 720, 1280, has_fragments=True)
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, data[:-1])


def test_fragments_in_another_file_are_not_checked(tmp_path: Path) -> None:
    dref = full(b"dref", struct.pack(">I", 1), full(b"url ", b"other.mp4\0"))
    entry = box(b"avc1", bytes(6), struct.pack(">H", 1), bytes(70))
    far = track(full(b"stsd", struct.pack(">I", 1), entry), media=box(b"dinf", dref))
    moof = box(b"moof", box(b"traf", tfhd() + trun(4, offset=2**31 - 1)))
    assert inspected(tmp_path, FTYP + box(b"moov", mvex(), far) + moof).has_fragments
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FTYP + box(b"moov", mvex(), track()) + moof)
