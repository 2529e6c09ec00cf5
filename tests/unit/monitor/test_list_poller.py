"""Polling many videos at once through the account's list."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.support.watch import job, watching

MANY = [f"video_{n:02}" for n in range(40)]
LIST = "/v1/videos?"


async def test_one_list_page_updates_forty_videos(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.monitor.add(MANY)
        await watch.look(after=30)
        assert len(watch.asked()) == 1
        assert watch.asked(LIST)
        assert {w.status for w in watch.monitor.rows.values()} == {Status.GENERATING}


async def test_a_video_finished_in_the_list_is_requested_once_itself(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.monitor.add(MANY)
        await watch.look(after=30)
        for _ in range(40):
            await watch.look(after=2)
        assert {w.status for w in watch.monitor.rows.values()} == {Status.READY}
        for name in MANY:
            assert len(watch.asked(f"/v1/videos/{name}")) == 1


async def test_without_a_list_videos_are_polled_one_by_one(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.server.once(LIST, status=501, body=b"", times=99)
        watch.monitor.add(MANY)
        for _ in range(30):
            await watch.look(after=1)
        assert len(watch.asked(LIST)) == 1
        assert {w.status for w in watch.monitor.rows.values()} == {Status.GENERATING}
        assert watch.state is GatewayState.ONLINE


async def test_a_video_missing_from_the_list_is_polled_by_itself(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.monitor.add([*MANY, "video_of_another_account"])
        await watch.look(after=10)
        await watch.look(after=10)
        assert watch.asked("/v1/videos/video_of_another_account")


async def test_few_videos_are_polled_one_by_one(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.monitor.add(MANY[:3])
        await watch.look(after=10)
        assert not watch.asked(LIST)
        assert len(watch.asked()) == 3


async def test_a_429_of_the_list_slows_the_gateway(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(name) for name in MANY)) as watch:
        watch.server.once(LIST, status=429, headers={"Retry-After": "20"}, body=b"")
        watch.monitor.add(MANY)
        await watch.look()
        assert watch.state is GatewayState.SLOWED
        await watch.look(after=19)
        assert len(watch.asked()) == 1
        await watch.look(after=3)
        await watch.look(after=3)
        assert {w.status for w in watch.monitor.rows.values()} == {Status.GENERATING}
