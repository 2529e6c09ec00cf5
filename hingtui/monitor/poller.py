"""Ask about each video when it is due, a few at once, as far as the gateway's state allows.

Time is bounded by the client's own timeouts: a request is never cancelled from outside, because
that leaks connections of its pool (httpcore #1093). The response for an unwatched id is dropped.
What responses mean is not decided here.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from hingtui.model.video import Video
from hingtui.monitor.gateway import LIST, Gateway
from hingtui.monitor.list_poller import Listed, ListPoller, Lists, Swept
from hingtui.system.clock import Clock

TICK = 0.25
"""Seconds for which what becomes due is gathered, so that many rows do not mean many wake-ups."""
AT_ONCE = 8
"""Requests under way at most: no more than the pool has connections, so nothing queues in it."""


class Answered(Protocol):
    """The response to a request about one video."""

    @property
    def video(self) -> Video: ...
    @property
    def server_time(self) -> float | None: ...


class Asks(Lists, Protocol):
    """The calls that the poller needs of the API."""

    async def retrieve(self, video_id: str) -> Answered: ...


class Poller:
    """Polls the videos that are not finished."""

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        rng: random.Random,
        *,
        answered: Callable[[str, Answered | Swept | Exception], None],
    ) -> None:
        """`answered` gets each outcome; an empty id stands for the list."""
        self._gateway = gateway
        self._clock = clock
        self._rng = rng
        self._answered = answered
        self.watched: dict[str, None] = {}
        """All ids of this gateway, finished ones too: a probe may ask about any of them."""
        self._api: Asks | None = None
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._ripe: dict[str, None] = {}
        """What is due, the longest due first."""
        self._alone: set[str] = set()
        """What is to be asked about by itself, whatever the list could say."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sweep: asyncio.Task[None] | None = None
        self._probed: dict[str, None] = {}
        """What has been probed with since the gateway last answered; empty while it answers."""
        self._list_poller = ListPoller(gateway.limiter, clock)
        self._wake = asyncio.Event()

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The requests that are being sent."""
        return [*self._tasks.values(), *([self._sweep] if self._sweep else [])]

    @property
    def list_poller(self) -> ListPoller:
        """What is known of the gateway's list."""
        return self._list_poller

    @property
    def active(self) -> int:
        """How many videos are being polled."""
        return len(self._due.keys() | self._tasks.keys())

    def use(self, api: Asks | None) -> None:
        """From now on ask through `api` (None: ask nobody)."""
        self._api = api
        self._probed.clear()
        self._list_poller.reset()
        self._wake.set()

    def watch(self, video_id: str) -> None:
        """This id is watched from now on; nothing is planned for it yet."""
        self.watched[video_id] = None

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

    def is_asking(self, video_id: str) -> bool:
        """Whether a request about this video is under way."""
        return video_id in self._tasks

    def drop(self, video_ids: Iterable[str]) -> None:
        """These are not watched any more."""
        for video_id in video_ids:
            self.watched.pop(video_id, None)
            self._due.pop(video_id, None)
            self._ripe.pop(video_id, None)
            self._alone.discard(video_id)
            self._list_poller.unlisted.discard(video_id)

    def wake(self) -> None:
        """Something that was waited for has changed: a pause ended, a gateway was reset."""
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
        """Start every request that may be sent now; seconds until the next, None for no plan."""
        api, gateway = self._api, self._gateway
        if api is None or gateway.is_paused:
            return None
        now = self._clock.monotonic()
        self._ripen(now)
        if gateway.is_probing:
            return self._probe(api, now)
        self._probed.clear()
        pauses = [self._heap[0][0] - now] if self._heap else []
        waiting = self._wait_for_list(api, now)
        if waiting and not self._list_poller.is_sweeping:
            pauses.append(max(self._list_poller.wait(now), gateway.limiter.wait(now)))
        for video_id in [ripe for ripe in self._ripe if ripe not in waiting]:
            if len(self._tasks) >= AT_ONCE:
                break  # the end of a task wakes the loop
            if (pause := gateway.limiter.wait(now)) > 0:
                pauses.append(pause)
                break
            self._start(api, video_id, now)
        return min(pauses, default=None)

    def _probe(self, api: Asks, now: float) -> float | None:
        """Send one request, when its time has come, to find out whether the gateway answers."""
        if self._tasks or self._sweep is not None:
            return None  # the end of a task wakes the loop
        if (pause := max(self._gateway.probe_in(now), self._gateway.limiter.wait(now))) > 0:
            return pause
        target = self._probe_target()
        if target is None:
            return None
        self._probed[target] = None
        self._gateway.begin_probe(target)
        if target == LIST:
            self._begin_sweep(api, [])
        else:
            self._start(api, target, now)
        return None

    def _probe_target(self) -> str | None:
        """What to probe with: another one each time, until all have had their turn.

        The list and ids that have been answered before say most about the gateway. The others come
        in any order: the first ones may all have a fault of their own.
        """
        watched = self.watched
        best = [] if self._gateway.may_be_refused else [LIST]
        best += [i for i in reversed(self._gateway.answered_before) if i in watched]
        for _round in range(2):
            if (target := next((one for one in best if one not in self._probed), None)) is not None:
                return target
            others = [one for one in watched if one not in self._probed]
            if others:
                return self._rng.choice(others)
            self._probed.clear()
        return None

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
        apart = self._alone | self._list_poller.unlisted
        many = [video_id for video_id in self._ripe if video_id not in apart]
        if not self._list_poller.is_of_use(len(many), now):
            return ()
        is_free = self._sweep is None and not self._gateway.limiter.wait(now)
        if is_free and not self._list_poller.wait(now):
            self._begin_sweep(api, many)
        return frozenset(many)

    def _begin_sweep(self, api: Asks, wanted: list[str]) -> None:
        self._gateway.limiter.spend(self._clock.monotonic())
        self._sweep = asyncio.create_task(self._list(api, wanted), name="list")

    async def _list(self, api: Asks, wanted: list[str]) -> None:
        outcome: Swept | Exception
        try:
            heard = self._heard_of if wanted else _only_a_probe
            outcome = await self._list_poller.sweep(api, wanted, heard)
        except Exception as unexpected:  # noqa: BLE001 - it must not end the watch
            outcome = unexpected
        finally:
            self._sweep = None
            self._wake.set()
        self._answered(LIST, outcome)

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
        self._answered(video_id, listed)
        return True

    def _start(self, api: Asks, video_id: str, now: float) -> None:
        self._due.pop(video_id, None)
        self._ripe.pop(video_id, None)
        self._alone.discard(video_id)
        self._gateway.limiter.spend(now)
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
            if (due := self._due.get(video_id)) is not None:  # scheduled again meanwhile
                heapq.heappush(self._heap, (due, video_id))
            self._wake.set()
        self._answered(video_id, outcome)


def _only_a_probe(_listed: Listed) -> bool:
    """The page was asked for to learn whether the gateway answers, not what it says."""
    return False
