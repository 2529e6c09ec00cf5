"""A real pseudo-terminal for measuring: it answers what terminals are asked, and times the bytes.

What is drawn is not interpreted, because that would cost time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.support.pty import clean_environ, cpu_of
from tests.support.waiting import TIMEOUT

COLUMNS, ROWS = 160, 46
CONTENT = re.compile(rb"\S")
"""The first thing that can be seen; to be sought with `as_text`."""
DOWN, UP, HOME, END = b"\x1b[B", b"\x1b[A", b"\x1b[H", b"\x1b[F"
CTRL_HOME = b"\x1b[1;5H"
PAGE_DOWN, PAGE_UP = b"\x1b[6~", b"\x1b[5~"

_ANSWERS = {
    rb"\x1b\[\?2026\$p": b"\x1b[?2026;2$y",  # synchronized output: known, now off
    rb"\x1b\[\?2048\$p": b"\x1b[?2048;0$y",  # in-band resizing: not known
    rb"\x1b\[c": b"\x1b[?62;22c",
    rb"\x1b\[6n": b"\x1b[1;1R",
    rb"\x1b\[\?u": b"\x1b[?0u",
}
_QUERY = re.compile(b"|".join(b"(%s)" % query for query in _ANSWERS))
_LONGEST_QUERY = 16
_CONTROL = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|\Z)"  # OSC
    rb"|\x1b[P_^X].*?(?:\x1b\\|\Z)"  # DCS and the like
    rb"|\x1b(?:\[[0-?]*[ -/]*(?:[@-~]|\Z)|[ -/]*(?:[0-~]|\Z))"  # CSI, and short ones
    rb"|[\x00-\x1f\x7f]",
    re.DOTALL,
)


def bench_environ(home: Path, **more: str) -> dict[str, str]:
    """`clean_environ`, on a terminal of all colours; Python warns as it does for a user."""
    environ = clean_environ(home, LANG="C.UTF-8", COLORTERM="truecolor", **more)
    del environ["PYTHONWARNINGS"]
    return environ


class Gone(Exception):
    """The program ended, or what was waited for never came."""


class Terminal:
    """One program on a terminal of its own: `with Terminal([...]) as terminal: …`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environ: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Run this Python with `arguments`."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~termios.ECHO  # what is answered before it listens must not come back
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        self._since = b""
        self._unanswered = b""
        self.started = time.perf_counter()
        """When the program was started, on the clock of `time.perf_counter`."""
        self.process = subprocess.Popen(  # noqa: S603 - our own Python and our own modules
            [sys.executable, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environ),
            pass_fds=pass_fds,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program at once, however it stands."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def press(self, key: bytes) -> float:
        """Send a key, as a keyboard does; when that was. What was written before is forgotten."""
        self.read(0)
        self._since = b""
        now = time.perf_counter()
        os.write(self._master, key)
        return now

    def seen(self, what: re.Pattern[bytes], *, as_text: bool = False) -> float:
        """Read until this was written since the last key; when it was read.

        With `as_text` control sequences are left out first. Raises Gone.
        """
        deadline = time.perf_counter() + TIMEOUT
        while True:
            now = time.perf_counter()
            shown = _CONTROL.sub(b"", self._since) if as_text else self._since
            if what.search(shown):
                return now
            if now > deadline or not self.read(deadline - now):
                tail = _CONTROL.sub(b"", self._since)[-2000:].decode(errors="replace")
                raise Gone(f"never seen: {what.pattern!r}, but: {tail}")

    def key_to_paint(self, key: bytes, what: re.Pattern[bytes]) -> float:
        """Seconds from a key written until what it leads to is read back."""
        pressed = self.press(key)
        return self.seen(what) - pressed

    def taken(self) -> bytes:
        """What was written since the last key; it is forgotten."""
        data, self._since = self._since, b""
        return data

    def forget(self) -> None:
        """What was written up to now does not count."""
        self.read(0)
        self._since = b""

    def settle(self, quiet: float = 0.2) -> None:
        """Read until nothing is written for so many seconds; then forget all of it."""
        deadline = time.perf_counter() + TIMEOUT
        while self.read(quiet):
            self._since = b""
            if time.perf_counter() > deadline:
                raise Gone("it is never quiet")
        self._since = b""

    def watch(self, seconds: float) -> None:
        """Read whatever comes for so many seconds, and forget it: the program must not stall."""
        ends = time.perf_counter() + seconds
        while (left := ends - time.perf_counter()) > 0:
            self.read(left)
            self._since = b""

    def busy(self, seconds: float) -> float:
        """Per cent of one core that the program used during so many seconds from now."""
        cpu, began = self.cpu(), time.perf_counter()
        self.watch(seconds)
        return 100 * (self.cpu() - cpu) / (time.perf_counter() - began)

    def cpu(self) -> float:
        """Seconds of CPU that the program has used so far, all its threads together."""
        return cpu_of(self.process.pid)

    def read(self, within: float) -> bool:
        """Take all that is there, waiting for it so many seconds; whether there was anything."""
        got = False
        while select.select([self._master], [], [], 0 if got else max(0.0, within))[0]:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # the program has ended and nobody holds the other side
                data = b""
            if not data:
                return got
            got = True
            self._since += data
            self._answer(data)
            if len(data) < 1 << 10:
                break
        return got

    def _answer(self, data: bytes) -> None:
        """Answer what a program asks its terminal."""
        pending = self._unanswered + data
        end = 0
        for query in _QUERY.finditer(pending):
            os.write(self._master, tuple(_ANSWERS.values())[(query.lastindex or 1) - 1])
            end = query.end()
        self._unanswered = pending[end:][-_LONGEST_QUERY:]
