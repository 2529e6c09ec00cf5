"""The monitor over a gateway that fails on purpose, with a fake clock."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hingtui.api import Api
from hingtui.monitor import DownloadState, GatewayStatus, Monitor
from hingtui.storage.watchlist import Watchlist
from tests.servers.gateway import Gateway
from tests.support.clock import FakeClock
from tests.support.keys import keys
from tests.support.waiting import TIMEOUT, until
from tests.support.watch import Watch

MANY = [f"v{n:03}" for n in range(100)]
"""Ids, where one video is not enough."""


class FaultyWatch(Watch[Gateway]):
    """A gateway and a monitor."""

    @property
    def gateway(self) -> Gateway:
        return self.server

    @property
    def gateway_status(self) -> GatewayStatus:
        return self.monitor.gateway_status

    @property
    def files(self) -> dict[str, bytes]:
        """The files under final names."""
        return {path.name: path.read_bytes() for path in self.folder.glob("*.mp4")}

    async def watch(self, *video_ids: str) -> None:
        """Add these ids and poll them."""
        self.monitor.add(video_ids)
        await self.look()

    def download(self, *video_ids: str) -> None:
        """Request these downloads, and start those that may start now."""
        self.monitor.download(keys(*video_ids))
        self.monitor.queue.start_next()

    async def saved(self, *video_ids: str) -> None:
        """Wait until these downloads have ended; the clock advances while all of them wait."""
        async with asyncio.timeout(TIMEOUT):
            while any(self.row(video_id).is_downloading for video_id in video_ids):
                self.monitor.queue.start_next()
                if not self.threads:
                    self.clock.advance(3)
                await asyncio.sleep(0.0005)
        self.monitor.feed.flush()

    async def put_off(self, video_id: str) -> None:
        """Wait until this download has been postponed for a retry."""
        await until(lambda: self.save_state(video_id) is DownloadState.WAITING)

    def received(self, video_id: str) -> int:
        """The bytes of its file received so far."""
        saving = self.row(video_id).download
        return 0 if saving is None else saving.progress.received

    async def asked_for_content(self, times: int) -> None:
        """Start downloads until the gateway has received this many requests for content."""
        async with asyncio.timeout(TIMEOUT):
            while len(self.gateway.asked("/content")) < times:
                self.monitor.queue.start_next()
                await asyncio.sleep(0.001)

    @property
    def threads(self) -> list[str]:
        """The names of the download threads that still run."""
        return [t.name for t in threading.enumerate() if t.name.startswith("download ")]

    def save_state(self, video_id: str) -> DownloadState | None:
        saving = self.row(video_id).download
        return None if saving is None else saving.state


@asynccontextmanager
async def faulty_watch(
    folder: Path,
    *,
    token: str = "",
    base_url: str = "",
    host: str = "",
    environ: dict[str, str] | None = None,
    api: dict[str, Any] | None = None,
    certificate: str = "",
    **monitor: Any,
) -> AsyncIterator[FaultyWatch]:
    """A gateway without videos, and a monitor that watches none; `api` are options of the client.

    `base_url` and `token` replace the real ones in the client; `host` is its name for this machine.
    """
    clock = FakeClock()
    with Gateway(clock, certificate=certificate) as gateway:
        watchlist = Watchlist(folder / "watchlist.toml", clock=clock)
        watch = Monitor(
            watchlist,
            folder=folder / "videos",
            clock=clock,
            rng=random.Random(7),  # noqa: S311 - the same jitter in every run
            **monitor,
        )
        here = FaultyWatch(clock, gateway, watch, folder / "videos", watchlist)
        watch.subscribe(here.changes.append)
        await watch.load()
        options = {"environ": environ or {}, "clock": clock, **(api or {})}
        url = base_url or gateway.url.replace("127.0.0.1", host or "127.0.0.1")
        watch.connect(Api(url, token or gateway.token, **options))
        try:
            yield here
        finally:
            await watch.stop()
