"""A real terminal for tests: the program runs on a pty, its screen is read as a person reads it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

from tests.support.processes import PYTHON, start
from tests.support.waiting import TIMEOUT

_FINGERS = 0.05
"""Seconds between two keys."""

_CATCH_UP = 0.3
"""Seconds for which what has been written is read before it is looked at."""

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[ -/]*[@-~]|\??[0-9;]*\$[@-~])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*)?\Z")
_UPDATE_BEGINS, _UPDATE_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
_SYNCHRONIZED = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""What a terminal says that draws what comes between these two at once."""
_MODERN = _SYNCHRONIZED | {b"\x1b[?2048$p": b"\x1b[?2048;2$y"}
"""And one that tells its size when that changes."""

BACKGROUND_QUERY = b"\x1b]11;?\x1b\\"

MODES = {1049: b"l", 25: b"h", 7: b"h", 1000: b"l", 1003: b"l", 1004: b"l", 1006: b"l", 2004: b"l"}
"""Alternate screen, cursor, wrapping, mouse (three), focus, bracketed paste: as a shell needs."""
MODERN_MODES = {1015: b"l", 1016: b"l", 2026: b"l", 2048: b"l"}
"""More of the mouse, drawing at once, size sent among the keys: off again where they were on."""


def clean_environ(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing of the machine's own counts, and English is spoken."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "HINGTUI_HOME": str(home),
        "HINGTUI_LANG": "en",
        "HINGTUI_NAME": "{id}",  # or a file's name would hold the date of the test
        **PYTHON,
        "TERM": "xterm-256color",
        **more,
    }


def patched(environ: dict[str, str], folder: Path, patch: str) -> None:
    """Let the program's Python do this before anything else."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(patch)
    environ["PYTHONPATH"] = os.pathsep.join((str(folder), environ["PYTHONPATH"]))


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, its ended threads included; whole clock ticks.

    Only where the system says so in /proc (Linux).
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Terminal:
    """One run of the program on a terminal of its own."""

    def __init__(
        self,
        *arguments: str,
        environ: Mapping[str, str],
        columns: int,
        rows: int,
        started_as: str = "leader",
        ignoring: str = "",
        is_modern: bool = False,
        is_synchronized: bool = True,
        is_executed: bool = False,
        background: str = "",
    ) -> None:
        """`started_as` and `ignoring` are for `launch.py`; `is_modern`: it tells its size.

        `is_synchronized`: no half of a screen is ever seen.
        `background`: what it says when it is asked for that colour, such as `rgb:ffff/ffff/ffff`.
        """
        self.raw = b""
        """Every byte that was sent to the terminal."""
        self._pressed_at = 0.0
        self._screen = pyte.Screen(columns or 80, rows or 24)
        self._stream = pyte.ByteStream(self._screen)
        self._undrawn = b""
        self._lines: list[str] = []
        """The screen as `text` has it; the lines in `_screen.dirty` have changed since."""
        self._replies = dict(_MODERN if is_modern else _SYNCHRONIZED if is_synchronized else {})
        if background:
            self._replies[BACKGROUND_QUERY] = f"\x1b]11;{background}\x1b\\".encode()
        self._master, self._slave = pty.openpty()
        self._set_size(columns, rows)
        self.attributes_before = self.attributes()
        self._shell, job_end = socket.socketpair()
        self._heard = b""
        self._job = 0
        self.asked_at = time.monotonic()
        """When it was last asked to do something about its life."""
        self.took = 0.0
        """Seconds from then until it had ended."""
        self.process = start(
            *arguments,
            launch=(started_as, ignoring, str(job_end.fileno())),
            is_executed=is_executed,
            env=environ,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            pass_fds=(job_end.fileno(),),
            start_new_session=True,
        )
        job_end.close()

    def attributes(self) -> list[object]:
        """How the terminal is set: echo, lines, signals."""
        return list(termios.tcgetattr(self._slave))

    def press(self, keys: str | bytes) -> None:
        """Type, as a keyboard sends it; no faster than fingers, or it would be a paste."""
        time.sleep(max(0.0, self._pressed_at + _FINGERS - time.monotonic()))
        self._pressed_at = time.monotonic()
        os.write(self._master, keys if isinstance(keys, bytes) else keys.encode())

    def send(self, *numbers: signal.Signals) -> None:
        """Send these signals, and remember when."""
        self.asked_at = time.monotonic()
        for number in numbers:
            os.kill(self.process.pid, number)

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size. What does not fit any more is lost, as in most terminals."""
        self._set_size(columns, rows)
        self._screen.resize(rows or 24, columns or 80)
        if self.modes_left().get(2048) == b"h":
            self.press(f"\x1b[48;{rows};{columns};{rows * 20};{columns * 10}t")

    def _set_size(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)

    def wipe(self) -> None:
        """Something else writes all over the screen."""
        self._screen.reset()
        self._stream.feed(b"$ rubbish " * 100)

    def cpu(self) -> float:
        """Seconds that the program has computed so far (Linux)."""
        return cpu_of(self.process.pid)

    def hang_up(self) -> None:
        """The window is closed, or the connection to it is cut."""
        self.asked_at = time.monotonic()
        for descriptor in (self._master, self._slave):
            os.close(descriptor)
        self._master = self._slave = -1

    def text(self) -> str:
        """The screen."""
        # Not `display`: that fails where half of a wide character was overwritten.
        screen, lines = self._screen, self._lines
        if len(lines) != screen.lines:
            lines[:] = [""] * screen.lines
            screen.dirty.update(range(screen.lines))
        for line in screen.dirty & set(range(screen.lines)):
            row = screen.buffer[line]
            lines[line] = "".join(row[cell].data for cell in range(screen.columns)).rstrip()
        screen.dirty.clear()
        return "\n".join(lines)

    def cells(self, words: str) -> list[pyte.screens.Char]:
        """The cells of the first line that holds these words."""
        line = next(at for at, line in enumerate(self.text().split("\n")) if words in line)
        row = self._screen.buffer[line]
        return [row[column] for column in range(self._screen.columns)]

    def until(self, true: Callable[[str], object], why: str) -> str:
        """Read until the screen is as wanted, and return it.

        What has been written already is read first: a line that was read half-way still shows the
        end of the line before it. A film is written faster than it is read here, so not for long.
        """
        begun = time.monotonic()
        deadline = begun + TIMEOUT
        while self._master >= 0 and time.monotonic() < begun + _CATCH_UP and self._read(0.0):
            pass
        while not true(self.text()):
            ended = self.process.poll() is not None
            assert time.monotonic() < deadline, f"never seen: {why}\n{self.text()}"
            if not self._read(0.05):
                assert not ended, f"ended without: {why}\n{self.text()}"
        return self.text()

    def read_for(self, seconds: float) -> None:
        """Read what comes in so many seconds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 or self._read(0.0):
            self._read(max(0.0, min(left, 0.02)))

    def shows(self, words: str) -> str:
        """Read until these words are on the screen."""
        return self.until(lambda text: words in text, words)

    def exit_status(self) -> int:
        """Read until the program has ended; as a shell says it. It counts as one that was asked."""
        self.ended()
        code = int(self.process.wait())
        return code if code >= 0 else 128 - code

    def ended(self) -> None:
        """Read until the program has ended; what it has computed can still be asked for (Linux)."""
        deadline = time.monotonic() + TIMEOUT
        while not self._has_ended():
            assert time.monotonic() < deadline, f"it does not end\n{self.text()}"
            if self._master >= 0:
                self._read(0.01)
            else:
                time.sleep(0.005)
        self.took = time.monotonic() - self.asked_at
        while self._master >= 0 and self._read(0.0):
            pass

    def _has_ended(self) -> bool:
        if sys.platform != "linux" or self.process.returncode is not None:
            return self.process.poll() is not None
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, how) is not None

    def tell_job(self, number: signal.Signals) -> None:
        """Send a signal to the job of the shell."""
        self.asked_at = time.monotonic()
        self._job = self._job or int(self.shell_says("started"))
        os.kill(self._job, number)

    def tell_shell(self, words: str) -> None:
        """`fg`, `bg` or `kill`: for a program that was started as the job of a shell."""
        self.asked_at = time.monotonic()
        self._shell.sendall(words.encode())

    def shell_says(self, words: str) -> str:
        """Read until the shell has said this about its job, and return the rest of that line."""
        deadline = time.monotonic() + TIMEOUT
        while not (report := re.search(rf"^{words} ?(.*)\n", self._heard.decode(), re.MULTILINE)):
            assert time.monotonic() < deadline, f"never heard: {words}\n{self.text()}"
            self._read(0.02)
            if select.select([self._shell], [], [], 0)[0]:
                self._heard += self._shell.recv(1000)
        self._heard = self._heard[: report.start()] + self._heard[report.end() :]
        return report[1]

    def modes_left(self) -> dict[int, bytes]:
        """Each mode that was ever set, as it was set last."""
        found = {
            mode: re.findall(rb"\x1b\[\?%d([hl])" % mode, self.raw)
            for mode in (*MODES, *MODERN_MODES)
        }
        return {mode: settings[-1] for mode, settings in found.items() if settings}

    def assert_restored(self) -> None:
        """The terminal is as it was found."""
        left = self.modes_left()
        assert left == MODES | {mode: b"l" for mode in left if mode in MODERN_MODES}
        assert self.attributes() == self.attributes_before
        assert self.raw.count(b"\x1b[<u") == len(re.findall(rb"\x1b\[>\d+u", self.raw))

    def close(self) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
        self.process.wait()
        self._shell.close()
        if self._master >= 0:
            self.hang_up()

    def _read(self, within: float) -> bool:
        """Take what the program has written; whether there was anything."""
        ready, _, _ = select.select([self._master], [], [], within)
        if not ready:
            return False
        data = os.read(self._master, 65536)
        self.raw += data
        for question, reply in self._replies.items():
            for _question in range(data.count(question)):
                os.write(self._master, reply)
        data = self._undrawn + data
        cut = _UNFINISHED.search(data)
        end = cut.start() if cut else len(data)
        begins = data.rfind(_UPDATE_BEGINS)
        if begins > data.rfind(_UPDATE_ENDS):
            end = min(end, begins)  # an update that is not complete is not shown
        self._undrawn = data[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:end]))
        return bool(data)


@contextmanager
def terminal(
    *arguments: str,
    environ: Mapping[str, str],
    columns: int = 100,
    rows: int = 30,
    started_as: str = "leader",
    ignoring: str = "",
    is_modern: bool = False,
    is_synchronized: bool = True,
    is_executed: bool = False,
    background: str = "",
) -> Iterator[Terminal]:
    """Run `hingtui ARGUMENTS` on a terminal; however the test ends, the program ends too."""
    running = Terminal(
        *arguments,
        environ=environ,
        columns=columns,
        rows=rows,
        started_as=started_as,
        ignoring=ignoring,
        is_modern=is_modern,
        is_synchronized=is_synchronized,
        is_executed=is_executed,
        background=background,
    )
    try:
        yield running
    finally:
        running.close()
