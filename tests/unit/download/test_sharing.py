"""Several processes that want one video: one downloads it, the others use its file."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hingtui.download.interface import DownloadHooks, Saved
from hingtui.model.errors import Busy
from hingtui.model.key import VideoKey
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.storage.watchlist import Entry, Watchlist
from tests.support.canned import DATA, ID, Canned, download_canned, no_links
from tests.support.clock import FakeClock
from tests.support.keys import key

NAME = f"{ID}.mp4"


@dataclass
class Written:
    """What the processes have written down for each other, as in the watchlist."""

    paths: dict[VideoKey, Path] = field(default_factory=dict)

    def hooks(self, wanted: VideoKey) -> DownloadHooks:
        return DownloadHooks(
            saved_by_another=lambda: self.paths.get(wanted),
            saved=lambda saved: self.paths.update({wanted: saved.path}),
        )


def download_twice(source: Canned, folder: Path) -> list[Saved]:
    """Download; a second process begins when the file has its name and is not written down yet."""
    usual = Written().hooks(key(ID))

    def saved(first: Saved) -> None:
        with pytest.raises(Busy):
            download_canned(source, folder, usual)
        usual.saved(first)

    first = download_canned(source, folder, DownloadHooks(saved=saved))
    return [first, download_canned(source, folder, usual)]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_was_just_named_is_not_downloaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    source = Canned()
    first, second = download_twice(source, tmp_path)
    assert first.path == second.path == tmp_path / NAME
    assert source.requests[ID] == 1
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_file_that_was_there_before_is_shared_too(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(DATA)
    source = Canned()
    first, second = download_twice(source, tmp_path)
    assert first.path == second.path == tmp_path / NAME
    assert source.requests[ID] == 1
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_file_found_by_its_part_is_recorded(tmp_path: Path) -> None:
    source, written = Canned(), Written()
    (tmp_path / NAME).write_bytes(DATA)
    state = (tmp_path / NAME).stat()
    download_canned(source, tmp_path, written.hooks(key(ID)), busy_part=state)
    assert written.paths == {key(ID): tmp_path / NAME}
    assert not source.requests


def test_many_that_want_the_same_videos_download_each_once(tmp_path: Path) -> None:
    source, folder = Canned(), tmp_path / "videos"
    wanted = [key(f"video_{number}") for number in range(12)]
    Watchlist(tmp_path / "watchlist.toml").change(add=[Entry(one.id, 0.0) for one in wanted])
    together = threading.Barrier(4)
    errors: list[BaseException] = []

    def work() -> None:
        watchlist = Watchlist(tmp_path / "watchlist.toml")
        shared = SharedDownloads(watchlist, folder, FakeClock())
        try:
            for one in wanted:
                together.wait(20)
                _download_until_saved(source, folder, _hooks(shared, one), one)
        except BaseException as error:  # noqa: BLE001 - it is raised in the test
            errors.append(error)
            together.abort()

    threads = [threading.Thread(target=work) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert source.requests == dict.fromkeys((one.id for one in wanted), 1)
    assert {path.name for path in folder.iterdir()} == {f"{one.id}.mp4" for one in wanted}


def _hooks(shared: SharedDownloads, wanted: VideoKey) -> DownloadHooks:
    return DownloadHooks(
        saved_by_another=lambda: shared.find(wanted),
        saved=lambda saved: shared.publish(wanted, saved),
    )


def _download_until_saved(
    source: Canned, folder: Path, hooks: DownloadHooks, wanted: VideoKey
) -> None:
    while True:
        try:
            download_canned(source, folder, hooks, wanted=wanted)
        except Busy:
            continue
        return
