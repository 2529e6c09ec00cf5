"""A real terminal for tests: the program runs on a pty, its screen is read as a person reads it.

It knows bytes, keys and signals; it must not know what the program draws.
"""

from __future__ import annotations

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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0
"""Seconds after which a test gives up waiting for what never comes."""

_START = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, '-m', 'hingtui', *sys.argv[1:]])"
)
"""Makes the pty the controlling terminal, so that it hangs up on the program when it goes."""
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[ -/]*[@-~]|\??[0-9;]*\$[@-~])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*)?\Z")


def clean_environ(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing of the machine's own counts, and English is spoken."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "HINGTUI_HOME": str(home),
        "HINGTUI_LANG": "en",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "TERM": "xterm-256color",
        **more,
    }


class Terminal:
    """One run of the program on a terminal of its own."""

    def __init__(
        self, *arguments: str, environ: Mapping[str, str], columns: int, rows: int
    ) -> None:
        self.raw = b""
        """Every byte that was sent to the terminal."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unfed = b""
        self._master, self._slave = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        self.attributes_before = self.attributes()
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-c", _START, *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=dict(environ),
            start_new_session=True,
        )

    def attributes(self) -> list[object]:
        """How the terminal is set: echo, lines, signals."""
        return list(termios.tcgetattr(self._slave))

    def press(self, keys: str) -> None:
        """Type, as a keyboard sends it."""
        os.write(self._master, keys.encode())

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """The window is closed, or the connection to it is cut."""
        for descriptor in (self._master, self._slave):
            os.close(descriptor)
        self._master = self._slave = -1

    def text(self) -> str:
        """The screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def until(self, true: Callable[[str], object], why: str) -> str:
        """Read until the screen is as wanted, and return it."""
        deadline = time.monotonic() + PATIENCE
        while not true(self.text()):
            ended = self.process.poll() is not None
            assert time.monotonic() < deadline, f"never seen: {why}\n{self.text()}"
            if not self._read(0.05):
                assert not ended, f"ended without: {why}\n{self.text()}"
        return self.text()

    def shows(self, words: str) -> str:
        """Read until these words are on the screen."""
        return self.until(lambda text: words in text, words)

    def exit_status(self) -> int:
        """Read until the program has ended; as a shell says it. It counts as one that was asked."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end\n{self.text()}"
            if self._master >= 0:
                self._read(0.05)
            else:
                time.sleep(0.01)
        while self._master >= 0 and self._read(0.0):
            pass
        return int(self.process.returncode)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            self.hang_up()

    def _read(self, within: float) -> bool:
        """Take what the program has written; whether there was anything."""
        ready, _, _ = select.select([self._master], [], [], within)
        if not ready:
            return False
        data = os.read(self._master, 65536)
        self.raw += data
        data = self._unfed + data
        cut = _UNFINISHED.search(data)
        end = cut.start() if cut else len(data)
        self._unfed = data[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:end]))
        return bool(data)


@contextmanager
def terminal(
    *arguments: str, environ: Mapping[str, str], columns: int = 100, rows: int = 30
) -> Iterator[Terminal]:
    """Run `hingtui ARGUMENTS` on a terminal; however the test ends, the program ends too."""
    running = Terminal(*arguments, environ=environ, columns=columns, rows=rows)
    try:
        yield running
    finally:
        running.close()
