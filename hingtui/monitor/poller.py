"""Knows which video is to be asked about next and asks; knows not what the answers mean.

Time is bounded by the client's own timeouts: a question is never cancelled from outside, because
that leaks connections of its pool (httpcore #1093). The answer of an unwatched id is dropped.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Collection, Iterable
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
from hingtui.monitor.lister import Listed, Lister, Lists
from hingtui.video import Video

TICK = 0.25
"""Seconds for which what becomes due is gathered, so that many rows do not mean many wake-ups."""
AT_ONCE = 8
"""Questions under way at most: no more than the pool has connections, so nothing queues in it."""


class Answered(Protocol):
    """What came back of a question."""

    @property
    def video(self) -> Video: ...
    @property
    def server_time(self) -> float | None: ...


class Asks(Lists, Protocol):
    """The calls that the poller needs of the API."""

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
        self._ripe: dict[str, None] = {}
        """What is due, the longest due first."""
        self._alone: set[str] = set()
        """What is to be asked about by itself, whatever the list could say."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sweep: asyncio.Task[None] | None = None
        self._lister = Lister(budget, clock, listed=self._heard_of)
        self._wake = asyncio.Event()
        self.is_paused = False
        self.denied: ApiError | None = None
        """Why the host lets nobody in (401, 403): nothing is asked until this is cleared."""

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The questions that are being asked."""
        return [*self._tasks.values(), *([self._sweep] if self._sweep else [])]

    def use(self, api: Asks | None) -> None:
        """From now on ask through `api` (None: ask nobody)."""
        self._api = api
        self.denied = None
        self._lister.reset()
        self._wake.set()

    def schedule(self, video_id: str, in_seconds: float, *, alone: bool = False) -> None:
        """Ask about `video_id` in so many seconds, whatever was planned before.

        `alone`: ask about it by itself; what the list says is not enough.
        """
        due = self._clock.monotonic() + in_seconds
        self._due[video_id] = due
        self._ripe.pop(video_id, None)
        heapq.heappush(self._heap, (due, video_id))
        if alone:
            self._alone.add(video_id)
        if due < self._heap[0][0] or self._heap[0][1] == video_id:
            self._wake.set()

    def drop(self, video_ids: Iterable[str]) -> None:
        """Ask about these no more."""
        for video_id in video_ids:
            self._due.pop(video_id, None)
            self._ripe.pop(video_id, None)
            self._alone.discard(video_id)
            self._lister.unlisted.discard(video_id)

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
            pause = self.start_due()
            await self._clock.wait_for(self._wake, pause if pause is None else max(TICK, pause))

    async def settle(self) -> None:
        """Start what is due now and wait until nothing is under way."""
        self.start_due()
        while under_way := self.under_way:
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            self.start_due()

    def start_due(self) -> float | None:
        """Start every question that may be asked now; seconds until the next, None for no plan."""
        api = self._api
        if api is None or self.is_paused or self.denied is not None:
            return None
        now = self._clock.monotonic()
        self._ripen(now)
        pauses = [self._heap[0][0] - now] if self._heap else []
        waiting = self._wait_for_list(api, now)
        if waiting and not self._lister.is_sweeping:
            pauses.append(max(self._lister.wait(now), self._budget.wait(now)))
        for video_id in [ripe for ripe in self._ripe if ripe not in waiting]:
            if len(self._tasks) >= (1 if self._budget.is_probing else AT_ONCE):
                break  # the end of a task wakes the loop
            if (pause := self._budget.wait(now)) > 0:
                pauses.append(pause)
                break
            self._start(api, video_id, now)
        return min(pauses, default=None)

    def _ripen(self, now: float) -> None:
        """Move what is due from the heap to the ripe; forget what is planned no more."""
        while self._heap:
            due, video_id = self._heap[0]
            if self._due.get(video_id) == due:
                if due > now:
                    return
                if video_id not in self._tasks:
                    self._ripe[video_id] = None
            heapq.heappop(self._heap)

    def _wait_for_list(self, api: Asks, now: float) -> Collection[str]:
        """The ripe that a sweep over the list is to answer; it is begun when it may."""
        apart = self._alone | self._lister.unlisted
        many = [video_id for video_id in self._ripe if video_id not in apart]
        if self._budget.is_probing or not self._lister.is_of_use(len(many), now):
            return ()
        if self._sweep is None and not self._lister.wait(now) and not self._budget.wait(now):
            self._sweep = asyncio.create_task(self._list(api, many), name="list")
        return frozenset(many)

    async def _list(self, api: Asks, wanted: list[str]) -> None:
        try:
            error: Exception | None = await self._lister.sweep(api, wanted)
        except Exception as unexpected:  # noqa: BLE001 - it must not end the watch
            error = unexpected
        finally:
            self._sweep = None
            self._wake.set()
        if error is not None:
            self._account(error)
            for video_id in wanted[:1]:  # one of them bears the news
                self._answered(video_id, error)

    def _heard_of(self, listed: Listed) -> bool:
        """The list holds this video; whether it is one that is watched and goes on.

        If the list says finished, the video itself has the last word.
        """
        video_id = listed.video.id
        if video_id not in self._due or video_id in self._tasks:
            return False
        if listed.video.status.is_final:
            self.schedule(video_id, 0, alone=True)
            return False
        self._budget.succeeded()
        self._answered(video_id, listed)
        return True

    def _start(self, api: Asks, video_id: str, now: float) -> None:
        del self._due[video_id]
        del self._ripe[video_id]
        self._alone.discard(video_id)
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
            if (due := self._due.get(video_id)) is not None:  # wanted again meanwhile
                heapq.heappush(self._heap, (due, video_id))
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
