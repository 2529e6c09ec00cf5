"""The commands as somebody types them in a shell, with one gateway, and jobs for it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.storage.watchlist import Watchlist
from tests.servers.gateway import TOKEN
from tests.support.processes import run, start
from tests.support.pty import clean_environ
from tests.support.waiting import TIMEOUT

WORDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "status": (str,),
    "raw_status": (str,),
    "progress": (int, float, type(None)),
    "model": (str,),
    "prompt": (str,),
    "seconds": (int, float, type(None)),
    "size": (str,),
    "created_at": (int, float, type(None)),
    "completed_at": (int, float, type(None)),
    "expires_at": (int, float, type(None)),
    "expiry": (str,),
    "cost": (dict, type(None)),
    "error": (dict, type(None)),
}
"""What a JSON line holds at least, and of which kind."""


@dataclass
class Shell:
    """Runs commands in a clean environment with one gateway."""

    server: DemoServer
    environ: dict[str, str]
    home: Path
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home / "videos"

    @property
    def watchlist(self) -> Watchlist:
        return Watchlist(self.home / "watchlist.toml")

    def start(
        self, *arguments: str, stdout: int | IO[str] = subprocess.PIPE, **environ: str
    ) -> subprocess.Popen[str]:
        return start(
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self.environ | environ,
            encoding="utf-8",
        )

    def run(
        self, *arguments: str, given: str | bytes = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; check that its output holds no secret and no traceback."""
        ended = run(
            *arguments,
            input=given.encode() if isinstance(given, str) else given,
            env=self.environ | environ,
            timeout=TIMEOUT,
        )
        ended.stdout, ended.stderr = ended.stdout.decode(), ended.stderr.decode()
        assert_clean(ended.stdout + ended.stderr)
        return ended

    def python(
        self, *arguments: str, given: str | bytes = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments."""
        ended = subprocess.run(  # noqa: S603 - Python itself
            [sys.executable, *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            env=self.environ | environ,
            timeout=TIMEOUT,
            check=False,
        )
        out, err = ended.stdout.decode(), ended.stderr.decode()
        return subprocess.CompletedProcess(ended.args, ended.returncode, out, err)

    def content_requests(self) -> int:
        return sum("/content" in request.path for request in self.server.requests)


def assert_clean(output: str) -> None:
    """Check for secrets, tracebacks, warnings and control characters."""
    assert TOKEN not in output
    assert "Signature=" not in output
    assert "Traceback" not in output
    assert "Warning" not in output
    assert "\x1b" not in output


@contextmanager
def shell(home: Path, *jobs: Job, rate: float | None = None) -> Iterator[Shell]:
    with DemoServer(Story(jobs), token=TOKEN, rate=rate) as server:
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        yield Shell(server, environ, home)


def job(state: str, video_id: str = "", **fate: Any) -> Job:
    """A job that has this status now."""
    queued_for, generating_for, age = {
        "queued": (1000.0, 60.0, 1.0),
        "generating": (5.0, 1000.0, 100.0),
        "ready": (5.0, 60.0, 100.0),
        "failed": (5.0, 60.0, 100.0),
        "expired": (5.0, 60.0, 10_000.0),
    }[state]
    if state == "failed":
        fate.setdefault("error", ("content_policy", "提示词未通过审核"))
    return Job(
        id=video_id or f"video_{state}",
        created_at=time.time() - age,
        queued_for=queued_for,
        generating_for=generating_for,
        outcome="failed" if state == "failed" else "ready",
        **fate,
    )


def soon_ready(video_id: str = "video_soon", seconds: float = 1.5) -> Job:
    """A job that becomes ready in some seconds, with matching progress."""
    return Job(
        id=video_id, created_at=time.time() - 10, queued_for=0.0, generating_for=10 + seconds
    )
