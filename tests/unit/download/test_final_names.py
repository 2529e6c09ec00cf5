"""Files that are named by a template: named once, found again, never over another file."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import pytest

from hingtui.download import part as part_module
from hingtui.download.final_names import FinalNames
from hingtui.download.interface import DownloadHooks, Saved
from hingtui.download.part_metadata import PartMetadata, write_metadata
from hingtui.model.errors import Busy
from hingtui.model.key import VideoKey
from hingtui.system.files import give_name
from tests.support.canned import DATA, ID, Canned, download_canned, no_links
from tests.support.keys import key

OTHER = key("video_2")
MOON = "2026-11-30 veo 月亮"


def like(stem: str) -> Callable[[], Iterator[str]]:
    """The names of a template: this one, then numbered ones."""
    return lambda: chain([stem], (f"{stem}-{number}" for number in count(2)))


NAMED = DownloadHooks(names=like(MOON))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_the_name_of_the_template(tmp_path: Path) -> None:
    assert download_canned(Canned(), tmp_path, NAMED).path == tmp_path / f"{MOON}.mp4"
    assert files(tmp_path) == [f"{MOON}.mp4"]


def test_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{MOON}.mp4").write_bytes(b"mine")
    assert download_canned(Canned(), tmp_path, NAMED).path == tmp_path / f"{MOON}-2.mp4"
    assert (tmp_path / f"{MOON}.mp4").read_bytes() == b"mine"


def test_the_same_bytes_are_not_kept_twice(tmp_path: Path) -> None:
    first = download_canned(Canned(), tmp_path, NAMED)
    assert download_canned(Canned(), tmp_path, NAMED).path == first.path
    assert files(tmp_path) == [f"{MOON}.mp4"]


@pytest.mark.parametrize("gone", [["{}"], ["{}", "{}-2"], ["{}-2"]])
def test_the_same_bytes_are_found_behind_free_names(tmp_path: Path, gone: list[str]) -> None:
    for stem in (MOON, f"{MOON}-2"):
        (tmp_path / f"{stem}.mp4").write_bytes(b"mine")
    first = download_canned(Canned(), tmp_path, NAMED)
    assert first.path == tmp_path / f"{MOON}-3.mp4"
    for stem in gone:
        (tmp_path / f"{stem.format(MOON)}.mp4").unlink()
    assert download_canned(Canned(), tmp_path, NAMED).path == first.path


def test_a_name_whose_sidecar_is_taken_is_avoided(tmp_path: Path) -> None:
    (tmp_path / f"{MOON}.json").write_text("mine")
    hooks = replace(NAMED, companion=".json")
    assert download_canned(Canned(), tmp_path, hooks).path == tmp_path / f"{MOON}-2.mp4"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_process_that_would_choose_another_name_waits_for_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    source, paths = Canned(), list[Path]()
    hooks = DownloadHooks(
        names=like("unknown prompt"), saved_by_another=lambda: paths[0] if paths else None
    )

    def saved(first: Saved) -> None:
        for _ in range(2):  # the first one that looks must not remove what the second looks for
            with pytest.raises(Busy):
                download_canned(source, tmp_path, hooks)
        paths.append(first.path)

    first = download_canned(source, tmp_path, replace(NAMED, saved=saved))
    assert download_canned(source, tmp_path, hooks).path == first.path == tmp_path / f"{MOON}.mp4"
    assert source.requests[ID] == 1
    assert files(tmp_path) == [f"{MOON}.mp4"]


def test_the_file_that_another_process_wrote_is_found_by_its_part(tmp_path: Path) -> None:
    first = download_canned(Canned(), tmp_path, NAMED)
    source = Canned()
    found = download_canned(source, tmp_path, NAMED, busy_part=first.path.stat())
    assert found.path == first.path
    assert not source.requests


def test_an_empty_part_matches_no_existing_file(tmp_path: Path) -> None:
    (tmp_path / f"{MOON}.mp4").touch()
    state = (tmp_path / f"{MOON}.mp4").stat()
    assert FinalNames(key(ID), tmp_path, 0, like(MOON)).published_as(state) is None


def test_a_kill_between_both_names_leaves_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(part: Path, name: Path, **_: object) -> bool:
        name.hardlink_to(part)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(part_module, "give_name", killed)
        with pytest.raises(KeyboardInterrupt):
            download_canned(Canned(), tmp_path, NAMED)
    source = Canned()
    again = download_canned(source, tmp_path, DownloadHooks(names=like("unknown prompt")))
    assert again.path == tmp_path / f"{MOON}.mp4"
    assert not source.requests
    assert files(tmp_path) == [f"{MOON}.mp4"]


def test_a_name_that_is_taken_meanwhile_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = []

    def late(part: Path, name: Path, *, tidy: Callable[[], None]) -> bool:
        recorded.append(json.loads((tmp_path / f"{ID}.mp4.part.json").read_bytes())["name"])
        return len(recorded) > 1 and give_name(part, name, tidy=tidy)

    monkeypatch.setattr(part_module, "give_name", late)
    assert download_canned(Canned(), tmp_path, NAMED).path == tmp_path / f"{MOON}-2.mp4"
    assert recorded == [f"{MOON}.mp4", f"{MOON}-2.mp4"]


@pytest.mark.parametrize("number", [errno.EILSEQ, errno.EINVAL, errno.ENAMETOOLONG])
def test_a_file_system_that_allows_no_such_name_gets_the_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(part: Path, name: Path, *, tidy: Callable[[], None]) -> bool:
        if not name.name.isascii():
            raise OSError(number, os.strerror(number))
        return give_name(part, name, tidy=tidy)

    monkeypatch.setattr(part_module, "give_name", refuses)
    assert download_canned(Canned(), tmp_path, NAMED).path == tmp_path / f"{ID}.mp4"
    assert files(tmp_path) == [f"{ID}.mp4"]


def test_without_room_for_its_metadata_a_file_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, wanted: VideoKey, metadata: PartMetadata) -> os.stat_result:
        if metadata.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_metadata(path, wanted, metadata)

    monkeypatch.setattr(part_module, "write_metadata", full)
    assert download_canned(Canned(), tmp_path, NAMED).path == tmp_path / f"{MOON}.mp4"


def test_two_videos_of_one_prompt_get_two_names(tmp_path: Path) -> None:
    (tmp_path / f"{MOON}.mp4").write_bytes(DATA + b"more")
    assert (
        download_canned(Canned(), tmp_path, NAMED, wanted=OTHER).path == tmp_path / f"{MOON}-2.mp4"
    )
