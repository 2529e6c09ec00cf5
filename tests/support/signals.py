"""Commands that get signals: start one that handles them, and check how it ended."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.processes import start
from tests.support.waiting import wait_until
from tests.support.watched_home import IN_TIME


@contextmanager
def started(
    *arguments: str, environ: dict[str, str], ignoring: str = "", is_executed: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command whose standard input is still open and empty."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # The process that runs the tests may ignore signals; a command must not inherit that.
    launch = ("stranger", ignoring, "0")
    how = {"env": environ, "launch": launch, "is_executed": is_executed}
    with start(*arguments, **how, **pipes) as running:  # type: ignore[arg-type]
        try:
            yield running
        finally:
            running.kill()


def status_of(running: subprocess.Popen[bytes], asked_at: float) -> int:
    """The exit status as a shell shows it; checks that the command ended in time."""
    wait_until(lambda: running.poll() is not None, "the end")
    assert time.monotonic() - asked_at < IN_TIME
    assert running.stderr is not None
    assert running.stderr.read() == b""
    return running.returncode if running.returncode >= 0 else 128 - running.returncode
