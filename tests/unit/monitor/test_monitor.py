"""The monitor with a real gateway on a real socket, and a fake clock."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import NotFound, StorageError, Unauthorized
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, GatewayState
from hingtui.monitor.download_queue import KEEP_PART
from hingtui.monitor.gateway import Gateway
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import ids, key, keys
from tests.support.waiting import until
from tests.support.watch import job, watching


async def test_a_video_is_followed_from_queued_to_ready(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        assert watch.row("video_one").status is Status.QUEUED
        await watch.look(after=30)
        assert watch.row("video_one").status is Status.GENERATING
        assert watch.row("video_one").video.progress == 41  # type: ignore[union-attr]
        await watch.look(after=40)
        assert watch.row("video_one").status is Status.READY
        assert [ids for change in watch.changes for ids in change.ready] == keys("video_one")


async def test_both_vocabularies_give_the_same_status(tmp_path: Path) -> None:
    async with watching(
        tmp_path, job("video_a", vocabulary="hingnet"), job("video_b", vocabulary="openai")
    ) as watch:
        watch.monitor.add(["video_a", "video_b"])
        await watch.look(after=30)
        assert {w.status for w in watch.monitor.rows.values()} == {Status.GENERATING}
        raw = {w.video.raw_status for w in watch.monitor.rows.values() if w.video}
        assert raw == {"processing", "in_progress"}


async def test_a_finished_video_is_not_polled_again(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=70)
        before = len(watch.asked())
        for _ in range(20):
            await watch.look(after=600)
        assert len(watch.asked()) == before


async def test_a_finished_video_reported_as_running_stays_finished(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=70)
        body = json.dumps({"id": "video_one", "status": "processing", "progress": 10}).encode()
        watch.server.once("/v1/videos/video_one", status=200, body=body)
        watch.monitor.ask(keys("video_one"))
        await watch.look()
        assert watch.row("video_one").status is Status.READY


async def test_the_remaining_time_follows_the_observed_progress(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=100)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=20)
        await watch.look(after=20)
        left = watch.monitor.remaining(watch.row("video_one"))
        assert left == pytest.approx(60, abs=3)


async def test_a_429_slows_the_whole_gateway_for_its_retry_after(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as watch:
        watch.monitor.add(["video_a"])
        watch.server.once("/v1/videos/video_a", status=429, headers={"Retry-After": "30"}, body=b"")
        await watch.look()
        slowed = watch.monitor.gateway_status
        assert slowed.state is GatewayState.SLOWED
        assert slowed.until == pytest.approx(watch.monitor.now() + 30, abs=1)
        watch.monitor.add(["video_b"])
        await watch.look(after=20)
        assert not watch.asked("video_b")
        await watch.look(after=11)
        assert watch.asked("video_b")
        assert watch.state is GatewayState.ONLINE


async def test_a_refused_token_stops_all_requests(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(f"video_{n}") for n in range(20))) as watch:
        watch.monitor.connect(Api(watch.server.base_url, "oh-wrong", environ={}))
        watch.monitor.add([f"video_{n}" for n in range(20)])
        await watch.look()
        first = len(watch.asked())
        assert first <= 12
        await watch.look(after=600)
        assert len(watch.asked()) <= first + 1
        assert isinstance(watch.monitor.gateway_status.error, Unauthorized)
        assert all(w.last_error is None for w in watch.monitor.rows.values())


async def test_polling_again_reports_a_newly_refused_token_at_once(tmp_path: Path) -> None:
    ready = [job(f"video_{n}", queued_for=0, generating_for=0) for n in range(3)]
    async with watching(tmp_path, job(), *ready) as watch:
        watch.monitor.add(["video_one", *(each.id for each in ready)])
        await watch.look(after=1)
        watch.server.once("/v1/videos", status=401, body=b"{}", times=100)
        watch.monitor.ask()
        await watch.look(after=1)
        assert watch.monitor.gateway_status.state is GatewayState.DENIED


async def test_a_new_token_resumes_requests(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.connect(Api(watch.server.base_url, "oh-wrong", environ={}))
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.monitor.connect(Api(watch.server.base_url, watch.server.token, environ={}))
        await watch.look(after=1)
        assert watch.row("video_one").status is Status.QUEUED


async def test_an_unknown_id_is_an_error_only_after_a_grace_period(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job(outcome="missing")) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        assert watch.row("video_one").last_error is None
        for _ in range(20):
            await watch.look(after=6)
        last_error = watch.row("video_one").last_error
        assert last_error is not None
        assert isinstance(last_error.error, NotFound)
        before = len(watch.asked())
        for _ in range(20):
            await watch.look(after=6)
        assert len(watch.asked()) - before <= 1


async def test_a_gateway_that_fails_gets_one_request_at_a_time(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(f"video_{n}") for n in range(50))) as watch:
        watch.server.once("/v1/videos", status=503, body=b"", times=10_000)
        watch.monitor.add([f"video_{n}" for n in range(50)])
        for _ in range(60):
            await watch.look(after=1)
        assert len(watch.asked()) < 40
        assert watch.state is GatewayState.OFFLINE


async def test_an_unreadable_response_keeps_the_last_known_state(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=30)
        watch.server.once("/v1/videos/video_one", status=200, body=b'{"half": ')
        await watch.look(after=15)
        row = watch.row("video_one")
        assert row.status is Status.GENERATING
        assert row.last_error is not None
        await watch.look(after=15)
        assert row.last_error is None


def test_the_gateways_clock_outranks_a_wrong_local_clock() -> None:
    clock = FakeClock()
    host = Gateway(clock, random.Random(1), lambda: None)  # noqa: S311 - jitter
    host.answered("a", EPOCH + 7200)
    assert host.now() == EPOCH + 7200
    clock.advance(10)
    assert host.now() == EPOCH + 7210
    host.answered("a", EPOCH + 7211)
    assert host.now() == EPOCH + 7210  # `Date` has whole seconds, so a second is no difference


async def test_a_removed_row_can_be_restored(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as watch:
        watch.monitor.add(["video_a", "video_b"])
        await watch.look(after=30)
        assert watch.monitor.remove(keys("video_a")) == 1
        assert ids(watch.monitor.rows) == ["video_b"]
        assert watch.monitor.restore() == keys("video_a")
        assert watch.row("video_a").status is Status.GENERATING


async def test_a_response_for_a_removed_row_is_dropped(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        watch.monitor.gateways["default"].poller.start_due()
        watch.monitor.remove(keys("video_one"))
        await watch.look()
        assert not watch.monitor.rows


async def test_a_pause_stops_requests_until_it_ends(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        watch.monitor.pause(True)
        await watch.look(after=60)
        assert not watch.asked()
        assert watch.state is GatewayState.PAUSED
        watch.monitor.pause(False)
        await watch.look()
        assert watch.asked()


async def test_a_download_equals_the_gateways_file_byte_for_byte(tmp_path: Path) -> None:
    one = job(queued_for=0, generating_for=0)
    async with watching(tmp_path, one) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=1)
        assert watch.monitor.download(keys("video_one")) == keys("video_one")
        await watch.saved("video_one")
        path = watch.row("video_one").saved
        assert path is not None
        assert path.read_bytes() == one.file()


async def test_the_video_that_expires_first_is_downloaded_first(tmp_path: Path) -> None:
    jobs = [
        job(f"video_{n}", queued_for=0, generating_for=0, lifetime=life)
        for n, life in enumerate((3000, 500, 900))
    ]
    async with watching(tmp_path, *jobs, max_downloads=1) as watch:
        ids = [one.id for one in jobs]
        watch.monitor.add(ids)
        await watch.look(after=1)
        watch.monitor.download(keys(*ids))
        for video_id in ids:
            await watch.saved(video_id)
        assert [path.split("/")[3] for path in watch.asked("/content")] == [
            "video_1",
            "video_2",
            "video_0",
        ]


async def test_failed_downloads_are_retried_after_all_others(tmp_path: Path) -> None:
    jobs = [
        job(f"video_{n}", queued_for=0, generating_for=0, lifetime=life)
        for n, life in enumerate((500, 900, 3000))
    ]
    async with watching(tmp_path, *jobs, max_downloads=1) as watch:
        ids = [one.id for one in jobs]
        watch.monitor.add(ids)
        await watch.look(after=1)
        for video_id in ids[:2]:
            watch.server.once(f"/v1/videos/{video_id}/content", status=202, body=b"{}")
        watch.monitor.download(keys(*ids))
        both = [saving for one in ids[:2] if (saving := watch.row(one).download) is not None]
        while any(saving.state is not DownloadState.WAITING for saving in both):
            watch.monitor.queue.start_next()
            await asyncio.sleep(0.001)
        watch.clock.advance(60)  # both are due again, and expire before the third
        await watch.saved(ids[2])
        assert [path.split("/")[3] for path in watch.asked("/content")] == ids


async def test_auto_download_downloads_videos_that_become_ready(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job(), auto_download=True) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=30)
        await watch.look(after=40)
        await watch.saved("video_one")
        assert watch.row("video_one").saved is not None


async def test_a_download_that_is_not_ready_is_retried(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=0)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=1)
        watch.server.once("/v1/videos/video_one/content", status=202, body=b'{"status":"queued"}')
        watch.monitor.download(keys("video_one"))
        row = watch.row("video_one")
        watch.monitor.queue.start_next()
        await until(
            lambda: row.download is not None and row.download.state is DownloadState.WAITING
        )
        watch.clock.advance(10)
        await watch.saved("video_one")
        assert row.saved is not None


class _StillClock(FakeClock):
    """A server with this clock sends one piece, and nothing more until it stops."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait()


@pytest.mark.parametrize("is_undone", [False, True])
async def test_a_removed_rows_part_is_kept_for_an_undo(tmp_path: Path, is_undone: bool) -> None:
    one = job(queued_for=0, generating_for=0, pad=300_000)
    async with watching(tmp_path, one) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=1)
        watch.server.rate, watch.server.clock = 100_000.0, _StillClock()
        watch.monitor.download(keys("video_one"))
        watch.monitor.queue.start_next()
        row = watch.row("video_one")
        await until(lambda: row.download is not None and row.download.progress.received > 0)
        watch.server.rate, watch.server.clock = None, watch.clock
        watch.monitor.remove(keys("video_one"))
        await until(lambda: not watch.monitor.queue._tasks)
        assert list(watch.folder.glob("*.part"))
        if is_undone:
            watch.monitor.restore()
            await watch.saved("video_one")
            assert (watch.folder / "video_one.mp4").read_bytes() == one.file()
            return

        def is_deleted() -> bool:
            watch.clock.advance(KEEP_PART)
            return not list(watch.folder.glob("*.part*"))

        await until(is_deleted)


async def test_a_sync_writes_the_watchlist_to_disk(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=30)
        await watch.monitor.watchlist_sync.sync()
        entry = watch.watchlist.read().entries[key("video_one")]
        assert entry.video is not None
        assert entry.video.status is Status.GENERATING


async def test_changes_by_another_process_are_applied(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as watch:
        watch.monitor.add(["video_a"])
        await watch.monitor.watchlist_sync.sync()
        other = Watchlist(tmp_path / "watchlist.toml")
        other.change(add=[Entry("video_b", watch.clock.time())], remove=keys("video_a"))
        await watch.monitor.watchlist_sync.sync()
        assert ids(watch.monitor.rows) == ["video_b"]
        await watch.look()
        assert watch.row("video_b").status is Status.QUEUED


async def test_the_last_known_state_is_restored_and_marked_old(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=30)
    async with watching(tmp_path, job()) as watch:
        row = watch.row("video_one")
        assert row.status is Status.GENERATING
        assert row.is_old
        await watch.look(after=31)
        assert not row.is_old


async def test_a_listener_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:

        def fail(_changes: object) -> None:
            raise RuntimeError("a fault in a listener")

        received: list[object] = []
        watch.monitor.subscribe(fail)
        watch.monitor.subscribe(received.append)
        watch.monitor.add(["video_one"])
        await watch.look()
        assert received


async def test_ids_are_kept_while_the_watchlist_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path, job()) as watch:
        full = StorageError("The disk is full.")

        def fail(**_changes: object) -> None:
            raise full

        with monkeypatch.context() as broken:
            broken.setattr(watch.watchlist, "change", fail)
            watch.monitor.add(["video_one"])
            await watch.monitor.watchlist_sync.sync()
            assert watch.monitor.storage_error is full
        watch.clock.advance(10)
        await watch.monitor.watchlist_sync.sync()
        assert watch.monitor.storage_error is None
        assert key("video_one") in watch.watchlist.read().entries


async def test_a_poll_requested_during_a_poll_is_not_lost(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=0)) as watch:
        watch.monitor.add(["video_one"])
        await watch.look(after=1)
        watch.monitor.ask(keys("video_one"))
        watch.monitor.gateways["default"].poller.start_due()
        watch.monitor.ask(keys("video_one"))
        await watch.look()
        assert len(watch.asked("/v1/videos/video_one")) == 3
