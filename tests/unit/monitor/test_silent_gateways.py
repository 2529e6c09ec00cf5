"""A gateway that accepts connections and never answers holds up no lookup at another one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from hingtui.api import Api
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.monitor import Monitor
from hingtui.monitor.gateway_lookup import ANSWER_WITHIN, AT_ONCE
from hingtui.storage.watchlist import Watchlist
from tests.servers.sockets import HANG, FaultServer
from tests.support.clock import FakeClock
from tests.support.waiting import until
from tests.support.watch import job

IDS = [f"video_{n}" for n in range(12)]


class Lookups:
    """A monitor over a silent gateway, which is asked first, and one that knows all of `IDS`."""

    def __init__(self, monitor: Monitor, clock: FakeClock, silent: FaultServer) -> None:
        self.monitor = monitor
        self.silent = silent
        self._clock = clock

    async def passes_until(self, true: Callable[[], object]) -> None:
        """Let time pass until something is true."""

        def is_true() -> object:
            self._clock.advance(1.0)
            return true()

        await until(is_true)

    def unknown(self) -> list[str]:
        return [key.id for key in self.monitor.rows if key.gateway == UNKNOWN_GATEWAY]


@asynccontextmanager
async def lookups(folder: Path) -> AsyncIterator[Lookups]:
    clock = FakeClock()
    story = Story([job(name) for name in IDS])
    with FaultServer(lambda _request: HANG) as silent, DemoServer(story, clock=clock) as knows:
        monitor = Monitor(
            Watchlist(folder / "watchlist.toml", clock=clock),
            folder=folder / "videos",
            gateways=("silent", "knows"),
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same in every run
        )
        await monitor.load()
        monitor.connect(Api(silent.url, "oh-silent", clock=clock, environ={}), "silent")
        monitor.connect(Api(knows.base_url, knows.token, clock=clock, environ={}), "knows")
        try:
            yield Lookups(monitor, clock, silent)
        finally:
            await monitor.stop()


async def test_the_next_gateway_is_asked_while_one_is_silent(tmp_path: Path) -> None:
    async with lookups(tmp_path) as here:
        here.monitor.add(IDS[:1])
        running = asyncio.create_task(here.monitor.lookup.run())
        await until(lambda: here.silent.requests)
        assert here.unknown() == IDS[:1]
        await here.passes_until(lambda: VideoKey("knows", IDS[0]) in here.monitor.rows)
        running.cancel()


async def test_a_silent_gateway_gets_few_requests_and_delays_no_id(tmp_path: Path) -> None:
    async with lookups(tmp_path) as here:
        here.monitor.add(IDS)
        running = asyncio.create_task(here.monitor.lookup.run())
        await until(lambda: here.silent.requests)
        await here.passes_until(lambda: not here.unknown())
        assert len(here.silent.requests) <= AT_ONCE
        running.cancel()


async def test_a_command_ends_without_the_answer_of_a_silent_gateway(tmp_path: Path) -> None:
    async with lookups(tmp_path) as here:
        here.monitor.add(IDS)
        looking = asyncio.create_task(here.monitor.lookup.one_round())
        await here.passes_until(looking.done)
        await looking
        assert here.unknown() == []


async def test_pending_requests_delay_the_next_lookup(tmp_path: Path) -> None:
    async with lookups(tmp_path) as here:
        here.monitor.add(IDS)
        pause = here.monitor.lookup.start_due()
        assert pause is not None
        assert 0 < pause <= ANSWER_WITHIN
