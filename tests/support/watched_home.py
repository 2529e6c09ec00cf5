"""A gateway, a home that watches its videos, and the dashboard of both on a terminal."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.servers.gateway import TOKEN
from tests.support.pty import Terminal, clean_environ, terminal

IN_TIME = 2.0
"""Seconds within which the program is gone, whatever hangs."""
ESCAPE, CTRL_BACKSLASH = "\x1b", "\x1c"
CTRL_C, CTRL_Q, CTRL_S, CTRL_Z = "\x03", "\x11", "\x13", "\x1a"
SIZE = (100, 20)


@dataclass
class WatchedHome:
    """A gateway, and the home of a dashboard that watches it."""

    server: DemoServer
    home: Path
    environ: dict[str, str]

    @contextmanager
    def dashboard(self, **how: Any) -> Iterator[Terminal]:
        columns, rows = SIZE
        given = {"columns": columns, "rows": rows, "is_modern": True} | how
        with terminal(environ=self.environ, **given) as running:
            yield running

    def add(self, *video_ids: str) -> None:
        """As `hingtui add` in another terminal."""
        now = time.time()
        Watchlist(self.home / "watchlist.toml").change(add=[Entry(one, now) for one in video_ids])

    def has_asked(self, video_id: str) -> bool:
        """Whether the gateway was asked about this video."""
        return any(video_id in request.path for request in self.server.requests)

    def asked(self) -> int:
        """How often the gateway was asked for anything."""
        return len(self.server.requests)


@contextmanager
def watched_home(home: Path) -> Iterator[WatchedHome]:
    """Videos that are ready, queued, failed and unknown; nothing of them changes soon."""
    now = time.time()
    jobs = [
        Job("video_ready", now - 300, prompt="冰镇汽水广告：气泡升起，阳光穿过玻璃"),
        Job("video_failed", now - 300, prompt="雨夜的霓虹街道 🌧️", outcome="failed"),
        Job("video_queued", now, prompt="A lighthouse in a storm", queued_for=9000),
        Job("video_missing", now - 300, outcome="missing"),
    ]
    with DemoServer(Story(jobs), token=TOKEN) as server:
        Watchlist(home / "watchlist.toml").change(add=[Entry(job.id, now) for job in jobs])
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        yield WatchedHome(server, home, environ)


def all_answered(running: Terminal) -> str:
    """Wait until the dashboard shows what the gateway said of every video."""
    words = {
        "en": ("online", "ready", "queued", "failed", "not found", "? Help"),
        "zh": ("在线", "可下载", "排队", "失败", "暂未", "? 帮助"),
    }
    return running.until(
        lambda text: any(all(word in text for word in each) for each in words.values()),
        "the videos",
    )


def quiet(running: Terminal) -> str:
    """Wait until the screen has not changed for a moment."""
    before = ""
    while (now := still(running.text())) != before:
        before = now
        running.read_for(0.2)
    return running.text()


def settled(running: Terminal) -> str:
    """Wait until the dashboard stands, and nothing more happens on its screen."""
    all_answered(running)
    return quiet(running)


def still(text: str) -> str:
    """A screen without its numbers: they count the time."""
    return re.sub(r"\d+", "0", text)
