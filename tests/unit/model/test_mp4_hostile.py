"""Damaged and hostile files raise only Corrupt, within limits of time and memory."""

from __future__ import annotations

import random
import resource
import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hingtui.model.errors import Corrupt
from hingtui.model.mp4 import Unverifiable, inspect
from tests.support.mp4 import FTYP, box, full, mp4, mvex, stsz_uniform, tfhd, track, trun
from tests.tools.mp4_clips import CLIPS, FOLDER

SECONDS_PER_MEGABYTE = 0.5
"""Several times what this takes on a slow machine."""
MEGABYTE = 1 << 20
TINY = box(b"free") * 10_000


def inspect_bytes(path: Path, data: bytes) -> None:
    """Inspect the file; fail if anything but Corrupt is raised."""
    path.write_bytes(data)
    try:
        inspect(path)
    except Corrupt as corrupt:
        assert str(corrupt)  # noqa: PT017 - no exception at all is as good


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 1999), noise=st.binary(min_size=1, max_size=64))
def test_a_partly_overwritten_file_raises_only_corrupt(
    tmp_path: Path, at: int, noise: bytes
) -> None:
    data = mp4(2000)
    inspect_bytes(tmp_path / "video.mp4", data[:at] + noise + data[at + len(noise) :])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=500), name=st.sampled_from([b"moov", b"moof", b"mdat", b"free"]))
def test_any_bytes_in_a_box_raise_only_corrupt(tmp_path: Path, data: bytes, name: bytes) -> None:
    inspect_bytes(tmp_path / "video.mp4", FTYP + box(b"moov", mvex(), track()) + box(name, data))
    inspect_bytes(tmp_path / "video.mp4", box(name, data))


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_with_changed_bytes_raises_only_corrupt(
    tmp_path: Path, name: str, thorough: bool
) -> None:
    whole = (FOLDER / name).read_bytes()
    chance = random.Random(name)  # noqa: S311 - the same changes in every run
    for _round in range(300 if thorough else 30):
        data = bytearray(whole)
        for _change in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.choice([0, 1, 7, 8, 127, 128, 255])
        inspect_bytes(tmp_path / name, bytes(data))


def big(kind: bytes, *start: int) -> bytes:
    """A table of a megabyte: these numbers, then random bytes."""
    head = struct.pack(f">{len(start)}I", *start)
    noise = random.Random(kind).randbytes(MEGABYTE - len(head))  # noqa: S311
    return full(kind, head, noise)


NUMBERS = MEGABYTE // 4
OFFSETS = big(b"stco", NUMBERS - 1)
SIZES = big(b"stsz", 0, NUMBERS - 2)
UP_AND_DOWN = full(
    b"stsc",
    struct.pack(">I", 87_000),
    struct.pack(">6I", 1, 1, 1, NUMBERS, 1, 1) * 43_500,
)
ONE_BY_ONE = full(
    b"stsc",
    struct.pack(">I", 87_000),
    b"".join(struct.pack(">III", at + 1, 1 + at % 3, 1) for at in range(87_000)),
)
PER_CHUNK = [full(b"stsc", struct.pack(">IIII", 1, 1, each, 1)) for each in (1, 2, 2**32 - 1)]
ENTRIES = full(b"dref", struct.pack(">I", 0), full(b"url ", b"x") * 80_000)
HOSTILE = {
    "one sample per chunk": track(PER_CHUNK[0], SIZES, OFFSETS),
    "two samples per chunk": track(PER_CHUNK[1], SIZES, OFFSETS),
    "all samples in a chunk": track(PER_CHUNK[2], SIZES, OFFSETS),
    "samples of one size": track(PER_CHUNK[1], stsz_uniform(2**32 - 1, 2**32 - 1), OFFSETS),
    "runs up and down": track(UP_AND_DOWN, stsz_uniform(1, 2**32 - 1), OFFSETS),
    "a run per chunk": track(ONE_BY_ONE, SIZES, OFFSETS),
    "runs of noise": track(big(b"stsc", NUMBERS // 3 - 1), SIZES, OFFSETS),
    "compact sizes": track(PER_CHUNK[1], big(b"stz2", 4, 2 * MEGABYTE - 64), OFFSETS),
    "wide offsets": track(PER_CHUNK[0], SIZES, big(b"co64", NUMBERS // 2 - 1)),
    "references": track(PER_CHUNK[0], SIZES, OFFSETS, media=box(b"dinf", ENTRIES)),
    "descriptions": track(full(b"stsd", bytes(4), TINY * 8), media=box(b"dinf", ENTRIES[:99])),
}


@pytest.mark.parametrize("trak", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_large_table_is_checked_quickly(tmp_path: Path, trak: bytes) -> None:
    data = FTYP + box(b"moov", trak)
    began = time.process_time()
    inspect_bytes(tmp_path / "video.mp4", data)
    assert time.process_time() - began < SECONDS_PER_MEGABYTE * len(data) / MEGABYTE


@pytest.mark.parametrize(
    "runs",
    [
        box(b"traf", tfhd() + box(b"trun", struct.pack(">II", 0xF00, 2**16)) + bytes(MEGABYTE)),
        box(b"traf", tfhd(size=1) + trun(count=2**32 - 1) * 60_000),
        box(b"traf", tfhd()) * 40_000,
    ],
    ids=["one large run", "many runs", "many tracks"],
)
def test_a_large_fragment_is_checked_quickly(tmp_path: Path, runs: bytes) -> None:
    data = FTYP + box(b"moov", mvex()) + box(b"moof", runs)
    began = time.process_time()
    inspect_bytes(tmp_path / "video.mp4", data)
    assert time.process_time() - began < SECONDS_PER_MEGABYTE * len(data) / MEGABYTE


@pytest.mark.parametrize("kind", [b"moov", b"moof"], ids=bytes.decode)
def test_an_index_of_many_gigabytes_is_not_read(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "huge.mp4"
    start = FTYP + (box(b"moov", mvex()) if kind == b"moof" else b"")
    with path.open("wb") as file:
        file.write(start + struct.pack(">I4sQ", 1, kind, 40 << 30))
        file.truncate(len(start) + (40 << 30))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unverifiable, match="index is too large"):
        inspect(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "boxes",
    [
        box(b"moov") + TINY * 20,
        box(b"moov", TINY * 20),
        box(b"moov", box(b"trak", box(b"mdia", TINY)) * 20),
        box(b"moov", mvex()) + box(b"moof", TINY) * 150,
    ],
    ids=["in the file", "in the index", "spread over tracks", "in fragments"],
)
def test_too_many_boxes_are_unverifiable(tmp_path: Path, boxes: bytes) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(FTYP + box(b"mdat", b"x") + boxes)
    with pytest.raises(Unverifiable, match="too many boxes"):
        inspect(path)
