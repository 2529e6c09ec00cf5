"""How fast one large video is downloaded beside curl, and whether keys are answered meanwhile.

The server is a process of its own that hands the file to the kernel (sendfile), as nginx does;
ours is a process of its own too, and everything is written to the same disk.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import DownloadJob
from hingtui.download.progress import Phase, Progress
from hingtui.model.video import Status, Video
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock
from tests.bench import Figure, against, alone
from tests.bench.download_server import THROTTLED, film_server
from tests.bench.terminal import DOWN, UP, Terminal, bench_environ
from tests.servers.gateway import TOKEN
from tests.support.keys import key
from tests.support.mp4 import FTYP, moov

AT_ONCE = 3
_BREAK = (0.03, 0.12)
"""Seconds between two keys, at random."""
_ROWS = 40
_LABEL = re.compile(rb"#0\d{3}")
"""In a row that nothing but the cursor ever changes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    length: int
    """Bytes of the file."""
    rounds: int
    throttled_rounds: int
    keys: int
    """Without downloads, and again during them, in each round."""


LONG = Effort(length=1 << 30, rounds=5, throttled_rounds=3, keys=40)
SHORT = Effort(length=8 << 20, rounds=1, throttled_rounds=1, keys=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that one way to save a file took."""

    received: float
    """Until the last byte was written."""
    safe: float
    """Until it would outlast a power cut; with ours, verified and under its final name too."""


@dataclass(slots=True)
class Keys:
    """Milliseconds from key to paint."""

    without: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    beside_curl: list[float] = field(default_factory=list)
    """While three curls save the same: what server, disk and two cores do to any program."""


def run(short: bool = False) -> list[Figure]:
    """Save the same file by each way in turn."""
    effort = SHORT if short else LONG
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(AT_ONCE, mp_context=context) as pool,
    ):
        folder = Path(name)
        film = folder / "film.mp4"
        _make_film(film, effort.length)
        with film_server(film) as url:
            full = _in_turn(effort.rounds, _ways(pool, url, folder))
            together = _in_turn(1, _ways(pool, url, folder, at_once=AT_ONCE))
            gigabit = _in_turn(effort.throttled_rounds, _ways(pool, url + THROTTLED, folder))
            keys = _keys(url, folder, effort)
    size = effort.length / 1e6
    return [
        *_speeds("full speed", size, full, at_least=0.65),
        *_speeds("1 Gbit/s", size, gigabit, at_least=1.0),
        *_speeds("three at once, together", AT_ONCE * size, together),
        *_key_figures(keys),
    ]


def _speeds(
    name: str, size: float, taken: Mapping[str, Taken], *, at_least: float | None = None
) -> Iterator[Figure]:
    """MB/s; `size` is in MB."""
    ours, curl = taken["ours"], taken["curl"]
    yield _faster(f"{name}: received", size / ours.received, "curl", size / curl.received, at_least)
    label = f"{name}: verified, synced, named"
    yield _faster(label, size / ours.safe, "curl, synced", size / curl.safe, at_least)


def _faster(name: str, ours: float, peer: str, theirs: float, at_least: float | None) -> Figure:
    figure = against(name, ours, "MB/s", peer, theirs, at_least=at_least)
    ratio = round(ours / theirs, 2)  # as far as two decimals tell, as fast is as fast
    is_met = None if at_least is None else ratio >= at_least
    return Figure(name, ours, "MB/s", peer, theirs, ratio, figure.reach, is_met)


def _key_figures(keys: Keys) -> Iterator[Figure]:
    yield alone("keys pressed during three downloads", len(keys.during), "")
    if not keys.during:  # the file is too small, the disk too fast
        return
    for what, of in (("p50", statistics.median), ("max", max)):
        line = 1.5 if what == "max" else None
        name = f"key→paint during three downloads, {what}"
        yield against(name, of(keys.during), "ms", "without", of(keys.without), at_most=line)
        if keys.beside_curl:
            peer = "while curl downloads them"
            yield against(name, of(keys.during), "ms", peer, of(keys.beside_curl))


def _ways(
    pool: ProcessPoolExecutor, url: str, folder: Path, at_once: int = 1
) -> dict[str, Callable[[], Taken]]:
    return {
        "ours": partial(_by_us, pool, url, folder, at_once),
        "curl": partial(_by_curl, url, folder, at_once),
    }


def _in_turn(rounds: int, ways: Mapping[str, Callable[[], Taken]]) -> dict[str, Taken]:
    """The medians of so many rounds; one more before them is not counted."""
    taken: dict[str, list[Taken]] = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way in sorted(ways, reverse=turn % 2 == 1):
            seconds = ways[way]()
            if turn:
                taken[way].append(seconds)
    return {
        way: Taken(
            statistics.median(each.received for each in all_),
            statistics.median(each.safe for each in all_),
        )
        for way, all_ in taken.items()
    }


def _by_us(pool: ProcessPoolExecutor, url: str, folder: Path, at_once: int) -> Taken:
    """In one other process, a thread for each download, as the dashboard does it."""
    return pool.submit(_download, url, folder / "ours", at_once).result()


def _download(url: str, folder: Path, at_once: int) -> Taken:
    api = Api(url, TOKEN, environ={})
    progresses = [TimedProgress() for _ in range(at_once)]
    threads = [
        threading.Thread(
            target=partial(
                download,
                DownloadJob(
                    api,
                    key(f"video_{number}"),
                    folder,
                    progress=progress,
                    cancelled=threading.Event(),
                    clock=Clock(),
                ),
            )
        )
        for number, progress in enumerate(progresses)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shutil.rmtree(folder)
    received = max(progress.entered[Phase.VERIFYING] for progress in progresses)
    safe = max(progress.entered[Phase.DONE] for progress in progresses)
    return Taken(received - began, safe - began)


class TimedProgress(Progress):
    """A progress that remembers when each phase began."""

    def __init__(self) -> None:
        self.entered: dict[Phase, float] = {}
        super().__init__()

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, Phase):
            self.entered[value] = time.perf_counter()
        object.__setattr__(self, name, value)


def _by_curl(url: str, folder: Path, at_once: int) -> Taken:
    targets = [folder / f"curl_{number}" for number in range(at_once)]
    began = time.perf_counter()
    running = [_curl(url, target) for target in targets]
    if any([process.wait() for process in running]):  # noqa: C419 - wait for all of them
        raise RuntimeError("curl could not save the file")
    received = time.perf_counter()
    for target in targets:
        _sync(target)
    safe = time.perf_counter()
    for target in targets:
        target.unlink()
    return Taken(received - began, safe - began)


def _curl(url: str, target: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the peer
        ["curl", "--silent", "--fail", "--output", str(target), f"{url}/v1/videos/v/content"]  # noqa: S607
    )


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _keys(url: str, folder: Path, effort: Effort) -> Keys:
    """Press keys in the dashboard: without downloads, beside curl's, and during its own."""
    keys = Keys()
    for turn in range(effort.rounds):
        home = folder / f"home_{turn}"
        videos = home / "videos"
        videos.mkdir(parents=True)
        environ = bench_environ(home, HINGNET_BASE_URL=url, HINGNET_API_KEY=TOKEN)
        Watchlist(home / "watchlist.toml").change(add=_entries(home))
        with Terminal(["-m", "hingtui"], environ=environ) as terminal:
            terminal.seen(_LABEL)
            for _ in range(2 * AT_ONCE):
                terminal.press(DOWN)  # below the rows that downloads change
            terminal.settle()
            without = list(_pressed(terminal, effort.keys))
            beside_curl = _keys_beside_curl(terminal, url, home, effort.keys)
            terminal.press(b"D")
            while not any(videos.iterdir()):
                terminal.watch(0.01)
            keys_during = _pressed(terminal, effort.keys)
            during = [took for took in keys_during if any(videos.glob("*.part"))]
        count = len(during)  # as many of each: the more there are, the larger the largest
        keys.without += without[:count]
        keys.beside_curl += beside_curl[:count]
        keys.during += during
        shutil.rmtree(home)
    return keys


def _keys_beside_curl(terminal: Terminal, url: str, folder: Path, count: int) -> list[float]:
    targets = [folder / f"curl_{number}" for number in range(AT_ONCE)]
    running = [_curl(url, target) for target in targets]
    keys = _pressed(terminal, count)
    took = [key for key in keys if any(process.poll() is None for process in running)]
    for process, target in zip(running, targets, strict=True):
        process.wait()
        target.unlink()
    terminal.settle()
    return took


def _pressed(terminal: Terminal, count: int) -> Iterator[float]:
    chance = random.Random(7)  # noqa: S311 - the same breaks each time
    for number in range(count):
        terminal.watch(chance.uniform(*_BREAK))
        yield 1000 * terminal.key_to_paint(UP if number // 8 % 2 else DOWN, _LABEL)


def _entries(home: Path) -> list[Entry]:
    """Three that can be downloaded, and others that are here already and stand still."""
    saved = home / "saved.mp4"
    saved.write_bytes(b"here")
    now = time.time()

    def entry(number: int, prompt: str, path: Path | None) -> Entry:
        video = Video(
            f"video_{number:04}",
            Status.READY,
            "success",
            100.0,
            model="sora-2",
            prompt=prompt,
            seconds=4.0,
            created_at=now - 100 - number,
            completed_at=now - 10,
        )
        return Entry(video.id, now - number, video, asked_at=now, saved=path)

    here = [entry(number, f"#{number:04} is here", saved) for number in range(AT_ONCE, _ROWS)]
    return [entry(number, "comes home", None) for number in range(AT_ONCE)] + here


def _make_film(path: Path, length: int) -> None:
    """A whole MP4 of `length` bytes; its pictures are a hole in the file, and take no room."""
    samples = 16
    start = len(FTYP) + len(moov([0] * samples, [0] * samples, wide=True)) + 16
    each = (length - start) // samples
    sizes = [each] * (samples - 1) + [length - start - each * (samples - 1)]
    index = moov([start + each * at for at in range(samples)], sizes, wide=True)
    head = (1).to_bytes(4, "big") + b"mdat" + (length - start + 16).to_bytes(8, "big")
    path.write_bytes(FTYP + index + head)
    os.truncate(path, length)
