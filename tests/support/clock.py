"""A clock that moves when a test moves it."""

from __future__ import annotations

import asyncio
import threading
from email.utils import formatdate

from hingtui.system.clock import Clock

EPOCH = 1_762_789_802.0
"""The seed's sample video was created at this second."""


def date(at: float) -> str:
    """These Unix seconds as HTTP writes a date."""
    return formatdate(at, usegmt=True)


class FakeClock(Clock):
    """A clock that stands still until it is moved.

    A coroutine that sleeps wakes when `advance` has moved the clock far enough. A thread that waits
    moves the clock itself, and takes no time.
    """

    def __init__(self, now: float = EPOCH) -> None:
        self.now = now
        self.started = now
        self._sleepers: list[tuple[float, asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now - self.started

    def advance(self, seconds: float) -> None:
        self.now += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self.now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self.now]
        for _at, loop, future in due:
            loop.call_soon_threadsafe(_wake, future)

    async def sleep(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._sleepers.append((self.now + seconds, loop, future))
        await future

    async def wait_for(self, event: asyncio.Event, seconds: float | None) -> bool:
        if seconds is None:
            return await event.wait()
        waiting = {
            asyncio.ensure_future(event.wait()),
            asyncio.ensure_future(self.sleep(seconds)),
        }
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        return event.is_set()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.advance(max(seconds, 0.001))  # less than that can be lost in so great a number
        return event.is_set()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
