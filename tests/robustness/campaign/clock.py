"""The clock of one run: advanced by many threads, with planned actions and a wrong local time."""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Callable
from itertools import count

from tests.support.clock import FakeClock

LONGEST = 40 * 3600.0
"""Seconds after which a run that has not ended counts as endless."""


class Endless(BaseException):
    """A thread still waits long after everything should have been over."""


class RunClock(FakeClock):
    """`now` is the true time, which servers use; `time()` is this machine's wrong time."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong_by = 0.0
        """Seconds by which this machine's clock is ahead of the true time."""
        self.limit = LONGEST
        self._lock = threading.RLock()
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def time(self) -> float:
        return self.now + self.wrong_by

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Run the action at that moment (seconds from the start), in the thread that reaches it."""
        with self._lock:
            heapq.heappush(self._plans, (moment, next(self._numbers), action))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run the action in this many seconds."""
        self.at(self.monotonic() + seconds, action)

    @property
    def has_plans(self) -> bool:
        return bool(self._plans)

    def forget_plans(self) -> None:
        """Cancel all planned actions."""
        with self._lock:
            self._plans.clear()

    def next_wake(self) -> float | None:
        """Seconds until the next sleeper wakes or the next planned action; None for never."""
        with self._lock:
            moments = [at - self.now for at, _loop, future in self._sleepers if not future.done()]
            if self._plans:
                moments.append(self._plans[0][0] - self.monotonic())
        return max(0.0, min(moments)) if moments else None

    def advance(self, seconds: float) -> None:
        due: list[Callable[[], None]] = []
        with self._lock:
            super().advance(max(0.0, seconds))
            while self._plans and self._plans[0][0] <= self.monotonic():
                due.append(heapq.heappop(self._plans)[2])
        for action in due:
            action()

    async def sleep(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._lock:
            self._sleepers.append((self.now + seconds, loop, future))
        await future

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if self.monotonic() > self.limit:
            raise Endless
        return super().wait(event, seconds)
