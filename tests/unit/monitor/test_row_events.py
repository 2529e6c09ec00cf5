"""Effects of added and removed rows, in a monitor over a real gateway."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.video import Status
from hingtui.monitor import DownloadState
from hingtui.storage.watchlist.entry import Entry
from tests.support.keys import key, keys
from tests.support.watch import job, watching


async def test_an_undo_resumes_only_the_downloads_that_a_removal_stopped(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as watch:
        watch.monitor.add(["video_a", "video_b"])
        await watch.look(after=100)
        watch.monitor.download(keys("video_a"))
        watch.monitor.remove(keys("video_a", "video_b"))
        watch.monitor.restore()
        assert [row.id for row in watch.monitor.downloads] == ["video_a"]
        watch.monitor.cancel(keys("video_a"))
        watch.monitor.remove(keys("video_a"))
        watch.monitor.restore()
        assert watch.monitor.downloads == []


async def test_a_removed_row_is_asked_about_no_more(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a")) as watch:
        watch.monitor.add(["video_a"])
        await watch.look()
        asked = len(watch.asked("video_a"))
        watch.monitor.remove(keys("video_a"))
        await watch.look(after=60, times=5)
        assert len(watch.asked("video_a")) == asked


async def test_a_row_that_another_process_saw_ready_is_downloaded(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a")) as other:
        other.monitor.add(["video_a"])
        await other.look(after=100)
        video = other.row("video_a").video
    assert video is not None
    assert video.status is Status.READY
    async with watching(tmp_path / "here", job("video_a"), auto_download=True) as watch:
        now = watch.clock.time() + 100
        watch.clock.advance(100)
        watch.watchlist.change(add=[Entry("video_a", now, video=video, asked_at=now)])
        await watch.monitor.watchlist_sync.load()
        row = watch.monitor.rows[key("video_a")]
        assert row.download is not None
        assert row.download.state is DownloadState.QUEUED
