"""A small world for tests: a clock to be moved, a real gateway on a socket, a monitor over both."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hingtui.api import Api
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.monitor import Changes, GatewayState, Monitor, Row
from hingtui.storage.watchlist import Watchlist
from tests.servers.gateway import TOKEN
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import key
from tests.support.waiting import PATIENCE


@dataclass
class Watch:
    """Everything of one small world."""

    clock: FakeClock
    server: DemoServer
    monitor: Monitor
    folder: Path
    watchlist: Watchlist
    told: list[Changes] = field(default_factory=list)

    @property
    def state(self) -> GatewayState:
        return self.monitor.gateway_status.state

    def row(self, video_id: str) -> Row:
        return self.monitor.rows[key(video_id)]

    async def look(self, after: float = 0.0) -> None:
        """Let so many seconds pass, ask whatever is due then, and hear of what changed."""
        self.clock.advance(after)
        await self.monitor.poller.settle()
        self.monitor.feed.flush()

    async def saved(self, video_id: str) -> None:
        """Wait until the download of this video is over, one way or the other."""
        async with asyncio.timeout(PATIENCE):
            while self.row(video_id).is_downloading:
                self.monitor.queue.start_next()
                await asyncio.sleep(0.001)
        self.monitor.feed.flush()

    def asked(self, path: str = "") -> list[str]:
        """The paths that the gateway was asked for and that hold `path`."""
        return [request.path for request in self.server.requests if path in request.path]


@asynccontextmanager
async def watching(
    folder: Path, *jobs: Job, auto_download: bool = False, max_downloads: int = 3
) -> AsyncIterator[Watch]:
    """A gateway that knows these jobs, and a monitor that watches nothing yet."""
    clock = FakeClock()
    with DemoServer(Story(jobs), clock=clock, token=TOKEN) as server:
        watchlist = Watchlist(folder / "watchlist.toml", clock=clock)
        monitor = Monitor(
            watchlist,
            folder=folder / "videos",
            auto_download=auto_download,
            max_downloads=max_downloads,
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same jitter in every run
        )
        world = Watch(clock, server, monitor, folder / "videos", watchlist)
        monitor.subscribe(world.told.append)
        await monitor.load()
        monitor.connect(Api(server.base_url, server.token, clock=clock, environ={}))
        try:
            yield world
        finally:
            await monitor.stop()


def job(video_id: str = "video_one", **fate: Any) -> Job:
    """A job created at the clock's start: queued 5 s, generating 60 s, if nothing else is said."""
    return Job(id=video_id, created_at=EPOCH, **fate)
