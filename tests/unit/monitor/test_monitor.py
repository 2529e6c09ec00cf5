"""The watch over a real gateway on a real socket, with a clock moved by hand."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import NotFound, StorageError, Unauthorized
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, GatewayState
from hingtui.monitor.gateway import Gateway
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import ids, key, keys
from tests.support.waiting import until
from tests.support.watch import job, watching


async def test_a_video_is_followed_from_queued_to_ready(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look()
        assert world.row("video_one").status is Status.QUEUED
        await world.look(after=30)
        assert world.row("video_one").status is Status.GENERATING
        assert world.row("video_one").video.progress == 41  # type: ignore[union-attr]
        await world.look(after=40)
        assert world.row("video_one").status is Status.READY
        assert [ids for change in world.told for ids in change.ready] == keys("video_one")


async def test_both_vocabularies_mean_the_same(tmp_path: Path) -> None:
    async with watching(
        tmp_path, job("video_a", vocabulary="hingnet"), job("video_b", vocabulary="openai")
    ) as world:
        world.monitor.add(["video_a", "video_b"])
        await world.look(after=30)
        assert {w.status for w in world.monitor.rows.values()} == {Status.GENERATING}
        raw = {w.video.raw_status for w in world.monitor.rows.values() if w.video}
        assert raw == {"processing", "in_progress"}


async def test_a_finished_video_is_asked_about_no_more(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look(after=70)
        before = len(world.asked())
        for _ in range(20):
            await world.look(after=600)
        assert len(world.asked()) == before


async def test_a_finished_video_that_is_said_to_run_again_stays_finished(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look(after=70)
        body = json.dumps({"id": "video_one", "status": "processing", "progress": 10}).encode()
        world.server.once("/v1/videos/video_one", status=200, body=body)
        world.monitor.ask(keys("video_one"))
        await world.look()
        assert world.row("video_one").status is Status.READY


async def test_an_estimate_comes_from_the_pace_that_was_seen(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=100)) as world:
        world.monitor.add(["video_one"])
        await world.look(after=20)
        await world.look(after=20)
        left = world.monitor.remaining(world.row("video_one"))
        assert left == pytest.approx(60, abs=3)


async def test_a_429_slows_the_whole_host_until_the_time_it_named(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as world:
        world.monitor.add(["video_a"])
        world.server.once("/v1/videos/video_a", status=429, headers={"Retry-After": "30"}, body=b"")
        await world.look()
        slowed = world.monitor.gateway_status
        assert slowed.state is GatewayState.SLOWED
        assert slowed.until == pytest.approx(world.monitor.now() + 30, abs=1)
        world.monitor.add(["video_b"])
        await world.look(after=20)
        assert not world.asked("video_b")
        await world.look(after=11)
        assert world.asked("video_b")
        assert world.state is GatewayState.ONLINE


async def test_a_bad_token_is_one_banner_and_stops_all_asking(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(f"video_{n}") for n in range(20))) as world:
        world.monitor.connect(Api(world.server.base_url, "oh-wrong", environ={}))
        world.monitor.add([f"video_{n}" for n in range(20)])
        await world.look()
        first = len(world.asked())
        assert first <= 12
        await world.look(after=600)
        assert len(world.asked()) <= first + 1
        assert isinstance(world.monitor.gateway_status.error, Unauthorized)
        assert all(w.last_error is None for w in world.monitor.rows.values())


async def test_another_token_makes_asking_go_on(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.connect(Api(world.server.base_url, "oh-wrong", environ={}))
        world.monitor.add(["video_one"])
        await world.look()
        world.monitor.connect(Api(world.server.base_url, world.server.token, environ={}))
        await world.look(after=1)
        assert world.row("video_one").status is Status.QUEUED


async def test_an_unknown_id_gets_a_grace_time_then_says_so_and_is_asked_rarely(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job(outcome="missing")) as world:
        world.monitor.add(["video_one"])
        await world.look()
        assert world.row("video_one").last_error is None
        for _ in range(20):
            await world.look(after=6)
        last_error = world.row("video_one").last_error
        assert last_error is not None
        assert isinstance(last_error.error, NotFound)
        before = len(world.asked())
        for _ in range(20):
            await world.look(after=6)
        assert len(world.asked()) - before <= 1


async def test_a_server_in_trouble_is_asked_one_question_at_a_time(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(f"video_{n}") for n in range(50))) as world:
        world.server.once("/v1/videos", status=503, body=b"", times=10_000)
        world.monitor.add([f"video_{n}" for n in range(50)])
        for _ in range(60):
            await world.look(after=1)
        assert len(world.asked()) < 40
        assert world.state is GatewayState.OFFLINE


async def test_the_last_known_state_stays_when_the_answer_is_rubbish(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look(after=30)
        world.server.once("/v1/videos/video_one", status=200, body=b'{"half": ')
        await world.look(after=15)
        row = world.row("video_one")
        assert row.status is Status.GENERATING
        assert row.last_error is not None
        await world.look(after=15)
        assert row.last_error is None


def test_countdowns_follow_the_servers_clock_when_this_machines_is_wrong() -> None:
    clock = FakeClock()
    host = Gateway(clock, random.Random(1), lambda: None)  # noqa: S311 - jitter
    host.answered("a", EPOCH + 7200)
    assert host.now() == EPOCH + 7200
    clock.advance(10)
    assert host.now() == EPOCH + 7210
    host.answered("a", EPOCH + 7211)
    assert host.now() == EPOCH + 7210  # `Date` is whole seconds: that is no difference


async def test_what_is_removed_can_be_brought_back_at_once(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as world:
        world.monitor.add(["video_a", "video_b"])
        await world.look(after=30)
        assert world.monitor.remove(keys("video_a")) == 1
        assert ids(world.monitor.rows) == ["video_b"]
        assert world.monitor.restore() == keys("video_a")
        assert world.row("video_a").status is Status.GENERATING


async def test_the_answer_for_a_row_that_was_removed_meanwhile_is_dropped(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        world.monitor.poller.start_due()
        world.monitor.remove(keys("video_one"))
        await world.look()
        assert not world.monitor.rows


async def test_a_pause_stops_asking_until_it_ends(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        world.monitor.pause(True)
        await world.look(after=60)
        assert not world.asked()
        assert world.state is GatewayState.PAUSED
        world.monitor.pause(False)
        await world.look()
        assert world.asked()


async def test_a_download_is_byte_for_byte_the_servers(tmp_path: Path) -> None:
    one = job(queued_for=0, generating_for=0)
    async with watching(tmp_path, one) as world:
        world.monitor.add(["video_one"])
        await world.look(after=1)
        assert world.monitor.download(keys("video_one")) == keys("video_one")
        await world.saved("video_one")
        path = world.row("video_one").saved
        assert path is not None
        assert path.read_bytes() == one.file()


async def test_the_soonest_to_expire_comes_home_first(tmp_path: Path) -> None:
    jobs = [
        job(f"video_{n}", queued_for=0, generating_for=0, lifetime=life)
        for n, life in enumerate((3000, 500, 900))
    ]
    async with watching(tmp_path, *jobs, max_downloads=1) as world:
        ids = [one.id for one in jobs]
        world.monitor.add(ids)
        await world.look(after=1)
        world.monitor.download(keys(*ids))
        for video_id in ids:
            await world.saved(video_id)
        assert [path.split("/")[3] for path in world.asked("/content")] == [
            "video_1",
            "video_2",
            "video_0",
        ]


async def test_downloads_that_fail_let_all_others_go_first(tmp_path: Path) -> None:
    jobs = [
        job(f"video_{n}", queued_for=0, generating_for=0, lifetime=life)
        for n, life in enumerate((500, 900, 3000))
    ]
    async with watching(tmp_path, *jobs, max_downloads=1) as world:
        ids = [one.id for one in jobs]
        world.monitor.add(ids)
        await world.look(after=1)
        for video_id in ids[:2]:
            world.server.once(f"/v1/videos/{video_id}/content", status=202, body=b"{}")
        world.monitor.download(keys(*ids))
        both = [saving for one in ids[:2] if (saving := world.row(one).download) is not None]
        while any(saving.state is not DownloadState.WAITING for saving in both):
            world.monitor.queue.start_next()
            await asyncio.sleep(0.001)
        world.clock.advance(60)  # both are due again, and expire before the third
        await world.saved(ids[2])
        assert [path.split("/")[3] for path in world.asked("/content")] == ids


async def test_what_becomes_ready_is_saved_by_itself_if_that_is_switched_on(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job(), auto_download=True) as world:
        world.monitor.add(["video_one"])
        await world.look(after=30)
        await world.look(after=40)
        await world.saved("video_one")
        assert world.row("video_one").saved is not None


async def test_not_ready_yet_is_waited_for(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=0)) as world:
        world.monitor.add(["video_one"])
        await world.look(after=1)
        world.server.once("/v1/videos/video_one/content", status=202, body=b'{"status":"queued"}')
        world.monitor.download(keys("video_one"))
        row = world.row("video_one")
        world.monitor.queue.start_next()
        await until(
            lambda: row.download is not None and row.download.state is DownloadState.WAITING
        )
        world.clock.advance(10)
        await world.saved("video_one")
        assert row.saved is not None


async def test_a_part_goes_with_its_row(tmp_path: Path) -> None:
    one = job(queued_for=0, generating_for=0, pad=300_000, cut_at=100_000)
    async with watching(tmp_path, one) as world:
        world.monitor.add(["video_one"])
        await world.look(after=1)
        world.server.once(
            "/v1/videos/video_one/content",
            status=200,
            headers={"Content-Type": "video/mp4", "Content-Length": "400000"},
            body=one.file()[:1000],
        )
        world.monitor.download(keys("video_one"))
        world.monitor.queue.start_next()
        await until(lambda: world.folder.exists() and any(world.folder.iterdir()))
        world.monitor.remove(keys("video_one"))
        await world.monitor._background.wait()
        assert not list(world.folder.glob("*.part*"))


async def test_the_watchlist_is_on_disk_after_a_sync(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look(after=30)
        await world.monitor.watchlist_sync.sync()
        entry = world.watchlist.read().entries[key("video_one")]
        assert entry.video is not None
        assert entry.video.status is Status.GENERATING


async def test_what_another_process_adds_and_removes_is_taken_over(tmp_path: Path) -> None:
    async with watching(tmp_path, job("video_a"), job("video_b")) as world:
        world.monitor.add(["video_a"])
        await world.monitor.watchlist_sync.sync()
        other = Watchlist(tmp_path / "watchlist.toml")
        other.change(add=[Entry("video_b", world.clock.time())], remove=keys("video_a"))
        await world.monitor.watchlist_sync.sync()
        assert ids(world.monitor.rows) == ["video_b"]
        await world.look()
        assert world.row("video_b").status is Status.QUEUED


async def test_the_last_known_state_is_there_at_the_next_start_and_marked_old(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job()) as world:
        world.monitor.add(["video_one"])
        await world.look(after=30)
    async with watching(tmp_path, job()) as world:
        row = world.row("video_one")
        assert row.status is Status.GENERATING
        assert row.is_old
        await world.look(after=31)
        assert not row.is_old


async def test_a_listener_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as world:

        def fail(_changes: object) -> None:
            raise RuntimeError("a fault in a listener")

        heard: list[object] = []
        world.monitor.subscribe(fail)
        world.monitor.subscribe(heard.append)
        world.monitor.add(["video_one"])
        await world.look()
        assert heard


async def test_ids_are_kept_while_the_watchlist_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path, job()) as world:
        full = StorageError("The disk is full.")

        def fail(**_changes: object) -> None:
            raise full

        with monkeypatch.context() as broken:
            broken.setattr(world.watchlist, "change", fail)
            world.monitor.add(["video_one"])
            await world.monitor.watchlist_sync.sync()
            assert world.monitor.storage_error is full
        world.clock.advance(10)
        await world.monitor.watchlist_sync.sync()
        assert world.monitor.storage_error is None
        assert key("video_one") in world.watchlist.read().entries


async def test_a_question_wanted_while_one_is_under_way_is_not_lost(tmp_path: Path) -> None:
    async with watching(tmp_path, job(queued_for=0, generating_for=0)) as world:
        world.monitor.add(["video_one"])
        await world.look(after=1)
        world.monitor.ask(keys("video_one"))
        world.monitor.poller.start_due()
        world.monitor.ask(keys("video_one"))
        await world.look()
        assert len(world.asked("/v1/videos/video_one")) == 3
