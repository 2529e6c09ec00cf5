"""What it takes to watch a thousand running videos: requests and CPU, with and without the list.

The gateway is another process behind a real socket, so that only the watcher's own CPU is counted.
Every time here is real.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from hingtui.api import Api
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.monitor import Monitor
from hingtui.storage.watchlist import Watchlist
from tests.bench import Figure, against, alone
from tests.servers.gateway import TOKEN

EVERY = 5.0
"""Seconds between two questions of the peer, fixed polling, about each video."""
_TAKES = 3600.0
"""Seconds that each video generates: none is finished while it is watched."""
_LONG_AGO = 600.0


@dataclass(frozen=True, slots=True)
class Load:
    """What watching cost while it was measured."""

    requests: float
    """A second."""
    cpu: float
    """Per cent of a core."""
    age: float = 0.0
    """Seconds since the last word about a video, or since it was added, on average at the end."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is watched, and for how long."""

    videos: int
    seconds: float
    warm_up: float


LONG = Size(videos=1000, seconds=40.0, warm_up=10.0)
SHORT = Size(videos=50, seconds=0.6, warm_up=0.2)


def run(short: bool = False) -> list[Figure]:
    """Watch videos that are the same each time, in three ways."""
    size = SHORT if short else LONG
    with gateway_process(size.videos, has_list=False) as gateway:
        asked = asyncio.run(_by_monitor(size, gateway))
        fixed = asyncio.run(_by_fixed_polling(size, gateway))
    with gateway_process(size.videos, has_list=True) as gateway:
        listed = asyncio.run(_by_monitor(size, gateway))
    return [*_figures(size, asked, listed), *_beside(size, asked, listed, fixed)]


def _figures(size: Size, asked: Load, listed: Load) -> Iterator[Figure]:
    videos = f"{size.videos:,} running videos"
    for name, load, part in (("no list", asked, 1.0), ("the list", listed, 0.1)):
        yield alone(f"{videos}, {name}: requests", load.requests, "/s", at_most=5 * part)
        yield alone(f"{videos}, {name}: CPU", load.cpu, "% of a core", at_most=10 * part)
    label = f"{videos}, the list: since the last word about each, mean"
    yield against(label, listed.age, "s", "no list", asked.age)


def _beside(size: Size, asked: Load, listed: Load, fixed: Load) -> Iterator[Figure]:
    peer = f"each every {EVERY:.0f} s"
    for name, ours in {"no list": asked, "the list": listed}.items():
        label = f"{size.videos:,} running videos, {name}"
        yield against(f"{label}: requests", ours.requests, "/s", peer, fixed.requests)
        yield against(f"{label}: CPU", ours.cpu, "% of a core", peer, fixed.cpu)


async def _by_monitor(size: Size, gateway: Gateway) -> Load:
    """Let the real monitor watch, through the real client."""
    with TemporaryDirectory() as folder:
        monitor = Monitor(Watchlist(Path(folder) / "watchlist.toml"), folder=Path(folder))
        monitor.connect(Api(gateway.base_url, TOKEN, environ={}))
        monitor.add(ids(size.videos), remember=False)
        async with running(monitor):
            await asyncio.sleep(size.warm_up)
            load = await _measured(size, gateway)
            now = time.time()
            heard_at = [w.asked_at or w.added_at for w in monitor.rows.values()]
    return Load(load.requests, load.cpu, statistics.fmean(now - at for at in heard_at))


async def _by_fixed_polling(size: Size, gateway: Gateway) -> Load:
    """Ask about each every few seconds, evenly spread, through the same client."""
    api = Api(gateway.base_url, TOKEN, environ={})
    under_way: set[asyncio.Task[object]] = set()

    async def ask_for_ever() -> None:
        due = time.monotonic()
        while True:
            for video_id in ids(size.videos):
                due += EVERY / size.videos
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                task: asyncio.Task[object] = asyncio.create_task(api.retrieve(video_id))
                under_way.add(task)
                task.add_done_callback(under_way.discard)

    asking = asyncio.create_task(ask_for_ever())
    await asyncio.sleep(min(size.warm_up, 2.0))
    load = await _measured(size, gateway)
    asking.cancel()
    await asyncio.wait([asking, *under_way])
    await api.aclose()
    return load


async def _measured(size: Size, gateway: Gateway) -> Load:
    asked, cpu, began = gateway.asked(), time.process_time(), time.monotonic()
    await asyncio.sleep(size.seconds)
    used, passed = time.process_time() - cpu, time.monotonic() - began
    per_second = (gateway.asked() - asked) / passed
    # One question that falls on either side of the window's edge is no second decimal place.
    return Load(round(per_second, 1), 100 * used / passed)


@asynccontextmanager
async def running(monitor: Monitor) -> AsyncIterator[None]:
    watching = asyncio.create_task(monitor.run())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await monitor.stop()


def ids(count: int) -> list[str]:
    return [f"video_{number:06x}" for number in range(count)]


class Gateway:
    """The demo's gateway in a process of its own."""

    def __init__(self, base_url: str, pipe: Connection) -> None:
        self.base_url = base_url
        self._pipe = pipe

    def asked(self) -> int:
        """Requests so far."""
        self._pipe.send("asked")
        return int(self._pipe.recv())


@contextmanager
def gateway_process(videos: int, *, has_list: bool) -> Iterator[Gateway]:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, videos, has_list), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Gateway(ours.recv(), ours)
    finally:
        ours.close()
        process.join()
        process.close()


def _serve(pipe: Connection, videos: int, has_list: bool) -> None:
    """In the other process: answer until the pipe closes."""
    now = time.time()
    jobs = [
        Job(
            id=video_id,
            created_at=now - _LONG_AGO - number / 1000,
            prompt="A lighthouse at dusk; the camera flies around it. " * 4,
            queued_for=0.0,
            generating_for=_TAKES,
        )
        for number, video_id in enumerate(ids(videos))
    ]
    with DemoServer(Story(jobs), token=TOKEN) as server:
        if not has_list:
            server.once("/v1/videos?", status=501, times=10**9)
        pipe.send(server.base_url)
        with contextlib.suppress(EOFError):
            while pipe.recv():
                pipe.send(len(server.requests))
