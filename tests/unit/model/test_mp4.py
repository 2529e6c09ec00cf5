"""Checking that a file holds all its samples, for every layout of its boxes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hingtui.model.errors import Corrupt
from hingtui.model.mp4 import BrokenMp4, Mp4, NotMp4, Unverifiable, inspect
from tests.support.mp4 import FTYP, box, full, moov, mp4, mvex, stco, stsc, stsz, track
from tests.unit.model.inspected import inspected

FILMS = sorted((Path(__file__).parents[3] / "hingtui" / "demo" / "clips").glob("*.mp4"))
LAYOUTS = [
    {"index_first": True},
    {"index_first": False},
    {"wide": True},
    {"to_end": True},
]
WHOLE = Mp4(4.0, 720, 1280)
LAST_INDEX = mp4(2000, index_first=False)
MDAT = len(FTYP)
INDEX = LAST_INDEX.index(b"moov") - 4


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_complete_file_gives_its_duration_and_size(
    tmp_path: Path, layout: dict[str, bool]
) -> None:
    assert inspected(tmp_path, mp4(**layout)) == WHOLE


@pytest.mark.parametrize("clip", FILMS, ids=lambda clip: clip.stem)
def test_the_demos_clips_are_complete(clip: Path) -> None:
    found = inspect(clip)
    assert found.duration
    assert found.width
    assert found.height


@pytest.mark.parametrize("clip", FILMS, ids=lambda clip: clip.stem)
def test_a_real_clip_without_its_last_byte_is_broken(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, clip.read_bytes()[:-1])


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(8, 1999))
def test_a_file_cut_anywhere_is_broken(tmp_path: Path, layout: dict[str, bool], cut: int) -> None:
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, mp4(2000, **layout)[:cut])


@pytest.mark.parametrize(
    "tail",
    [
        b"\n",
        bytes(1),
        bytes(3),
        bytes(4096),
        bytes(20) + b"x",
        b"junk after the end",
        b"TAG" + bytes(125),
        b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0xA0000000) + bytes(8),
        b"\0\0\0\x10",
        b"\0\0\0\x07free",
        struct.pack(">I4sQ", 1, b"free", 15),
        struct.pack(">I4s", 2**31, b"free"),
        box(b"\1\2\3\xff", b"x"),
        box(b"moov", b"another index"),
        FTYP,
    ],
    ids=repr,
)
@pytest.mark.parametrize("layout", LAYOUTS[:3], ids=str)
def test_bytes_after_the_last_box_are_accepted(
    tmp_path: Path, layout: dict[str, bool], tail: bytes
) -> None:
    assert inspected(tmp_path, mp4(2000, **layout) + tail) == WHOLE


@pytest.mark.parametrize(
    "name", [b"wide", b"free", b"skip", b"uuid", b"styp", b"junk", b"\0\1\2\xff", b"mdat"], ids=repr
)
def test_any_box_may_come_first(tmp_path: Path, name: bytes) -> None:
    index = moov([8], [50])  # its sample lies in the first box
    assert inspected(tmp_path, box(name, bytes(50)) + FTYP + index) == WHOLE
    assert inspected(tmp_path, box(name, bytes(50)) + index) == WHOLE


def test_the_index_may_come_first(tmp_path: Path) -> None:
    start = len(moov([0], [0])) + 8
    index = moov([start], [50])
    assert inspected(tmp_path, index + box(b"mdat", bytes(50))) == WHOLE
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, index + box(b"mdat", bytes(50))[:-1])


def test_samples_may_lie_in_several_boxes(tmp_path: Path) -> None:
    data = box(b"mdat", bytes(50)) + box(b"uuid", bytes(30)) + box(b"mdat", bytes(50))
    assert inspected(tmp_path, data + moov([8, 104], [50, 50])) == WHOLE


def test_a_box_size_beyond_the_samples_is_accepted(tmp_path: Path) -> None:
    index = moov([len(FTYP) + len(moov([0], [0])) + 8], [50])
    head = struct.pack(">I4s", 2**31, b"mdat")
    assert inspected(tmp_path, FTYP + index + head + bytes(50)) == WHOLE
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FTYP + index + head + bytes(49))


def test_a_cut_within_the_padding_is_accepted(tmp_path: Path) -> None:
    assert inspected(tmp_path, (LAST_INDEX + box(b"free", bytes(500)))[:-300]) == WHOLE


@pytest.mark.parametrize("cut", [MDAT, MDAT + 3, MDAT + 8, 500, INDEX, INDEX + 5])
def test_a_file_without_its_index_is_broken(tmp_path: Path, cut: int) -> None:
    with pytest.raises(BrokenMp4, match="index is missing"):
        inspected(tmp_path, LAST_INDEX[:cut])


@pytest.mark.parametrize("cut", [INDEX + 8, INDEX + 100, len(LAST_INDEX) - 1])
def test_a_cut_index_is_broken(tmp_path: Path, cut: int) -> None:
    with pytest.raises(BrokenMp4, match="index is cut off"):
        inspected(tmp_path, LAST_INDEX[:cut])
    open_end = LAST_INDEX[:INDEX] + bytes(4) + LAST_INDEX[INDEX + 4 :]
    assert inspected(tmp_path, open_end) == WHOLE
    with pytest.raises(Corrupt):
        inspected(tmp_path, open_end[:cut])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\0\0\0\x20fty",
        bytes(2000),
        b"<html>Not found</html>",
        b'{"error": {"message": "no"}}',
        b"RIFF\xff\xff\0\0AVI LIST" + bytes(500),
        b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01" + bytes(500),
        struct.pack(">I4s", 7, b"ftyp"),
        box(b"abcd", bytes(100)) * 3,
    ],
    ids=repr,
)
def test_data_without_boxes_is_not_an_mp4(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NotMp4):
        inspected(tmp_path, data)


@pytest.mark.parametrize(
    "data",
    [
        FTYP + box(b"moov"),
        FTYP + moov([], []),
        FTYP + moov([], []) + box(b"mdat", bytes(100)),
        FTYP + moov([2**31], [0]),
        FTYP + box(b"moov", box(b"rmra", bytes(20))),
        FTYP + box(b"meta", bytes(100)) + box(b"mdat", bytes(100)),
    ],
    ids=["no track", "no samples", "unused data", "empty samples", "other movies", "an image"],
)
def test_a_file_without_samples_cannot_be_verified(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unverifiable) as caught:
        inspected(tmp_path, data)
    assert not isinstance(caught.value, NotMp4)


def test_damage_in_unneeded_boxes_of_the_index_is_ignored(tmp_path: Path) -> None:
    tables = (stsc((1, 1)), stsz(50), stco(8))
    oddities = full(b"mvhd") + box(b"\1\2\3\4", b"x") + box(b"trak", box(b"tkhd")) + box(b"udta")
    cut_text = struct.pack(">I4s", 900, b"udta") + bytes(20)
    index = box(b"moov", oddities, track(*tables), cut_text)
    assert inspected(tmp_path, box(b"mdat", bytes(50)) + index) == Mp4(None, 1, 1)


def test_a_box_in_the_index_may_state_too_large_a_size(tmp_path: Path) -> None:
    index = moov([8], [50])
    trak = index.index(b"trak") - 4
    longer = index[:trak] + struct.pack(">I", 2**31) + index[trak + 4 :]
    assert inspected(tmp_path, box(b"mdat", bytes(50)) + longer) == WHOLE
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, box(b"mdat", bytes(50)) + bytes(4) + longer[4:])


def compressed(index: bytes) -> bytes:
    """The index as QuickTime compresses it."""
    packed = box(b"cmvd", struct.pack(">I", len(index)), zlib.compress(index))
    return box(b"moov", box(b"cmov", box(b"dcom", b"zlib"), packed))


def test_a_compressed_index_is_read(tmp_path: Path) -> None:
    data = box(b"mdat", bytes(50))
    assert inspected(tmp_path, data + compressed(moov([8], [50]))) == WHOLE
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, data + compressed(moov([8], [5000])))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        box(b"dcom", b"zlib"),
        box(b"cmvd", b"\0\0\0\x09noise"),
        box(b"cmvd", bytes(4) + zlib.compress(b"short")),
        box(b"cmvd", bytes(4) + zlib.compress(moov([8], [5])[:-1])),
    ],
)
def test_a_damaged_compressed_index_is_broken(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BrokenMp4):
        inspected(tmp_path, FTYP + box(b"moov", box(b"cmov", content)))


def test_a_file_without_its_announced_fragments_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenMp4, match="part of its pictures"):
        inspected(tmp_path, FTYP + box(b"moov", mvex()))
