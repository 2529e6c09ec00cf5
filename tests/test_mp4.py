"""Only a whole MP4 passes, however it is laid out; a hostile one costs little."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hingtui.errors import Corrupt
from hingtui.mp4 import BrokenMp4, Mp4, inspect
from tests.mp4_samples import FTYP, box, full, moov, mp4

CLIPS = sorted((Path(__file__).parent.parent / "hingtui" / "demo" / "clips").glob("*.mp4"))
LAYOUTS = [
    {"index_first": True},
    {"index_first": False},
    {"wide": True},
    {"to_end": True},
]


def _inspect(tmp_path: Path, data: bytes) -> Mp4:
    path = tmp_path / "video.mp4"
    path.write_bytes(data)
    return inspect(path)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_whole_file_tells_its_length_and_its_size(
    tmp_path: Path, layout: dict[str, bool]
) -> None:
    assert _inspect(tmp_path, mp4(**layout)) == Mp4(4.0, 720, 1280)


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_the_clips_of_the_demo_are_whole(clip: Path) -> None:
    found = inspect(clip)
    assert found.duration
    assert found.width
    assert found.height


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_a_real_clip_cut_by_its_last_byte_is_broken(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(BrokenMp4):
        _inspect(tmp_path, clip.read_bytes()[:-1])


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 1999))
def test_a_file_cut_anywhere_is_broken(tmp_path: Path, layout: dict[str, bool], cut: int) -> None:
    with pytest.raises(Corrupt):
        _inspect(tmp_path, mp4(2000, **layout)[:cut])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 1999), noise=st.binary(min_size=1, max_size=64))
def test_scribbled_over_files_raise_nothing_else(tmp_path: Path, at: int, noise: bytes) -> None:
    data = mp4(2000)
    try:
        _inspect(tmp_path, data[:at] + noise + data[at + len(noise) :])
    except BrokenMp4 as broken:
        assert str(broken)  # noqa: PT017 - either verdict is right, any other exception is not


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        bytes(2000),
        b"<html>Not found</html>",
        b'{"error": {"message": "no"}}',
        FTYP,
        FTYP + box(b"mdat", b"x"),
        box(b"moov") + FTYP + box(b"mdat", b"x"),
        FTYP + struct.pack(">I4s", 7, b"free"),
        FTYP + struct.pack(">I4sQ", 1, b"mdat", 15),
        FTYP + struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1),
        mp4() + b"junk after the end",
        mp4() + bytes(20) + b"x",
        mp4() + bytes(3),  # the beginning of a box's size, as after a cut
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_whole_mp4_is_broken(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BrokenMp4):
        _inspect(tmp_path, data)


def test_zeros_after_the_end_are_padding(tmp_path: Path) -> None:
    assert _inspect(tmp_path, mp4() + bytes(8)) == _inspect(tmp_path, mp4() + bytes(4096))


@pytest.mark.parametrize(
    ("chunks", "sizes"),
    [([2**32 - 1], [1]), ([0], [2**31]), ([900, 0], [1, 1])],
    ids=["begins", "ends", "not the last"],
)
def test_pictures_outside_the_file_are_missing(
    tmp_path: Path, chunks: list[int], sizes: list[int]
) -> None:
    with pytest.raises(BrokenMp4):
        _inspect(tmp_path, FTYP + moov(chunks, sizes) + box(b"mdat", bytes(16)))


def test_pictures_of_one_size_are_counted_without_a_table(tmp_path: Path) -> None:
    tables = (
        full(b"stsc", struct.pack(">IIII", 1, 1, 3, 1)),
        full(b"stsz", struct.pack(">II", 99, 3)),
    )
    stbl = box(b"stbl", *tables, full(b"stco", struct.pack(">II", 1, 100)))
    index = box(b"moov", box(b"trak", box(b"mdia", box(b"minf", stbl))))
    with pytest.raises(BrokenMp4):
        _inspect(tmp_path, FTYP + index + box(b"mdat", bytes(200)))


def test_a_fragmented_file_is_whole_without_tables(tmp_path: Path) -> None:
    fragment = box(b"moof", full(b"mfhd", bytes(4))) + box(b"mdat", bytes(100))
    assert _inspect(tmp_path, FTYP + moov([], []) + fragment * 3).width == 720


@pytest.mark.parametrize(
    "claim",
    [
        full(b"stco", struct.pack(">I", 2**32 - 1)),
        full(b"stsz", struct.pack(">II", 0, 2**32 - 1)) + full(b"stco", struct.pack(">II", 1, 0))
        + full(b"stsc", struct.pack(">IIII", 1, 1, 2**32 - 1, 1)),
        b"\0\0\0\x09stco\0",
    ],
    ids=["offsets", "sizes", "no count"],
)  # fmt: skip
def test_a_table_that_claims_more_than_it_holds_is_broken(tmp_path: Path, claim: bytes) -> None:
    index = box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", claim)))))
    with pytest.raises(BrokenMp4):
        _inspect(tmp_path, FTYP + index + box(b"mdat", bytes(100)))


def test_an_index_of_many_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.mp4"
    with path.open("wb") as file:
        file.write(FTYP + struct.pack(">I4sQ", 1, b"moov", 40 << 30))
        file.truncate(len(FTYP) + (40 << 30))
    with pytest.raises(BrokenMp4):
        inspect(path)


TINY = box(b"free") * 10_000


@pytest.mark.parametrize(
    "boxes",
    [
        box(b"moov") + TINY * 20,
        box(b"moov", TINY * 20),
        box(b"moov", box(b"trak", box(b"mdia", TINY)) * 20),
    ],
    ids=["in the file", "in the index", "spread over tracks"],
)
def test_a_flood_of_tiny_boxes_is_given_up(tmp_path: Path, boxes: bytes) -> None:
    with pytest.raises(BrokenMp4, match="absurdly many"):
        _inspect(tmp_path, FTYP + box(b"mdat", b"x") + boxes)
