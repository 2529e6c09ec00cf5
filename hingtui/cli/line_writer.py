"""Write lines to standard output in a thread of their own.

A reader that is slow, or that has been stopped, holds up nothing but the lines.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import stat
import sys
import threading
from collections.abc import Callable

_MOST_WAITING = 10_000
"""Lines that wait for the reader; what comes then is left out, and the log says so."""

_log = logging.getLogger(__name__)


class LineWriter:
    """All methods belong to the event loop's thread."""

    def __init__(self) -> None:
        self.failed = asyncio.Event()
        """Set when a line could not be written: `raise_error` says why."""
        self._error: Exception | None = None
        self._is_dropping = False
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="output", daemon=True)
        self._thread.start()

    def put(self, write: Callable[[], None]) -> None:
        """Call `write`, which writes one line and may block, after all that were put before."""
        try:
            self._waiting.put_nowait(write)
        except queue.Full:
            if not self._is_dropping:
                self._is_dropping = True
                _log.warning("nobody reads the output: lines are left out")
        else:
            self._is_dropping = False

    def raise_error(self) -> None:
        """Raise what has prevented a line, or BrokenPipeError once the reader is gone."""
        if self._error is not None:
            raise self._error
        if not has_reader():
            raise BrokenPipeError

    async def close(self, within: float) -> None:
        """Write what waits, for at most so many seconds."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return  # the reader has been stopped for long
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._ended.wait()

    def _work(self) -> None:
        try:
            self._write_lines()
        finally:
            self._set_in_loop(self._ended)

    def _write_lines(self) -> None:
        while (write := self._waiting.get()) is not None:
            try:
                write()
            except Exception as error:  # noqa: BLE001 - raised again by `raise_error`
                self._error = error
                self._set_in_loop(self.failed)
                return

    def _set_in_loop(self, event: asyncio.Event) -> None:
        """Set the event in its loop, if that still runs."""
        with contextlib.suppress(RuntimeError):  # it is closed
            self._loop.call_soon_threadsafe(event.set)


def has_reader() -> bool:
    """Whether anybody can still read standard output; only of a pipe this is known beforehand."""
    if sys.platform == "win32":
        return True
    import select

    try:
        descriptor = sys.stdout.fileno()
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return True
        poller = select.poll()
        poller.register(descriptor, 0)  # an error is reported for any mask
        return not poller.poll(0)
    except (OSError, ValueError, AttributeError):  # it was closed before the start
        return True
