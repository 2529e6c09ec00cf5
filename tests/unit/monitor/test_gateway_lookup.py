"""Several gateways in one monitor: which one knows an id, and that none delays another."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.model.errors import ServerError
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.model.video import Status
from hingtui.monitor import GatewayState, Monitor
from hingtui.storage.watchlist import Watchlist
from tests.support.clock import FakeClock
from tests.support.watch import job

NAMES = ("east", "west")


class TwoGateways:
    """A monitor over two gateways, each with its own token."""

    def __init__(self, folder: Path, clock: FakeClock, servers: dict[str, DemoServer]) -> None:
        self.clock = clock
        self.servers = servers
        self.watchlist = Watchlist(folder / "watchlist.toml", clock=clock)
        self.monitor = Monitor(
            self.watchlist,
            folder=folder / "videos",
            gateways=NAMES,
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same in every run
        )

    def connect(self, *names: str) -> None:
        for name in names:
            server = self.servers[name]
            api = Api(server.base_url, server.token, clock=self.clock, environ={})
            self.monitor.connect(api, name)

    async def look(self, after: float = 0.0) -> None:
        self.clock.advance(after)
        await self.monitor.lookup.settle()
        for watch in self.monitor.gateways.values():
            await watch.poller.settle()

    async def command(self) -> None:
        """Look up as a command does; its pauses end at once."""
        looking = asyncio.create_task(self.monitor.lookup.one_round())
        while not looking.done():
            await asyncio.sleep(0)
            if not self.monitor.lookup._tasks:
                self.clock.advance(1.0)
        await looking

    def asked(self, name: str) -> list[str]:
        return [request.path for request in self.servers[name].requests]


Open = Callable[..., AbstractAsyncContextManager[TwoGateways]]


@pytest.fixture
def two(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def opened(east: list[Job], west: list[Job]) -> AsyncIterator[TwoGateways]:
        clock = FakeClock()
        async with AsyncExitStack() as stack:
            servers = {
                name: stack.enter_context(
                    DemoServer(Story(jobs), clock=clock, token=f"oh-{name}-token")
                )
                for name, jobs in zip(NAMES, (east, west), strict=True)
            }
            here = TwoGateways(tmp_path, clock, servers)
            await here.monitor.load()
            here.connect(*NAMES)
            try:
                yield here
            finally:
                await here.monitor.stop()

    return opened


async def test_an_id_is_watched_at_the_gateway_that_knows_it(two: Open) -> None:
    async with two([job("video_e")], [job("video_w")]) as here:
        here.monitor.add(["video_w", "video_e"])
        await here.look()
        assert list(here.monitor.rows) == [VideoKey("west", "video_w"), VideoKey("east", "video_e")]
        assert all(row.video is not None for row in here.monitor.rows.values())


async def test_the_gateway_of_an_id_is_stored(two: Open) -> None:
    async with two([], [job("video_w")]) as here:
        here.monitor.add(["video_w"])
        await here.monitor.watchlist_sync.flush()
        assert list(here.watchlist.read().entries) == [VideoKey(UNKNOWN_GATEWAY, "video_w")]
        await here.look()
        await here.monitor.watchlist_sync.flush()
        assert list(here.watchlist.read().entries) == [VideoKey("west", "video_w")]


async def test_listeners_get_the_old_and_the_new_key(two: Open) -> None:
    async with two([], [job("video_w")]) as here:
        moved: dict[VideoKey, VideoKey] = {}
        here.monitor.subscribe(lambda changes: moved.update(changes.moved))
        here.monitor.add(["video_w"])
        await here.look()
        here.monitor.feed.flush()
        assert moved == {VideoKey("", "video_w"): VideoKey("west", "video_w")}


async def test_the_gateway_that_knew_the_last_id_is_asked_first(two: Open) -> None:
    async with two([], [job("video_w"), job("video_x")]) as here:
        here.monitor.add(["video_w"])
        await here.look()
        asked = len(here.asked("east"))
        here.monitor.add(["video_x"])
        await here.look()
        assert VideoKey("west", "video_x") in here.monitor.rows
        assert len(here.asked("east")) == asked


async def test_an_id_unknown_everywhere_is_kept_and_looked_up_again(two: Open) -> None:
    async with two([], []) as here:
        here.monitor.add(["video_late"])
        await here.look()
        [row] = here.monitor.rows.values()
        assert row.gateway == UNKNOWN_GATEWAY
        assert row.failures == 1
        story = here.servers["west"].story
        story.jobs["video_late"] = job("video_late")
        await here.look(after=60)
        assert list(here.monitor.rows) == [VideoKey("west", "video_late")]


async def test_an_id_is_not_unknown_while_a_gateway_is_unreachable(two: Open) -> None:
    async with two([], [job("video_w")]) as here:
        here.monitor.connect(None, "west")
        here.servers["west"].stop()
        here.connect("west")
        here.monitor.add(["video_w"])
        await here.look()
        [row] = here.monitor.rows.values()
        assert row.failures == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (403, b"<html>firewall</html>"),
        (200, b"<html>log in</html>"),
        (200, b""),
        (200, b"[]"),
        (200, b'{"code": 500, "msg": "internal error", "data": null}'),
        (429, b"{}"),
    ],
)
async def test_a_gateway_that_answers_nonsense_hides_no_id_of_another(
    two: Open, status: int, body: bytes
) -> None:
    async with two([], [job("video_w")]) as here:
        for _time in range(9):
            here.servers["east"].once("/v1/videos", status=status, headers={}, body=body)
        here.monitor.add(["video_w"])
        await here.look()
        assert list(here.monitor.rows) == [VideoKey("west", "video_w")]


async def test_a_gateway_without_a_clear_answer_is_asked_again(two: Open) -> None:
    async with two([job("video_e")], []) as here:
        here.servers["east"].once("/v1/videos", status=500, headers={}, body=b"oops")
        here.monitor.add(["video_e"])
        await here.look()
        [row] = here.monitor.rows.values()
        assert (row.gateway, row.failures) == (UNKNOWN_GATEWAY, 0)
        await here.look(after=10)
        assert list(here.monitor.rows) == [VideoKey("east", "video_e")]


async def test_a_command_does_not_wait_for_a_long_rate_limit(two: Open) -> None:
    async with two([], []) as here:
        limiter = here.monitor.gateways["east"].gateway.limiter
        limiter.slow_down(here.clock.monotonic(), 3600.0)
        here.monitor.add(["video_e"])
        await here.command()
        [row] = here.monitor.rows.values()
        assert (row.gateway, row.failures) == (UNKNOWN_GATEWAY, 0)


async def test_a_command_asks_three_times_where_no_answer_is_clear(two: Open) -> None:
    async with two([], []) as here:
        for _time in range(9):
            here.servers["east"].once("/v1/videos", status=500, headers={}, body=b"oops")
        here.monitor.add(["video_e"])
        await here.command()
        [row] = here.monitor.rows.values()
        assert isinstance(row.last_error and row.last_error.error, ServerError)
        asked = {name: here.asked(name).count("/v1/videos/video_e") for name in NAMES}
        assert asked == {"east": 3, "west": 1}


async def test_an_id_watched_at_some_gateway_is_not_added_again(two: Open) -> None:
    async with two([], [job("video_w")]) as here:
        here.monitor.add(["video_w"], gateway="west")
        added = here.monitor.add(["video_w"])
        assert added.known == (VideoKey("west", "video_w"),)
        assert added.added == ()


async def test_the_same_id_at_two_gateways_is_two_videos(two: Open) -> None:
    async with two([job("video_one")], [job("video_one")]) as here:
        here.monitor.add(["video_one"], gateway="west")
        here.monitor.add(["video_one"], gateway="east")
        await here.look()
        assert len(here.monitor.rows) == 2
        here.monitor.remove([VideoKey("west", "video_one")])
        await here.look(after=100)
        assert here.monitor.rows[VideoKey("east", "video_one")].status is Status.READY


async def test_a_silent_gateway_does_not_hold_up_the_other(two: Open) -> None:
    async with two([job("video_e")], [job("video_w")]) as here:
        here.servers["east"].stop()
        here.monitor.add(["video_e"], gateway="east")
        here.monitor.add(["video_w"], gateway="west")
        await here.look()
        await here.look(after=100)
        assert here.monitor.status_of("east").state is GatewayState.OFFLINE
        assert here.monitor.status_of("west").state is GatewayState.ONLINE
        assert here.monitor.rows[VideoKey("west", "video_w")].status is Status.READY


async def test_a_download_waits_only_for_its_own_gateway(two: Open) -> None:
    async with two([job("video_e")], [job("video_w")]) as here:
        for name, video_id in (("east", "video_e"), ("west", "video_w")):
            here.monitor.add([video_id], gateway=name)
        await here.look()
        await here.look(after=100)
        limiter = here.monitor.gateways["east"].gateway.limiter
        limiter.slow_down(here.clock.monotonic(), 300.0)
        here.monitor.download(here.monitor.rows)
        assert here.monitor.queue.start_next() == pytest.approx(300.0, rel=0.2)
        assert list(here.monitor.queue._tasks) == [VideoKey("west", "video_w")]


async def test_no_gateway_ever_gets_the_token_of_another(two: Open) -> None:
    async with two([job("video_e")], [job("video_w")]) as here:
        here.monitor.add(["video_w", "video_e", "video_neither"])
        await here.look()
        for name in NAMES:
            sent = {request.headers.get("authorization") for request in here.servers[name].requests}
            assert sent == {f"Bearer oh-{name}-token"}


async def test_a_gateway_missing_from_the_settings_is_not_set(two: Open) -> None:
    async with two([], []) as here:
        here.monitor.add(["video_x"], gateway="gone")
        await here.look()
        assert here.monitor.status_of("gone").state is GatewayState.NOT_SET
        assert VideoKey("gone", "video_x") in here.monitor.rows


async def test_a_gateway_can_be_added_while_others_are_watched(two: Open) -> None:
    async with two([], [job("video_n")]) as here:
        here.monitor.add(["video_n"], gateway="new")
        server = here.servers["west"]
        api = Api(server.base_url, server.token, clock=here.clock, environ={})
        here.monitor.connect(api, "new")
        await here.look()
        assert here.monitor.rows[VideoKey("new", "video_n")].video is not None


async def test_a_removed_gateway_gets_no_requests_and_its_rows_stay(two: Open) -> None:
    async with two([job("video_e")], [job("video_w")]) as here:
        here.monitor.add(["video_e"], gateway="east")
        await here.look()
        asked = len(here.asked("east"))
        here.monitor.remove_gateway("east")
        await here.look(after=100)
        assert len(here.asked("east")) == asked
        assert list(here.monitor.rows) == [VideoKey("east", "video_e")]
        assert here.monitor.status_of("east").state is GatewayState.NOT_SET
