"""Knows which video is to be asked about next and asks; knows not what the answers mean.

Time is bounded by the client's own timeouts: a question is never cancelled from outside, because
that leaks connections of its pool (httpcore #1093). The answer of an unwatched id is dropped.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable
from typing import Protocol

from hingtui.clock import Clock
from hingtui.errors import (
    ApiError,
    BadReply,
    Forbidden,
    NotFound,
    RateLimited,
    ServerTrouble,
    Unauthorized,
    Unreachable,
)
from hingtui.monitor.budget import HostBudget
from hingtui.video import Video

AT_ONCE = 8
"""Questions under way at most: no more than the pool has connections, so nothing queues in it."""


class Answered(Protocol):
    """What came back of a question."""

    @property
    def video(self) -> Video: ...
    @property
    def server_time(self) -> float | None: ...


class Asks(Protocol):
    """The one call that the poller needs of the API."""

    async def retrieve(self, video_id: str) -> Answered: ...


class Poller:
    """Asks about each video when it is due, a few at once, as far as the host's budget allows."""

    def __init__(
        self,
        budget: HostBudget,
        clock: Clock,
        *,
        asking: Callable[[str], None],
        answered: Callable[[str, Answered | Exception], None],
    ) -> None:
        self._budget = budget
        self._clock = clock
        self._asking = asking
        self._answered = answered
        self._api: Asks | None = None
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self.is_paused = False
        self.denied: ApiError | None = None
        """Why the host lets nobody in (401, 403): nothing is asked until this is cleared."""

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The questions that are being asked."""
        return list(self._tasks.values())

    def use(self, api: Asks | None) -> None:
        """From now on ask through `api` (None: ask nobody)."""
        self._api = api
        self.denied = None
        self._wake.set()

    def schedule(self, video_id: str, in_seconds: float) -> None:
        """Ask about `video_id` in so many seconds, whatever was planned before."""
        due = self._clock.monotonic() + in_seconds
        self._due[video_id] = due
        heapq.heappush(self._heap, (due, video_id))
        self._wake.set()

    def drop(self, video_ids: Iterable[str]) -> None:
        """Ask about these no more."""
        for video_id in video_ids:
            self._due.pop(video_id, None)

    def wake(self) -> None:
        """Something that was waited for has changed: a pause ended, a budget was reopened."""
        self._wake.set()

    def next_due_in(self, video_id: str) -> float | None:
        """Seconds until `video_id` is asked about; None when it is not planned."""
        due = self._due.get(video_id)
        return None if due is None else max(0.0, due - self._clock.monotonic())

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            self._wake.clear()
            await self._clock.wait_for(self._wake, self.start_due())

    async def settle(self) -> None:
        """Start what is due now and wait until nothing is under way."""
        self.start_due()
        while self._tasks:
            await asyncio.wait(self._tasks.values())
            self.start_due()

    def start_due(self) -> float | None:
        """Start every question that may be asked now; seconds until the next, None for no plan."""
        api = self._api
        if api is None or self.is_paused or self.denied is not None:
            return None
        now = self._clock.monotonic()
        while (due := self._next_due()) is not None:
            if due > now:
                return due - now
            if len(self._tasks) >= (1 if self._budget.is_probing else AT_ONCE):
                return None  # the end of a task wakes the loop
            pause = self._budget.wait(now)
            if pause > 0:
                return pause
            self._start(api, heapq.heappop(self._heap)[1], now)
        return None

    def _next_due(self) -> float | None:
        """When the first planned question is due; forgets what is planned no more."""
        while self._heap:
            due, video_id = self._heap[0]
            if self._due.get(video_id) == due and video_id not in self._tasks:
                return due
            heapq.heappop(self._heap)
        return None

    def _start(self, api: Asks, video_id: str, now: float) -> None:
        del self._due[video_id]
        self._budget.spend(now)
        self._asking(video_id)
        task = asyncio.create_task(self._ask(api, video_id), name=f"ask {video_id}")
        self._tasks[video_id] = task

    async def _ask(self, api: Asks, video_id: str) -> None:
        outcome: Answered | Exception
        try:
            outcome = await api.retrieve(video_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            outcome = error
        finally:
            self._tasks.pop(video_id, None)
            self._wake.set()
        self._account(outcome)
        self._answered(video_id, outcome)

    def _account(self, outcome: Answered | Exception) -> None:
        """What the outcome says about the host as a whole."""
        now = self._clock.monotonic()
        match outcome:
            case RateLimited():
                self._budget.slow_down(now, outcome.retry_after)
            case Unauthorized() | Forbidden():
                self.denied = outcome
            case ServerTrouble() | Unreachable() | BadReply():
                self._budget.failed(now)
            case ApiError() if not isinstance(outcome, NotFound):
                self._budget.failed(now)
            case _:
                self._budget.succeeded()
