"""The clock of this machine, and waiting.

Everything that needs the time is given a clock, so that a test can use one that it moves by hand.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EARLIEST = 1_735_689_600.0
"""The year 2025 in Unix seconds: a clock that is earlier is wrong."""
LARGEST_OFFSET = 7 * 86_400.0
"""Seconds by which this clock and a gateway's can differ: more is the gateway's mistake."""


def is_believable(there: float, here: float) -> bool:
    """Whether a gateway's time can be right, given what this machine's clock says."""
    if there < EARLIEST:
        return False
    return here < EARLIEST or abs(there - here) < LARGEST_OFFSET


class Clock:
    """This machine's clock."""

    def time(self) -> float:
        """Now, in Unix seconds. It can jump: use it for display, never to measure."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment, which never decrease: use them to measure."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep in the event loop for `seconds`."""
        await asyncio.sleep(seconds)

    async def wait_for(self, event: asyncio.Event, seconds: float | None) -> bool:
        """Wait for `event`, at most `seconds` (None: for ever); whether it was set."""
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Block this thread until `event` is set or `seconds` are over; True when it was set."""
        return event.wait(seconds)


class Cancellation(threading.Event):
    """A request to stop, which also ends what the other thread is waiting for at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._ends: list[Callable[[], None]] = []

    def set(self) -> None:
        """Request the stop. The functions given to `ending` run in this thread: they must not
        block."""
        super().set()
        with self._guard:
            ends = tuple(self._ends)
        for end in ends:
            end()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Meanwhile, setting this calls `end`; at once if it is set already."""
        with self._guard:
            self._ends.append(end)
        try:
            if self.is_set():
                end()
            yield
        finally:
            with self._guard:
                self._ends.remove(end)
