"""A home folder and a gateway that several hingtui share."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hingtui.system.clock import Clock
from tests.servers.files import Reply
from tests.servers.gateway import Gateway
from tests.support.mp4 import mp4
from tests.support.processes import ROOT, start
from tests.support.pty import Terminal, clean_environ, terminal
from tests.support.waiting import TIMEOUT

Process = subprocess.Popen[bytes]
Output = tuple[list[str], int]
"""All lines that a command printed by its end, and its exit status."""
_PIPES: dict[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "cwd": ROOT,
    "bufsize": 0,  # so that what was printed can be waited for
}


@dataclass
class SharedHome:
    """One home folder, and the gateway that everything in it asks."""

    gateway: Gateway
    home: Path
    running: list[Process] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        return clean_environ(
            self.home, HINGNET_API_KEY=self.gateway.token, HINGNET_BASE_URL=self.gateway.url
        )

    @property
    def videos(self) -> list[str]:
        """What lies in the folder of videos."""
        return sorted(path.name for path in (self.home / "videos").iterdir())

    @property
    def watched(self) -> list[str]:
        """The ids in the watchlist's file."""
        table = tomllib.loads((self.home / "watchlist.toml").read_text())
        return sorted(video["id"] for video in table["videos"])

    def start(self, *arguments: str) -> Process:
        """Run a command; `output_of` waits for its end."""
        self.running.append(start(*arguments, env=self.environ, **_PIPES))
        return self.running[-1]

    def python(self, *arguments: str) -> Process:
        """Run Python itself."""
        command = [sys.executable, *arguments]
        self.running.append(subprocess.Popen(command, env=self.environ, **_PIPES))  # noqa: S603 - tests' own programs
        return self.running[-1]

    def dashboard(self) -> contextlib.AbstractContextManager[Terminal]:
        return terminal(environ=self.environ, columns=120)

    def close(self) -> None:
        for process in self.running:
            process.kill()
            process.communicate()


def film(video_id: str) -> bytes:
    """The file of a video."""
    return mp4(100_000, seed=sum(video_id.encode()))


@contextlib.contextmanager
def shared_home(home: Path, *, config: str = "", watchlist: str = "") -> Iterator[SharedHome]:
    home.mkdir()
    for name, text in (("config.toml", config), ("watchlist.toml", watchlist)):
        if text:
            (home / name).write_text(text)
    with Gateway(Clock()) as gateway:
        gateway.has_list = False
        gateway.makes = film
        stopping = gateway.api.stopping
        gateway.usual = Reply(piece=len(film("")) // 10 + 1, between=lambda: stopping.wait(0.02))
        made = SharedHome(gateway, home)
        try:
            yield made
        finally:
            made.close()


def output_of(process: Process) -> Output:
    output, _ = process.communicate(timeout=TIMEOUT)
    return output.decode().splitlines(), process.returncode


def next_line(process: Process) -> str:
    """The next line that it prints, if it does so in time."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], TIMEOUT)[0], "it prints nothing"
    return process.stdout.readline().decode().strip()
