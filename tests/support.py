"""What many tests share: a clock that moves when told to."""

from __future__ import annotations

import threading

from hingtui.clock import Clock

EPOCH = 1_762_789_802.0
"""The seed's sample video was created at this second."""


class FakeClock(Clock):
    """A clock that stands still until `advance` moves it; waiting on it takes no time."""

    def __init__(self, now: float = EPOCH) -> None:
        self.now = now
        self.started = now

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now - self.started

    def advance(self, seconds: float) -> None:
        self.now += seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.advance(seconds)
        return event.is_set()
