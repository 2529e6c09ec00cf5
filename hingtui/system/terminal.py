"""Save and restore the terminal's state, and notice when it is gone.

It must not know what is drawn, nor by whom.
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from typing import Any

if sys.platform != "win32":
    import termios

AFRESH = "\x18\x1b[?2026l\x1b[0m"
"""Ends an escape sequence that was cut half-way, and shows what was drawn so far."""
_PUT_BACK = AFRESH + (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # the mouse is the terminal's own
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l"  # no marks around a paste, no word on focus or size
    "\x1b[<u"  # keys as before (kitty's protocol)
    "\x1b[?7h\x1b[?1049l\x1b[?25h"  # lines wrap, the screen of before, its cursor
)
"""All that a full-screen program can have set, unset; for an end in the middle of everything."""
_PATIENCE = 0.1
"""Seconds given to a terminal to take that."""
STREAMS = (0, 1, 2)
"""Standard input, output, error."""


class Terminal:
    """The terminal behind standard input, output and error."""

    def __init__(self) -> None:
        self.is_gone = False
        """Its window was closed, or the line to it was cut."""
        self.is_taken = False
        """Whether a program draws on all of it right now."""
        self._before: list[Any] | None = None

    def take(self) -> None:
        """Remember how it is set: a full-screen program begins."""
        with suppress(termios.error):
            self._before = list(termios.tcgetattr(0))
        self.is_taken = True

    def given_back(self) -> None:
        """The full-screen program has put everything back itself."""
        self.is_taken = False

    @property
    def is_ours(self) -> bool:
        """Whether this process is in the foreground. Another program's terminal is not touched."""
        try:
            return os.tcgetpgrp(0) == os.getpgrp()
        except OSError:  # it is no controlling terminal: then there is no job control either
            return True

    def put_back(self) -> None:
        """Leave it as it was found, if nobody has done so; at once, even if it takes no bytes."""
        if not self.is_taken or self.is_gone or not self.is_ours:
            return
        self.is_taken = False
        output = own_description(2)
        try:
            _write_within(output, _PUT_BACK.encode(), _PATIENCE)
            termios.tcflush(0, termios.TCIFLUSH)  # answers and mouse moves are not for the shell
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

    def let_go(self) -> None:
        """It is gone: from now on nothing comes from it, and what is written to it vanishes.

        Else whoever reads from a terminal that is gone is told at once, and again, and again, that
        there is nothing: a whole core's worth of it.
        """
        self.is_gone = True
        silent, _never_written = os.pipe()
        os.set_blocking(silent, False)  # for one who was told just before that there is something
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream, instead in zip(STREAMS, (silent, nowhere, nowhere), strict=True):
            os.dup2(instead, stream)


def own_description(stream: int) -> int:
    """A descriptor of the same terminal on which a write never blocks; `stream` if there is none.

    It is opened anew: to set the flag on `stream` would set it for the shell, too.
    """
    how = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
    with suppress(OSError):
        return os.open(os.ttyname(stream), how)
    with suppress(OSError):  # after `su` the terminal is another user's: it opens by this name only
        return os.open("/dev/tty", how)
    return stream


def takes_bytes(descriptor: int, within: float | None) -> bool:
    """Whether the terminal takes bytes, or will within so many seconds (None: wait for it)."""
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT)
    return bool(poller.poll(None if within is None else within * 1000))


def _write_within(descriptor: int, data: bytes, seconds: float) -> None:
    """Write all of it; if the terminal takes none for so many seconds, what it has not shown goes.

    Raises TimeoutError when even that makes no room.
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
