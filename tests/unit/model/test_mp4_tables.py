"""Reading the sample tables: exactly the entries that a sample uses are checked."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hingtui.model.mp4 import BrokenMp4, Unverifiable, inspect
from tests.support.mp4 import box, full, stco, stsc, stsz, stsz_uniform, track

DATA = box(b"mdat", bytes(92))
"""Samples may lie at bytes 8 to 100; the index comes behind."""
FAR = 2**31


def index(*tables: bytes, media: bytes = b"") -> bytes:
    return box(b"moov", track(*tables, media=media))


def needs(tmp_path: Path, make: Callable[[int], bytes], end: int) -> None:
    """Check that the samples of the index that `make` makes end `end` bytes into the file.

    `make` gets a number of bytes by which the samples are to be moved towards the end.
    """
    path = tmp_path / "video.mp4"
    whole = DATA + make(0)
    moved = len(whole) - end
    path.write_bytes(DATA + make(moved))
    inspect(path)
    path.write_bytes(DATA + make(moved + 1))
    with pytest.raises(BrokenMp4):
        inspect(path)


def inspect_with(tmp_path: Path, moov: bytes) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(DATA + moov)
    inspect(path)


def test_one_sample_per_chunk_is_counted(tmp_path: Path) -> None:
    needs(tmp_path, lambda by: index(stsc((1, 1)), stsz(9, 4), stco(8, 40 + by)), 44)
    needs(tmp_path, lambda by: index(stsc((1, 1)), stsz(9, 4), stco(40 + by, 8)), 49)


def test_several_samples_per_chunk_are_counted(tmp_path: Path) -> None:
    needs(tmp_path, lambda by: index(stsc((1, 3)), stsz(1, 2, 3, 4, 5, 6), stco(8, 40 + by)), 55)


def test_a_last_chunk_with_fewer_samples_is_counted(tmp_path: Path) -> None:
    needs(tmp_path, lambda by: index(stsc((1, 3)), stsz(1, 2, 3, 4), stco(8, 40 + by)), 44)
    needs(tmp_path, lambda by: index(stsc((1, 9)), stsz_uniform(5, 10), stco(8, 40 + by)), 45)


def test_runs_of_chunks_are_counted(tmp_path: Path) -> None:
    tables = stsc((1, 2), (2, 1), (4, 3)) + stsz(1, 1, 9, 9, 2, 3, 4)
    needs(tmp_path, lambda by: index(tables, stco(8, 8, 8, 40 + by)), 49)
    needs(tmp_path, lambda by: index(tables, stco(8, 40 + by, 8, 8)), 49)


def test_samples_of_one_size_are_counted(tmp_path: Path) -> None:
    needs(tmp_path, lambda by: index(stsc((1, 3)), stsz_uniform(5, 6), stco(40 + by, 8)), 55)


def test_offsets_of_64_bits_are_read(tmp_path: Path) -> None:
    needs(
        tmp_path,
        lambda by: index(stsc((1, 1)), stsz(4), full(b"co64", struct.pack(">IQ", 1, 40 + by))),
        44,
    )


@pytest.mark.parametrize(
    ("bits", "sizes"),
    [(4, b"\x12\x30"), (8, b"\1\2\3"), (16, b"\0\1\0\2\0\3")],
)
def test_compact_sizes_are_read(tmp_path: Path, bits: int, sizes: bytes) -> None:
    stz2 = full(b"stz2", struct.pack(">II", bits, 3), sizes)
    needs(tmp_path, lambda by: index(stsc((1, 3)), stz2, stco(40 + by)), 46)


def test_all_tracks_are_checked(tmp_path: Path) -> None:
    near = track(stsc((1, 1)), stsz(4), stco(8))
    for first, last in ((near, b""), (b"", near)):
        needs(
            tmp_path,
            lambda by, first=first, last=last: box(  # type: ignore[misc]
                b"moov", first, track(stsc((1, 1)), stsz(4), stco(40 + by)), last
            ),
            44,
        )


UNUSED = {
    "an offset behind the last sample": (stsc((1, 1)), stsz(4, 4), stco(8, 12, FAR)),
    "offsets of a uniform track": (stsc((1, 2)), stsz_uniform(4, 3), stco(8, 16, FAR)),
    "an empty sample at the end": (stsc((1, 1)), stsz(4, 0), stco(8, FAR)),
    "a chunk of empty samples": (stsc((1, 2)), stsz(4, 4, 0, 0), stco(8, FAR)),
    "an empty sample behind others": (stsc((1, 2)), stsz(4, 0), stco(8)),
    "sizes without a chunk": (stsc((1, 1)), stsz(4, FAR), stco(8)),
    "uniform sizes without a chunk": (stsc((1, 1)), stsz_uniform(4, FAR), stco(8)),
    "a run without chunks": (stsc((1, 1), (9, 9)), stsz(4), stco(8)),
    "a first run that begins late": (stsc((5, 1)), stsz(4), stco(8)),
    "runs out of order": (stsc((1, 1), (9, 1), (1, 1)), stsz(4, 4), stco(8, 12)),
    "a run of no samples": (stsc((1, 0), (2, 1)), stsz(4), stco(FAR, 8)),
    "a run of 2**32 - 1 samples": (stsc((1, 2**32 - 1)), stsz(4, 4), stco(8)),
    "an offset that is counted and not there": (
        stsc((1, 1)),
        stsz(4),
        full(b"stco", struct.pack(">II", 99, 8)),
    ),
}


@pytest.mark.parametrize("tables", UNUSED.values(), ids=UNUSED.keys())
def test_entries_that_no_sample_uses_are_ignored(tmp_path: Path, tables: tuple[bytes, ...]) -> None:
    inspect_with(tmp_path, index(*tables))


DAMAGED = {
    "offsets missing": (stsc((1, 1)), stsz(4, 4), full(b"stco", struct.pack(">II", 2, 8))),
    "sizes missing": (stsc((1, 2)), full(b"stsz", struct.pack(">III", 0, 2, 4)), stco(8)),
    "compact sizes missing": (
        stsc((1, 2)),
        full(b"stz2", struct.pack(">IIH", 16, 2, 4)),
        stco(8),
    ),
    "compact sizes of 3 bits": (stsc((1, 1)), full(b"stz2", struct.pack(">IIH", 3, 1, 4)), stco(8)),
    "runs missing": (full(b"stsc", struct.pack(">IIII", 2, 1, 1, 1)), stsz(4), stco(8)),
    "no count": (stsc((1, 1)), stsz(4), b"\0\0\0\x09stco\0"),
    "a table longer than its parent": (stsc((1, 1)), stsz(4), stco(8)[:-1]),
}


@pytest.mark.parametrize("tables", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_table_without_the_needed_entries_is_broken(
    tmp_path: Path, tables: tuple[bytes, ...]
) -> None:
    with pytest.raises(BrokenMp4, match="index is cut off"):
        inspect_with(tmp_path, index(*tables))


@pytest.mark.parametrize("left_out", range(3))
def test_a_track_without_one_of_its_tables_is_unverifiable(tmp_path: Path, left_out: int) -> None:
    tables = [stsc((1, 1)), stsz(FAR), stco(FAR)]
    del tables[left_out]
    with pytest.raises(Unverifiable):
        inspect_with(tmp_path, index(*tables))


def references(*entries: bytes) -> bytes:
    """A data reference box."""
    return box(b"dinf", full(b"dref", struct.pack(">I", len(entries)), *entries))


def described_by(*references: int) -> bytes:
    """Sample descriptions, each with the number of its data reference."""
    entries = [box(b"avc1", bytes(6), struct.pack(">H", each), bytes(70)) for each in references]
    return full(b"stsd", struct.pack(">I", len(entries)), *entries)


HERE = box(b"url ", b"\0\0\0\1")
ELSEWHERE = full(b"url ", b"file://other.mov\0")
FAR_SAMPLES = (stsc((1, 1)), stsz(4), stco(FAR))


@pytest.mark.parametrize(
    "elsewhere",
    [ELSEWHERE, full(b"alis", b"\0\0\0\x99other"), full(b"imdt", bytes(4))],
    ids=["url", "alias", "identified data"],
)
def test_samples_in_another_file_are_not_checked(tmp_path: Path, elsewhere: bytes) -> None:
    far = track(described_by(1), *FAR_SAMPLES, media=references(elsewhere))
    with pytest.raises(Unverifiable):
        inspect_with(tmp_path, box(b"moov", far))
    inspect_with(tmp_path, box(b"moov", far, track(stsc((1, 1)), stsz(4), stco(8))))
    with pytest.raises(BrokenMp4):
        inspect_with(tmp_path, box(b"moov", far, track(*FAR_SAMPLES)))


@pytest.mark.parametrize("here", [HERE, full(b"url "), full(b"alis", bytes(4))], ids=repr)
def test_samples_in_this_file_are_checked(tmp_path: Path, here: bytes) -> None:
    with pytest.raises(BrokenMp4):
        inspect_with(tmp_path, index(described_by(1), *FAR_SAMPLES, media=references(here)))


def test_each_sample_description_has_its_own_data_reference(tmp_path: Path) -> None:
    runs = full(b"stsc", struct.pack(">I6I", 2, 1, 1, 2, 2, 1, 1))
    media = references(HERE, ELSEWHERE)
    tables = (described_by(1, 2), runs, stsz(4, 4))
    inspect_with(tmp_path, index(*tables, stco(FAR, 8), media=media))
    with pytest.raises(BrokenMp4):
        inspect_with(tmp_path, index(*tables, stco(8, FAR), media=media))


def old_sound(samples: int, version: int, unit: int, by: int) -> bytes:
    """A QuickTime sound track of packets of 34 bytes for 64 moments of sound (IMA 4:1)."""
    description = struct.pack(">6xHHHIHHHHI4I", 1, version, 0, 0, 1, 16, 0, 0, 0, 64, 34, 34, 2)
    tables = (
        full(b"stsd", struct.pack(">I", 1), box(b"ima4", description)),
        full(b"stts", struct.pack(">III", 1, samples, unit)),
        stsc((1, samples)),
        stsz_uniform(1, samples),
        stco(40 + by),
    )
    return index(*tables, media=box(b"smhd", bytes(8)))


def test_old_quicktime_sound_is_measured_in_packets(tmp_path: Path) -> None:
    needs(tmp_path, lambda by: old_sound(128, 1, 1, by), 40 + 2 * 34)


@pytest.mark.parametrize(("version", "unit"), [(0, 1), (1, 1024)])
def test_other_sound_is_measured_in_samples(tmp_path: Path, version: int, unit: int) -> None:
    needs(tmp_path, lambda by: old_sound(128, version, unit, by), 40 + 128)


Chunks = st.lists(st.lists(st.integers(0, 15), min_size=1, max_size=4), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chunks=Chunks, bits=st.sampled_from([0, 4, 8, 16]), data=st.data())
def test_any_tables_give_the_end_found_by_counting(
    tmp_path: Path, chunks: list[list[int]], bits: int, data: st.DataObject
) -> None:
    """Every sample of every chunk in turn, as the specification says."""
    offsets = [data.draw(st.integers(1000, 1200)) for _ in chunks]
    sizes = [size for chunk in chunks for size in chunk]
    end = max(
        (at + sum(chunk) for at, chunk in zip(offsets, chunks, strict=True) if any(chunk)),
        default=0,
    )
    runs = [
        (at + 1, len(chunk))
        for at, chunk in enumerate(chunks)
        if not at or len(chunks[at - 1]) != len(chunk)
    ]
    packed = {
        0: stsz(*sizes),
        4: bytes(high << 4 | low for high, low in zip(sizes[::2], [*sizes[1::2], 0], strict=False)),
        8: bytes(sizes),
        16: struct.pack(f">{len(sizes)}H", *sizes),
    }[bits]
    table = packed if not bits else full(b"stz2", struct.pack(">II", bits, len(sizes)), packed)
    if end:
        needs(tmp_path, lambda by: index(stsc(*runs), table, stco(*(o + by for o in offsets))), end)
