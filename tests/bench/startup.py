"""Measure how soon the dashboard shows something, and how soon `--help` and `--version` end.

The peers: a Textual app that shows one Static, and a Python that does nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hingtui.model.video import Status, Video
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.bench import Figure, against, alone, interleaved
from tests.bench.terminal import CONTENT, Terminal, bench_environ
from tests.servers.gateway import TOKEN

ENTRY_POINT = "from hingtui.cli.parser import main; raise SystemExit(main())"
"""What the installed command `hingtui` does."""
BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("hello")

Bare().run()
"""
_NOW = 1_762_789_802.0


def run(short: bool = False) -> list[Figure]:
    """The figures of this benchmark."""
    rounds = 1 if short else 9
    many = 200 if short else 10_000
    with tempfile.TemporaryDirectory() as folder:
        homes = {count: _home(Path(folder) / str(count), count) for count in (12, many)}
        bare = bench_environ(Path(folder))
        apps: dict[str, Callable[[], float]] = {
            "bare": partial(_first_content, BARE, bare),
            "few": partial(_first_content, ENTRY_POINT, homes[12]),
            "many": partial(_first_content, ENTRY_POINT, homes[many]),
            "rows": partial(_rows_shown, homes[many]),
        }
        took = interleaved(rounds, apps, warm_up=not short)
        commands = {
            "pass": partial(_answered, "pass", bare),
            "help": partial(_answered, ENTRY_POINT, bare, "--help"),
            "version": partial(_answered, ENTRY_POINT, bare, "--version"),
        }
        took |= interleaved(rounds if short else 25, commands)
        saving = _time_to_save(Path(folder) / "saving", many)
    static, idle = "bare Static app", "python -c pass"
    return [
        against("first content, 12 videos", took["few"], "ms", static, took["bare"], at_most=1.5),
        against(
            f"first content, {many:,} videos",
            took["many"],
            "ms",
            static,
            took["bare"],
            at_most=1.5,
        ),
        against(f"the rows of {many:,} videos", took["rows"], "ms", static, took["bare"]),
        against("--help", took["help"], "ms", idle, took["pass"], at_most=3),
        against("--version", took["version"], "ms", idle, took["pass"], at_most=3),
        *saving,
    ]


def _home(home: Path, videos: int) -> Mapping[str, str]:
    """The environment of a user who watches so many videos and whose gateway is out of reach."""
    home.mkdir()
    Watchlist(home / "watchlist.toml").change(add=entries(videos))
    return bench_environ(
        home,
        HINGNET_BASE_URL="http://127.0.0.1:9",
        HINGNET_API_KEY=TOKEN,
    )


def entries(count: int) -> list[Entry]:
    """A watchlist, the newest first: a tenth of it generating, the rest ready."""
    return [
        Entry(
            f"video_{number:08d}",
            _NOW - number,
            Video(
                id=f"video_{number:08d}",
                status=Status.GENERATING if number % 10 == 0 else Status.READY,
                raw_status="processing" if number % 10 == 0 else "success",
                progress=float(number % 100) if number % 10 == 0 else 100.0,
                model="sora-2",
                prompt=f"#{number:06d} 冰镇汽水广告 with a long, slow camera move through the rain",
                seconds=4.0,
                size="720x1280",
                created_at=_NOW - number - 60,
                completed_at=None if number % 10 == 0 else _NOW - number,
            ),
            asked_at=_NOW,
        )
        for number in range(count)
    ]


def _first_content(program: str, environ: Mapping[str, str]) -> float:
    """Milliseconds from the start until anything that can be seen was written."""
    with Terminal(["-c", program], environ=environ) as terminal:
        return 1000 * (terminal.seen(CONTENT, as_text=True) - terminal.started)


def _rows_shown(environ: Mapping[str, str]) -> float:
    """Milliseconds from the start until the first videos stand on the screen."""
    with Terminal(["-c", ENTRY_POINT], environ=environ) as terminal:
        return 1000 * (terminal.seen(re.compile(rb"#0000\d\d")) - terminal.started)


def _answered(program: str, environ: Mapping[str, str], *arguments: str) -> float:
    """Milliseconds until a command has ended."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own Python and our own modules
        [sys.executable, "-c", program, *arguments],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return 1000 * (time.perf_counter() - began)


def _time_to_save(home: Path, videos: int) -> list[Figure]:
    """How long the watchlist takes that thread which reads and writes it."""
    home.mkdir()
    watchlist = Watchlist(home / "watchlist.toml")
    rows = entries(videos)
    first = _timed(lambda: watchlist.change(add=rows))
    change = Entry(rows[0].id, rows[0].added_at, asked_at=_NOW + 1, video=rows[1].video)
    again = _timed(lambda: watchlist.change(update=[change]))
    load = _timed(Watchlist(watchlist.path).read)
    return [
        alone(f"{videos:,} videos saved for the first time, in a thread", first, "ms"),
        alone(f"{videos:,} videos saved after one change, in a thread", again, "ms"),
        alone(f"{videos:,} videos read, in a thread", load, "ms"),
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
