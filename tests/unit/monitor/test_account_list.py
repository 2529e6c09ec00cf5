"""Reading the account's list page by page, over a real gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hingtui.model.errors import ApiError, NotOffered, ServerError, Unreachable
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from hingtui.monitor.account_list import listed
from hingtui.monitor.list_poller import Paged
from tests.support.keys import keys
from tests.support.waiting import until
from tests.support.watch import Watch, job, watching

LIST = "/v1/videos?"
READY = {"queued_for": 0, "generating_for": 0}


async def page(watch: Watch, after: str | None = None, *, is_wanted: bool = True) -> Paged | None:  # type: ignore[type-arg]
    return await watch.monitor.list_page(DEFAULT_GATEWAY, after, lambda: is_wanted)


async def test_pages_follow_each_other_to_the_end(tmp_path: Path) -> None:
    async with watching(tmp_path, *(job(f"video_{n:03}") for n in range(130))) as watch:
        first = await page(watch)
        assert first is not None
        assert len(first.videos) == 100
        second = await page(watch, first.last_id)
        assert second is not None
        assert len(second.videos) == 30
        assert second.last_id is None


async def test_a_page_proves_that_the_gateway_answers(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        before = watch.state
        await page(watch)
        assert (before, watch.state) == (GatewayState.CONNECTING, GatewayState.ONLINE)


async def test_a_gateway_without_a_list_is_an_error(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.server.once(LIST, status=501)
        with pytest.raises(NotOffered):
            await page(watch)


async def test_a_rate_limit_makes_the_next_page_wait(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.server.once(LIST, status=429, headers={"Retry-After": "20"})
        with pytest.raises(ApiError):
            await page(watch)
        assert watch.state is GatewayState.SLOWED
        waiting = asyncio.create_task(page(watch))
        await until(lambda: watch.clock._sleepers)
        watch.clock.advance(19)
        assert len(watch.asked(LIST)) == 1
        watch.clock.advance(1)
        assert await waiting is not None
        assert len(watch.asked(LIST)) == 2


async def test_a_page_no_longer_wanted_is_not_requested(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        assert await page(watch, is_wanted=False) is None
        assert not watch.asked(LIST)


async def test_two_pages_are_not_asked_for_at_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        together = asyncio.gather(page(watch), page(watch), return_exceptions=True)
        await until(lambda: watch.monitor.gateways[DEFAULT_GATEWAY].account_list.under_way)
        assert len(watch.monitor.gateways[DEFAULT_GATEWAY].account_list.under_way) == 1
        await together
        assert len(watch.asked(LIST)) == 2


async def test_without_a_token_nothing_is_asked(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.monitor.connect(None)
        with pytest.raises(Unreachable):
            await page(watch)


async def test_stopping_ends_a_wait_for_the_rate_limit(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        gateway = watch.monitor.gateways[DEFAULT_GATEWAY].gateway
        gateway.limiter.slow_down(watch.clock.monotonic(), 600)
        waiting = asyncio.create_task(page(watch))
        await until(lambda: watch.clock._sleepers)
        await watch.monitor.stop()
        with pytest.raises(Unreachable):
            await waiting


async def test_an_error_of_the_list_alone_leaves_the_gateway_online(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.server.once(LIST, status=503)
        with pytest.raises(ServerError):
            await page(watch)
        assert watch.state is GatewayState.ONLINE


async def test_added_entries_show_at_once_what_the_list_says(tmp_path: Path) -> None:
    jobs = (job("video_ready", **READY), job("video_running", queued_for=0))
    async with watching(tmp_path, *jobs) as watch:
        watch.clock.advance(10)
        found = await page(watch)
        assert found is not None
        result = watch.monitor.add_listed(DEFAULT_GATEWAY, listed(found))
        assert set(result.added) == set(keys("video_ready", "video_running"))
        assert watch.row("video_ready").status is Status.READY
        assert watch.row("video_running").status is Status.GENERATING
        assert watch.monitor.add_listed(DEFAULT_GATEWAY, listed(found)).known


async def test_an_added_failure_without_its_reason_is_asked_about(tmp_path: Path) -> None:
    failed = job("video_failed", outcome="failed", error=("code", "Too bright."), **READY)
    async with watching(tmp_path, failed) as watch:
        watch.clock.advance(10)
        found = await page(watch)
        assert found is not None
        entries = [
            type(each)(type(each.video)(each.video.id, Status.FAILED), each.server_time)
            for each in listed(found)
        ]
        watch.monitor.add_listed(DEFAULT_GATEWAY, entries)
        await watch.look()
        video = watch.row("video_failed").video
        assert video is not None
        assert video.error is not None
        assert video.error.message == "Too bright."


async def test_a_missing_list_is_remembered_until_it_answers(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        gateway = watch.monitor.gateways[DEFAULT_GATEWAY]
        watch.server.once(LIST, status=503)
        with pytest.raises(ServerError):
            await page(watch)
        assert not gateway.lacks_list
        watch.server.once(LIST, status=404)
        with pytest.raises(NotOffered):
            await page(watch)
        assert gateway.lacks_list
        await page(watch)
        assert not gateway.lacks_list
