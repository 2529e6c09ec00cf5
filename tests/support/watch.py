"""The monitor over a real gateway on a socket, with a clock that is moved by hand."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from hingtui.api import Api
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.monitor import Changes, GatewayState, Monitor, Row
from hingtui.storage.watchlist import Watchlist
from tests.servers.gateway import TOKEN
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import key
from tests.support.waiting import TIMEOUT


class Server(Protocol):
    """A gateway that remembers what it was asked."""

    @property
    def requests(self) -> Sequence[Any]: ...


S = TypeVar("S", bound=Server)


@dataclass
class Watch(Generic[S]):
    """A monitor and all that it works on."""

    clock: FakeClock
    server: S
    monitor: Monitor
    folder: Path
    watchlist: Watchlist
    changes: list[Changes] = field(default_factory=list)
    """What the monitor has reported so far."""

    @property
    def state(self) -> GatewayState:
        return self.monitor.gateway_status.state

    def row(self, video_id: str) -> Row:
        return self.monitor.rows[key(video_id)]

    async def look(self, after: float = 0.0, *, times: int = 1) -> None:
        """Let so many seconds pass, ask whatever is due then, and report what changed."""
        for _ in range(times):
            self.clock.advance(after)
            await self.monitor.checked()
            await self.monitor.gateways["default"].poller.settle()
            self.monitor.feed.flush()

    async def saved(self, *video_ids: str) -> None:
        """Wait until these downloads are over, one way or the other."""
        async with asyncio.timeout(TIMEOUT):
            while any(self.row(video_id).is_downloading for video_id in video_ids):
                self.monitor.queue.start_next()
                await asyncio.sleep(0.001)
        self.monitor.feed.flush()

    def asked(self, path: str = "") -> list[str]:
        """The paths that the gateway was asked for and that hold `path`."""
        return [request.path for request in self.server.requests if path in request.path]


@asynccontextmanager
async def watching(
    folder: Path, *jobs: Job, auto_download: bool = False, max_downloads: int = 3
) -> AsyncIterator[Watch[DemoServer]]:
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
        watch = Watch(clock, server, monitor, folder / "videos", watchlist)
        monitor.subscribe(watch.changes.append)
        await monitor.load()
        monitor.connect(Api(server.base_url, server.token, clock=clock, environ={}))
        try:
            yield watch
        finally:
            await monitor.stop()


def job(video_id: str = "video_one", **fate: Any) -> Job:
    """A job created at the clock's start: queued 5 s, generating 60 s, if nothing else is said."""
    return Job(id=video_id, created_at=EPOCH, **fate)
