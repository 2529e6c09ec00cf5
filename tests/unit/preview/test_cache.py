"""The cache of previews: bounded, private, and never wrong."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.preview.cache import Entry, PreviewCache
from hingtui.preview.pictures import Box, Facts, Looks, Picture, Source

BOX = Box(40, 40)
FACTS = Facts("h264", 64, 48, 4.0, 24.0, has_audio=True)
SOURCE = Source(Path("/videos/一.mp4"), 1000, 5)


def entry(shade: int = 7, pixels: int = 4) -> Entry:
    picture = Picture(pixels, pixels, bytes([shade]) * (3 * pixels * pixels), at=1.5)
    return Entry(FACTS, picture, Looks(is_black=True))


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_kept_entry_is_read_back(tmp_path: Path) -> None:
    cache = PreviewCache(tmp_path / "cache")
    assert cache.get(SOURCE, BOX, "poster") is None
    cache.put(SOURCE, BOX, "poster", entry())
    kept = PreviewCache(tmp_path / "cache").get(SOURCE, BOX, "poster")
    assert kept is not None
    assert kept.picture is not None
    assert (kept.facts, kept.looks, kept.picture.rgb) == (FACTS, Looks(is_black=True), b"\7" * 48)


@pytest.mark.parametrize(
    "other",
    [replace(SOURCE, size=1001), replace(SOURCE, modified=6), replace(SOURCE, path=Path("/x"))],
)
def test_another_file_has_another_entry(tmp_path: Path, other: Source) -> None:
    cache = PreviewCache(tmp_path)
    cache.put(SOURCE, BOX, "poster", entry())
    assert cache.get(other, BOX, "poster") is None
    assert cache.get(SOURCE, Box(41, 40), "poster") is None
    assert cache.get(SOURCE, BOX, "looks") is None


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    PreviewCache(folder).put(SOURCE, BOX, "poster", entry())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in files(folder)] == [0o600]
    assert "videos" not in files(folder)[0].name


def test_a_damaged_entry_is_dropped_wherever_it_is_damaged(tmp_path: Path) -> None:
    cache = PreviewCache(tmp_path)
    cache.put(SOURCE, BOX, "poster", entry())
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 5):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(damaged)
            assert cache.get(SOURCE, BOX, "poster") is None
            assert not path.exists()


def test_the_entry_unused_for_longest_makes_room(tmp_path: Path) -> None:
    cache = PreviewCache(tmp_path, limit=2000)
    sources = [replace(SOURCE, size=number) for number in range(20)]
    first = sources[0]
    for number, source in enumerate(sources):
        cache.put(source, BOX, "poster", entry(number))
        for path in files(tmp_path):
            state = path.stat()
            os.utime(path, (state.st_atime - 10, state.st_mtime - 10))
        assert cache.get(first, BOX, "poster") is not None, "it was used just now"
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 2000
    assert cache.get(sources[1], BOX, "poster") is None
    assert cache.get(sources[-1], BOX, "poster") is not None


def test_a_part_is_not_kept(tmp_path: Path) -> None:
    PreviewCache(tmp_path).put(replace(SOURCE, is_part=True), BOX, "poster", entry())
    assert not files(tmp_path)


def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = PreviewCache(tmp_path / "cache")
    cache.put(SOURCE, BOX, "poster", entry())
    assert cache.get(SOURCE, BOX, "poster") is None
