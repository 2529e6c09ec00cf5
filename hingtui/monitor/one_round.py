"""Ask about each of some videos once, as `hingtui status` does: every id, each with its own result.

Unlike the poller it follows no schedule: it waits only for the rate limit, and for retries of
transient errors, within seconds. It does not change rows.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence

from hingtui.model.errors import HingtuiError, RateLimited, Unreachable
from hingtui.monitor.gateway import LIST, Gateway
from hingtui.monitor.list_poller import Listed, ListPoller, Swept, is_complete
from hingtui.monitor.poller import AT_ONCE, VideoApi, VideoResponse
from hingtui.system.clock import Clock

TRIES = 3
"""Most requests about one video whose errors are transient."""
LONGEST_RETRY = 2.0
"""Seconds: an error whose first retry comes later than this is not retried in the round."""
LONGEST_PAUSE = 60.0
"""Seconds of a rate limit to wait for at most; if it takes longer, the rest is not asked."""


class OneRound:
    """One round over some videos. `run` it once."""

    def __init__(
        self,
        api: VideoApi,
        gateway: Gateway,
        list_poller: ListPoller,
        clock: Clock,
        rng: random.Random,
        *,
        on_outcome: Callable[[str, VideoResponse | Swept | Exception], None],
        progress: Callable[[int, int], None],
    ) -> None:
        """`on_outcome` gets each response and each error, also those that are retried. `progress`
        gets (videos with a result, all videos)."""
        self._api = api
        self._gateway = gateway
        self._list_poller = list_poller
        self._clock = clock
        self._rng = rng
        self._on_outcome = on_outcome
        self._progress = progress
        self._left: dict[str, int] = {}
        """Requests sent so far, for each id that has no result yet."""
        self._total = 0
        self._unanswered = 0
        """Requests without a response, until the first response comes."""
        self._has_response = False
        self._is_down = False
        """Neither the first videos nor the list got any response."""

    async def run(self, video_ids: Sequence[str]) -> None:
        """Return when each has its result, or when asking further is pointless."""
        self._left = dict.fromkeys(video_ids, 0)
        self._total = len(self._left)
        self._progress(0, self._total)
        if self._list_poller.is_of_use(len(self._left), self._clock.monotonic()):
            await self._ask_list()
        waiting = deque(self._left)
        async with asyncio.TaskGroup() as group:
            for _worker in range(min(AT_ONCE, len(waiting))):
                group.create_task(self._work(waiting))

    async def _ask_list(self) -> None:
        if not await self._wait_for_limiter():
            return
        outcome = await self._list_poller.sweep(self._api, list(self._left), self._listed)
        await self._count(outcome)
        self._on_outcome(LIST, outcome)

    def _listed(self, listed: Listed) -> bool:
        """Take an entry of the list; return whether it is the video's result."""
        video = listed.video
        if video.id not in self._left or not is_complete(video):
            return False
        self._on_outcome(video.id, listed)
        self._finish(video.id)
        return True

    async def _work(self, waiting: deque[str]) -> None:
        while waiting and not self._is_pointless:
            video_id = waiting.popleft()
            if not await self._wait_for_limiter():
                return
            outcome = await self._ask(video_id)
            self._on_outcome(video_id, outcome)
            await self._count(outcome)
            if (pause := self._again_in(video_id, outcome)) is None:
                self._finish(video_id)
                continue
            await self._clock.sleep(pause)
            waiting.append(video_id)

    async def _ask(self, video_id: str) -> VideoResponse | Exception:
        self._left[video_id] += 1
        try:
            return await self._api.retrieve(video_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this video's result
            return error

    def _again_in(self, video_id: str, outcome: VideoResponse | Exception) -> float | None:
        """Seconds until this video is asked about again; None where this is its result."""
        if not isinstance(outcome, HingtuiError) or not outcome.is_transient:
            return None
        tries = self._left[video_id]
        if isinstance(outcome, RateLimited):
            return 0.0 if tries <= 2 * TRIES else None  # the limiter makes it wait
        is_quick = outcome.retry.first <= LONGEST_RETRY
        return outcome.retry.after(tries, self._rng) if is_quick and tries < TRIES else None

    @property
    def _is_pointless(self) -> bool:
        """Whether the token is refused, or there is no response at all from this gateway."""
        return self._gateway.refused is not None or self._is_down

    async def _count(self, outcome: object) -> None:
        """Find out whether the gateway is down: then asking about the others is pointless."""
        if not isinstance(outcome, Unreachable):
            self._has_response = True
        if self._has_response:
            return
        self._unanswered += 1
        if self._unanswered == TRIES:
            swept = await self._list_poller.sweep(self._api, [], lambda _listed: False)
            self._is_down = isinstance(swept, Unreachable) and not self._has_response

    async def _wait_for_limiter(self) -> bool:
        """Wait until one more request may be sent; False where that takes too long."""
        limiter = self._gateway.limiter
        while (pause := limiter.wait(self._clock.monotonic())) > 0:
            if pause > LONGEST_PAUSE or self._is_pointless:
                return False
            await self._clock.sleep(pause)
        limiter.spend(self._clock.monotonic())
        return True

    def _finish(self, video_id: str) -> None:
        del self._left[video_id]
        self._progress(self._total - len(self._left), self._total)
