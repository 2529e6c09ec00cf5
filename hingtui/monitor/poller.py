"""Ask about each video when it is due, a few at once, as far as the gateway's state allows.

A request ends by the client's own timeouts. It is never cancelled from outside, because that leaks
connections of the client's pool (httpcore #1093); the response for an id that is no longer watched
is dropped. What responses mean is decided in `response_handler`.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Protocol

from hingtui.model.video import Video
from hingtui.monitor.gateway import LIST, Gateway
from hingtui.monitor.list_poller import ListApi, Listed, ListPoller, Swept, ignore_page
from hingtui.monitor.raw_responses import RawResponse
from hingtui.system.clock import Clock

TICK = 0.25
"""Seconds between two checks of what is due, so that many rows do not mean many wake-ups."""
AT_ONCE = 8
"""Most requests at a time: no more than the pool has connections, so that none waits for one."""


class VideoResponse(Protocol):
    """The response to a request about one video."""

    @property
    def video(self) -> Video: ...
    @property
    def server_time(self) -> float | None: ...
    @property
    def raw(self) -> RawResponse | None: ...


class VideoApi(ListApi, Protocol):
    """The calls that the poller needs of the API."""

    async def retrieve(self, video_id: str) -> VideoResponse: ...


class Poller:
    """Polls the videos that are not finished."""

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        rng: random.Random,
        *,
        on_outcome: Callable[[str, VideoResponse | Swept | Exception], None],
    ) -> None:
        """`on_outcome` gets each response and each error; the id is LIST for a page of the list."""
        self._gateway = gateway
        self._clock = clock
        self._rng = rng
        self._on_outcome = on_outcome
        self.watched: dict[str, None] = {}
        """All ids of this gateway, finished ones too: a probe may ask about any of them."""
        self._api: VideoApi | None = None
        self._planned: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._due: dict[str, None] = {}
        """Ids that are due, the longest due first."""
        self._alone: set[str] = set()
        """Ids that need a request of their own: an entry of the list is not enough."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sweep: asyncio.Task[None] | None = None
        self._left_behind: list[asyncio.Task[None]] = []
        """Requests through an earlier client, with its token and address: responses are dropped."""
        self._probed: dict[str, None] = {}
        """Ids that were probed since the gateway last answered; empty while it answers."""
        self._list_poller = ListPoller(gateway.limiter, clock)
        self._wake = asyncio.Event()

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The requests that are being sent."""
        tasks = [*self._left_behind, *self._tasks.values(), *([self._sweep] if self._sweep else [])]
        return [task for task in tasks if not task.done()]

    @property
    def list_poller(self) -> ListPoller:
        """The gateway's list, shared with `one_round`."""
        return self._list_poller

    @property
    def active(self) -> int:
        """How many videos are being polled."""
        return len(self._planned.keys() | self._tasks.keys())

    def use(self, api: VideoApi | None) -> None:
        """From now on send requests through `api` (None: send none), also what is under way."""
        self._left_behind = self.under_way
        unanswered, self._tasks, self._sweep = list(self._tasks), {}, None
        before = self._list_poller
        self._list_poller = ListPoller(self._gateway.limiter, self._clock)
        self._list_poller.on_page, before.on_page = before.on_page, ignore_page
        self._api = api
        self._probed.clear()
        for video_id in filter(self.watched.__contains__, unanswered):
            self.schedule(video_id, 0, alone=True)
        self._wake.set()

    def watch(self, video_id: str) -> None:
        """This id is watched from now on; nothing is planned for it yet."""
        self.watched[video_id] = None

    def schedule(self, video_id: str, in_seconds: float, *, alone: bool = False) -> None:
        """Plan the next request about `video_id`; it replaces an earlier plan.

        With `alone`, an entry of the list is not enough.
        """
        due = self._clock.monotonic() + in_seconds
        self._planned[video_id] = due
        self._due.pop(video_id, None)
        heapq.heappush(self._heap, (due, video_id))
        if alone:
            self._alone.add(video_id)
        if self._heap[0][1] == video_id:
            self._wake.set()

    def is_asking(self, video_id: str) -> bool:
        """Whether a request about this video is under way."""
        return video_id in self._tasks

    def drop(self, video_ids: Iterable[str]) -> None:
        """These are not watched any more."""
        for video_id in video_ids:
            self.watched.pop(video_id, None)
            self._planned.pop(video_id, None)
            self._due.pop(video_id, None)
            self._alone.discard(video_id)
            self._list_poller.unlisted.discard(video_id)

    def wake(self) -> None:
        """Look again at what may be sent: a pause ended, or the gateway was reset."""
        self._wake.set()

    def next_due_in(self, video_id: str) -> float | None:
        """Seconds until the next request about `video_id`; None when none is planned."""
        due = self._planned.get(video_id)
        return None if due is None else max(0.0, due - self._clock.monotonic())

    async def run(self) -> None:
        """Send requests as they become due, for ever."""
        while True:
            self._wake.clear()
            pause = self.start_due()
            await self._clock.wait_for(self._wake, pause if pause is None else max(TICK, pause))

    async def settle(self) -> None:
        """Send what is due now, and wait until no request is under way."""
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
        self._collect_due(now)
        if gateway.is_probing:
            return self._probe(api, now)
        self._probed.clear()
        pauses = [self._heap[0][0] - now] if self._heap else []
        waiting = self._wait_for_list(api, now)
        if waiting and not self._list_poller.is_sweeping:
            pauses.append(max(self._list_poller.wait(now), gateway.limiter.wait(now)))
        for video_id in [each for each in self._due if each not in waiting]:
            if len(self._tasks) >= AT_ONCE:
                break  # the end of a task wakes the loop
            if (pause := gateway.limiter.wait(now)) > 0:
                pauses.append(pause)
                break
            self._start(api, video_id, now)
        return min(pauses, default=None)

    def _probe(self, api: VideoApi, now: float) -> float | None:
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
        """The id to probe with, or LIST; each is used once before any is repeated.

        The list and ids that succeeded before come first: with them, an error is most likely the
        gateway's. The rest follow in random order, because the first ones may all have errors of
        their own.
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

    def _collect_due(self, now: float) -> None:
        """Move what is due from the heap to `_due`; drop plans that were replaced."""
        while self._heap:
            due, video_id = self._heap[0]
            if self._planned.get(video_id) == due:
                if due > now:
                    return
                if video_id not in self._tasks:
                    self._due[video_id] = None
            heapq.heappop(self._heap)

    def _wait_for_list(self, api: VideoApi, now: float) -> Collection[str]:
        """The due ids that a sweep over the list is to cover; start the sweep when it may begin."""
        apart = self._alone | self._list_poller.unlisted
        many = [video_id for video_id in self._due if video_id not in apart]
        if not self._list_poller.is_of_use(len(many), now):
            return ()
        is_free = self._sweep is None and not self._gateway.limiter.wait(now)
        if is_free and not self._list_poller.wait(now):
            self._begin_sweep(api, many)
        return frozenset(many)

    def _begin_sweep(self, api: VideoApi, wanted: list[str]) -> None:
        self._gateway.limiter.spend(self._clock.monotonic())
        self._sweep = asyncio.create_task(self._list(api, wanted), name="list")

    async def _list(self, api: VideoApi, wanted: list[str]) -> None:
        outcome: Swept | Exception
        try:
            take = partial(self._take_listed, api) if wanted else _only_a_probe
            outcome = await self._list_poller.sweep(api, wanted, take)
        except Exception as unexpected:  # noqa: BLE001 - it must not end the watch
            outcome = unexpected
        if api is self._api:
            self._sweep = None
            self._wake.set()
            self._on_outcome(LIST, outcome)

    def _take_listed(self, api: VideoApi, listed: Listed) -> bool:
        """Take an entry of the list; return whether it is all there is to ask about that video.

        A finished video gets a request of its own: the list can lag behind, or lack the error.
        """
        video_id = listed.video.id
        if api is not self._api or video_id not in self._planned or video_id in self._tasks:
            return False
        if listed.video.status.is_final:
            self.schedule(video_id, 0, alone=True)
            return False
        self._on_outcome(video_id, listed)
        return True

    def _start(self, api: VideoApi, video_id: str, now: float) -> None:
        self._planned.pop(video_id, None)
        self._due.pop(video_id, None)
        self._alone.discard(video_id)
        self._gateway.limiter.spend(now)
        task = asyncio.create_task(self._ask(api, video_id), name=f"ask {video_id}")
        self._tasks[video_id] = task

    async def _ask(self, api: VideoApi, video_id: str) -> None:
        outcome: VideoResponse | Exception
        try:
            outcome = await api.retrieve(video_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            outcome = error
        if api is self._api:
            del self._tasks[video_id]
            if (due := self._planned.get(video_id)) is not None:  # scheduled again meanwhile
                heapq.heappush(self._heap, (due, video_id))
            self._wake.set()
            self._on_outcome(video_id, outcome)


def _only_a_probe(_listed: Listed) -> bool:
    """Ignore the entries: the page was requested only to see whether the gateway answers."""
    return False
