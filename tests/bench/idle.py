"""Measure the cost of the real dashboard while no key is pressed, over a server of its own process.

Beside it stands a Textual app that shows one Static, measured during the same seconds.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from hingtui.api.payload import parse_video
from hingtui.demo.families.videos import video_object
from hingtui.demo.job import Job, Shape
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.bench import Figure, alone
from tests.bench.startup import BARE, ENTRY_POINT
from tests.bench.terminal import CONTENT, Terminal, bench_environ
from tests.servers.gateway import TOKEN
from tests.support.pty import cpu_of

VIDEOS, RUNNING = 200, 40
"""How many are watched, and how many of these are generating: as many as are in sight."""
_SHAPES: Sequence[Shape] = (
    *("linear",) * 6,
    *("noisy",) * 6,
    *("steps",) * 3,
    *("stalling",) * 3,
    *("none",) * 2,
)
"""How progress moves, in the shares that were seen."""
_SETTLING = 10.0
"""Seconds after the first paint that are not measured: everything is asked about once."""


def run(short: bool = False) -> list[Figure]:
    """The figures of this benchmark."""
    seconds, settling = (0.5, 0.2) if short else (20.0, _SETTLING)
    generating, bare, asked = _measure(RUNNING, seconds, settling)
    saved, bare_too, asked_too = _measure(0, seconds, settling)
    name, peer = f"{VIDEOS} videos", "bare Static app"
    return [
        alone(
            f"{name}, {RUNNING} in sight generating",
            generating,
            "%",
            peer_name=peer,
            peer_value=bare,
            at_most=3,
        ),
        alone("  requests meanwhile", asked, "/s"),
        alone(
            f"{name}, all saved, nothing moves",
            saved,
            "%",
            peer_name=peer,
            peer_value=bare_too,
            at_most=0.5,
        ),
        alone("  requests meanwhile", asked_too, "/s"),
    ]


def _measure(running: int, seconds: float, settling: float) -> tuple[float, float, float]:
    """Per cent of a core of the dashboard and of the bare app, and requests a second."""
    jobs = _jobs(running, time.time())
    with tempfile.TemporaryDirectory() as folder, _server(jobs) as (base_url, connection):
        home = Path(folder)
        _watch(home, jobs)
        environ = bench_environ(home, HINGNET_BASE_URL=base_url, HINGNET_API_KEY=TOKEN)
        with (
            Terminal(["-c", ENTRY_POINT], environ=environ) as dashboard,
            Terminal(["-c", BARE], environ=environ) as bare,
        ):
            bare.seen(CONTENT, as_text=True)
            dashboard.seen(re.compile(jobs[0].prompt.encode()))
            dashboard.watch(settling)
            asked, bare_cpu = _asked(connection), bare.cpu()
            busy = dashboard.busy(seconds)
            bare_busy = 100 * (cpu_of(bare.process.pid) - bare_cpu) / seconds
            return busy, bare_busy, (_asked(connection) - asked) / seconds


def _jobs(running: int, now: float) -> list[Job]:
    """The newest of them are under way and stay so for minutes; the rest are finished."""
    dice = random.Random(7)  # noqa: S311 - the same jobs in every run
    jobs = []
    for number in range(VIDEOS):
        takes = dice.uniform(180, 400)
        age = dice.uniform(10, takes - 100) if number < running else takes + 5 + number
        jobs.append(
            Job(
                f"video_{number:08d}",
                now - age,
                queued_for=5,
                generating_for=takes - 5,
                shape=dice.choice(_SHAPES),
            )
        )
    return jobs


def _watch(home: Path, jobs: Sequence[Job]) -> None:
    """A watchlist of these, as it stands after a while: what is finished is saved."""
    now = time.time()
    entries = []
    for number, job in enumerate(jobs):
        video = parse_video(video_object(job, now), job.id)
        saved = home / "videos" / f"{job.id}.mp4" if video.status.is_final else None
        size = None if saved is None else 4_000_000
        entries.append(Entry(job.id, now - number, video, now, saved, size))
    Watchlist(home / "watchlist.toml").change(add=entries)


@contextmanager
def _server(jobs: Sequence[Job]) -> Iterator[tuple[str, Connection]]:
    """A gateway in a process of its own: its address, and where to ask how often it was asked."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, jobs), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv(), here
    finally:
        here.close()
        process.join()
        process.close()


def _serve(connection: Connection, jobs: Sequence[Job]) -> None:
    """Answer until the other side of the connection is closed."""
    with DemoServer(Story(jobs), token=TOKEN) as server:
        connection.send(server.base_url)
        while True:
            try:
                connection.recv()
            except EOFError:
                return
            connection.send(len(server.requests))


def _asked(connection: Connection) -> int:
    """How many requests the server has had."""
    connection.send("how many")
    asked: int = connection.recv()
    return asked
