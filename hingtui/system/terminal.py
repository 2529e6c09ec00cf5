"""Save and restore the terminal's state, and notice when it is gone."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from typing import Any

if sys.platform != "win32":
    import termios

END_SEQUENCE = "\x18\x1b[?2026l\x1b[0m"
"""Ends an escape sequence that was cut off, and a synchronized update."""
_RESET = END_SEQUENCE + (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no mouse reports
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l"  # no bracketed paste, no reports of focus or size
    "\x1b[<u"  # keys as before (kitty's protocol)
    "\x1b[?7h\x1b[?1049l\x1b[?25h"  # line wrap, the normal screen, the cursor
)
"""Resets every mode that a full-screen program may have set."""
_RESET_TIMEOUT = 0.1
"""Seconds for the terminal to accept that."""
STREAMS = (0, 1, 2)
"""Standard input, output, error."""


class Terminal:
    """The terminal behind standard input, output and error."""

    def __init__(self) -> None:
        self.is_gone = False
        """Its window was closed, or the connection to it was cut."""
        self.is_in_use = False
        """Whether a program draws on all of it right now."""
        self.undo = ""
        """Escape sequences that undo what the program has changed beyond the usual modes."""
        self._before: list[Any] | None = None

    def save(self) -> None:
        """Remember the terminal's settings, before a full-screen program starts."""
        with suppress(termios.error):
            self._before = list(termios.tcgetattr(0))
        self.is_in_use = True

    def mark_restored(self) -> None:
        """Note that the full-screen program has restored everything itself."""
        self.is_in_use = False
        self.undo = ""

    @property
    def is_ours(self) -> bool:
        """Whether this process is in the foreground. Another program's terminal is not touched."""
        try:
            return os.tcgetpgrp(0) == os.getpgrp()
        except OSError:  # no controlling terminal, and so no job control
            return True

    def restore(self) -> None:
        """Restore the terminal, unless that is done; it does not block if no bytes are accepted."""
        if not self.is_in_use or self.is_gone or not self.is_ours:
            return
        self.is_in_use = False
        output = own_description(2)
        try:
            _write_within(output, (_RESET + self.undo).encode(), _RESET_TIMEOUT)
            self.undo = ""
            termios.tcflush(0, termios.TCIFLUSH)  # the shell must not read pending reports
            if self._before is not None:
                termios.tcsetattr(0, termios.TCSANOW, self._before)
        except (OSError, termios.error):
            self.is_gone = True
        finally:
            if output != 2:
                os.close(output)

    def has_hung_up(self) -> bool:
        """Whether any of the three streams has lost its terminal."""
        for stream in STREAMS:
            try:
                termios.tcgetattr(stream)
            except termios.error:
                return True
        return False

    def detach(self) -> None:
        """Replace a terminal that is gone: reads block, and what is written is dropped.

        A terminal that is gone is always readable and always empty: a reader would loop and use a
        whole core.
        """
        self.is_gone = True
        silent, _never_written = os.pipe()
        os.set_blocking(silent, False)  # a reader may just have been woken by the lost terminal
        null = os.open(os.devnull, os.O_WRONLY)
        for stream, instead in zip(STREAMS, (silent, null, null), strict=True):
            os.dup2(instead, stream)


def own_description(stream: int) -> int:
    """A descriptor of the same terminal on which a write never blocks; `stream` if there is none.

    The terminal is opened again: a flag set on `stream` itself would apply to the shell, too.
    """
    how = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
    with suppress(OSError):
        return os.open(os.ttyname(stream), how)
    with suppress(
        OSError
    ):  # after `su` the terminal belongs to another user: only this name opens it
        return os.open("/dev/tty", how)
    return stream


def takes_bytes(descriptor: int, within: float | None) -> bool:
    """Whether the terminal accepts bytes within so many seconds (None: wait until it does)."""
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT)
    return bool(poller.poll(None if within is None else within * 1000))


def _write_within(descriptor: int, data: bytes, seconds: float) -> None:
    """Write all of `data`; if none is accepted for so many seconds, drop the waiting output.

    Raises TimeoutError if nothing is accepted even then.
    """
    has_flushed = False
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:
            if takes_bytes(descriptor, seconds):
                continue
            if has_flushed:
                raise TimeoutError from None
            termios.tcflush(descriptor, termios.TCOFLUSH)
            has_flushed = True
