"""Start a command that ends in a dashboard on a terminal, see a video there, and quit."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TIMEOUT = 300.0
"""Seconds after which a command counts as hanging; some install packages first."""


def problem_of_dashboard(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> str:
    """What is wrong with a command whose dashboard should show a ready video and end by `q`; ""."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(command[0], [*command], dict(environ))  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
    shown, ended, has_quit = b"", None, False
    end = time.monotonic() + TIMEOUT
    while ended is None and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            with suppress(OSError):  # Linux: the program has closed its side
                shown += os.read(terminal, 65536)
        if not has_quit and _is_complete(shown.decode("utf-8", "replace")):
            os.write(terminal, b"q")
            has_quit = True
        found, status = os.waitpid(pid, os.WNOHANG)
        ended = os.waitstatus_to_exitcode(status) if found else None
    if ended is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    os.close(terminal)
    if ended == 0 and has_quit:
        return ""
    return f"it ended with {ended}: {shown[-500:]!r}"


def _is_complete(shown: str) -> bool:
    """Whether footer and a ready video are on the screen, in either language."""
    return any(quits in shown and ready in shown for quits, ready in _WORDS)


_WORDS = (("Quit", "ready"), ("退出", "可下载"))
