"""New rows whose files an earlier run saved: the history knows them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import Changes, Monitor, RowState, history_recorder, row_state_of
from hingtui.monitor.list_poller import Listed
from hingtui.storage.history import History, HistoryVideo, Sighting
from hingtui.storage.watchlist import Entry, Watchlist
from tests.support.clock import EPOCH, FakeClock
from tests.support.waiting import until


def recorded(history: History, path: Path | None, *ids: str, gateway: str = "default") -> None:
    """Record videos as an earlier run left them; with `path`, saved there."""
    for video_id in ids:
        video = Video(video_id, Status.READY, prompt="moon", completed_at=EPOCH)
        size = path.stat().st_size if path is not None and path.exists() else None
        entry = Entry(video_id, EPOCH, video, EPOCH, path, size, gateway=gateway)
        seen = HistoryVideo(entry, sha256="5a")
        history.record([Sighting(seen)])


@pytest.fixture
def history(tmp_path: Path, clock: FakeClock) -> History:
    return History(tmp_path / "history.sqlite3", clock=clock)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "moon.mp4"
    path.write_bytes(b"whole")
    return path


def damaged(file: Path, how: str) -> None:
    if how == "gone":
        file.unlink()
    elif how == "cut":
        file.write_bytes(b"who")


def monitor_of(
    tmp_path: Path, clock: FakeClock, history: History, *gateways: str
) -> tuple[Monitor, list[Changes]]:
    watchlist = Watchlist(tmp_path / "watchlist.toml", clock=clock)
    names = gateways or ("default",)
    monitor = Monitor(
        watchlist, folder=tmp_path, history=lambda: history, clock=clock, gateways=names
    )
    changes: list[Changes] = []
    monitor.subscribe(changes.append)
    return monitor, changes


async def test_a_video_that_is_added_again_is_saved_already(
    tmp_path: Path, clock: FakeClock, history: History, file: Path
) -> None:
    recorded(history, file, "a")
    monitor, changes = monitor_of(tmp_path, clock, history)
    clock.advance(3600)  # it has expired at the gateway
    monitor.add(["a", "b"])
    await monitor.checked()
    monitor.feed.flush()
    row, other = monitor.rows.values()
    assert (row.saved, row.saved_bytes, row.digest) == (file, 5, "5a")
    assert row_state_of(row, clock.time()) is RowState.SAVED
    assert other.saved is None
    assert not any(change.not_saved or change.ready or change.saved for change in changes)
    await monitor.watchlist_sync.flush()
    assert Watchlist(tmp_path / "watchlist.toml").read().entries[row.key].saved == file


@pytest.mark.parametrize("damage", ["gone", "cut", "never saved"])
async def test_without_its_whole_file_it_is_watched_as_any_other(
    tmp_path: Path, clock: FakeClock, history: History, file: Path, damage: str
) -> None:
    recorded(history, None if damage == "never saved" else file, "a")
    damaged(file, damage)
    monitor, _changes = monitor_of(tmp_path, clock, history)
    monitor.add(["a"])
    await monitor.checked()
    (row,) = monitor.rows.values()
    assert row.saved is None
    assert row.video is None


async def test_what_the_list_says_comes_after_what_is_saved(
    tmp_path: Path, clock: FakeClock, history: History, file: Path
) -> None:
    recorded(history, file, "a")
    monitor, changes = monitor_of(tmp_path, clock, history)
    expired = Video("a", Status.EXPIRED, raw_status="expired", prompt="moon")
    monitor.add_listed("default", [Listed(expired, None)])
    await monitor.checked()
    (row,) = monitor.rows.values()
    await until(lambda: row.status is Status.EXPIRED)
    monitor.feed.flush()
    assert row.saved == file
    assert not any(change.not_saved for change in changes)


async def test_the_history_knows_its_gateway_too(
    tmp_path: Path, clock: FakeClock, history: History, file: Path
) -> None:
    recorded(history, file, "a", gateway="lab")
    monitor, _changes = monitor_of(tmp_path, clock, history, "default", "lab")
    monitor.add(["a"])
    assert [*monitor.rows] == [VideoKey(UNKNOWN_GATEWAY, "a")]
    await monitor.checked()
    assert [*monitor.rows] == [VideoKey("lab", "a")]
    await monitor.watchlist_sync.flush()
    entries = Watchlist(tmp_path / "watchlist.toml").read().entries
    assert [*entries] == [VideoKey("lab", "a")]


async def test_a_row_that_is_removed_meanwhile_stays_away(
    tmp_path: Path, clock: FakeClock, history: History, file: Path
) -> None:
    recorded(history, file, "a")
    monitor, _changes = monitor_of(tmp_path, clock, history)
    monitor.remove(monitor.add(["a"]).added)
    await monitor.checked()
    assert not monitor.rows


async def test_a_history_that_does_not_answer_holds_up_no_row(
    tmp_path: Path, clock: FakeClock, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def saved(_keys: Sequence[VideoKey]) -> dict[VideoKey, HistoryVideo]:
        release.wait()
        return {}

    recorded(history, None, "other")
    monkeypatch.setattr(history, "saved", saved)
    monkeypatch.setattr(history_recorder, "_FIND_TIMEOUT", 0.01)
    monitor, _changes = monitor_of(tmp_path, clock, history)
    monitor.add(["a"])
    async with asyncio.timeout(5):
        await monitor.checked()
    assert monitor.rows
    release.set()
