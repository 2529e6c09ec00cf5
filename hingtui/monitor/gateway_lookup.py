"""Find out which gateway knows an id that came without one, by asking the gateways in turn.

The one that knew the last id is asked first: ids that are added together mostly come from one. In
turn, because an id mostly costs one request then, and no other gateway gets to see it. One that is
silent for `ANSWER_WITHIN` seconds keeps its request, and the next one is asked meanwhile.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hingtui.model.errors import ApiError, NotFound, RateLimited, Scope
from hingtui.model.eta import GRACE, RARE, STEADY, jitter
from hingtui.model.key import VideoKey
from hingtui.monitor.changes import ChangeFeed
from hingtui.monitor.gateway_watch import GatewayWatch
from hingtui.monitor.poller import VideoResponse
from hingtui.monitor.row import LastError, Row
from hingtui.system.clock import Clock

TRIES = 3
"""Rounds over the gateways about one id, for a command."""
AT_ONCE = 4
"""Requests at a time at most; those to silent gateways do not count."""
ANSWER_WITHIN = 5.0
"""Seconds after which a gateway that has not answered is silent: it is asked nothing more until it
answers, and holds nothing up."""
LONGEST_PAUSE = 60.0
"""Seconds that a command waits at most until a gateway may be asked again."""
_PAUSED = 2.0
"""Seconds until a gateway that may not be asked right now is looked at again."""


@dataclass(slots=True)
class _Search:
    """One id that is being looked up."""

    row: Row
    due: float
    """Monotonic seconds from which on the next gateway may be asked."""
    denied: set[str] = field(default_factory=set)
    """Gateways that do not know it."""
    unclear: dict[str, ApiError] = field(default_factory=dict)
    """Gateways without a clear answer in this round, each with the error that came instead."""
    asking: dict[str, float] = field(default_factory=dict)
    """Gateways that are being asked, and since when, in monotonic seconds."""
    is_found: bool = False
    rounds: int = 0
    """Rounds over all gateways that ended without a result."""
    error: ApiError | None = None
    """What came instead of a clear answer in the last round."""


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """One request that is under way."""

    name: str
    """The gateway that is asked."""
    begun: float
    """Monotonic seconds."""

    def is_silent(self, now: float) -> bool:
        return now - self.begun >= ANSWER_WITHIN


class GatewayLookup:
    """Rows whose gateway is not known yet. All methods belong to the event loop's thread."""

    def __init__(
        self,
        gateways: Mapping[str, GatewayWatch],
        clock: Clock,
        rng: random.Random,
        feed: ChangeFeed,
        *,
        found: Callable[[Row, str, VideoResponse], None],
    ) -> None:
        """`found` gets a row, the name of the gateway that knows it, and its response."""
        self._gateways = gateways
        self._clock = clock
        self._rng = rng
        self._feed = feed
        self._found = found
        self._searches: dict[VideoKey, _Search] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests: set[_Request] = set()
        self._last_found = ""
        self._wake = asyncio.Event()

    def add(self, row: Row) -> None:
        """Look this one up from now on."""
        self._searches[row.key] = _Search(row, self._clock.monotonic())
        self._wake.set()

    def drop(self, keys: Iterable[VideoKey]) -> None:
        """These are not watched any more."""
        for key in keys:
            self._searches.pop(key, None)

    def ask(self, key: VideoKey) -> None:
        """Ask all gateways about this one now."""
        if (search := self._searches.get(key)) is not None:
            search.due = self._clock.monotonic()
            search.denied.clear()
            search.unclear.clear()
            self._wake.set()

    async def run(self) -> None:
        """Look up whatever is due, for ever."""
        while True:
            self._wake.clear()
            await self._clock.wait_for(self._wake, self.start_due())

    async def settle(self) -> None:
        """Ask what is due now, and wait until no request is under way."""
        self.start_due()
        while self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self.start_due()

    async def one_round(self) -> None:
        """Ask every gateway about each of the rows, for a command; up to `TRIES` times."""
        while not all(self._is_over(search) for search in self._searches.values()):
            self._wake.clear()
            pause = self.start_due()
            if self._requests:
                await self._clock.wait_for(self._wake, pause)
            elif pause is None or pause > LONGEST_PAUSE:
                break
            elif pause > 0:
                await self._clock.sleep(pause)
        for search in self._searches.values():
            if search.error is not None and not search.row.failures:
                search.row.last_error = LastError(search.error, self._clock.time())
        for task in self._tasks:
            task.cancel()  # what it asks about was found elsewhere
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start_due(self) -> float | None:
        """Start every lookup that may begin now; seconds until the next, None for no plan."""
        now = self._clock.monotonic()
        for search in list(self._searches.values()):
            prompt = [request for request in self._requests if not request.is_silent(now)]
            if len(prompt) >= AT_ONCE:  # the end of a request wakes the loop too
                return min(request.begun for request in prompt) + ANSWER_WITHIN - now
            if _due(search) > now:
                continue
            if (name := self._next_gateway(search, now)) is not None:
                self._start(search, name, now)
            elif search.unclear and not search.asking:
                self._end_round(search, now)
            else:
                search.due = now + _PAUSED  # those that are left may not be asked right now
        due_times = [_due(search) for search in self._searches.values()]
        return max(0.0, min(due_times) - now) if due_times else None

    def _next_gateway(self, search: _Search, now: float) -> str | None:
        """The gateway to ask next; None if none of those that are left may be asked now."""
        silent = {request.name for request in self._requests if request.is_silent(now)}
        # One that fails again and again must not keep the others from being asked.
        tried = silent | search.unclear.keys() | search.asking.keys()
        for name in sorted(self._left(search), key=lambda name: name != self._last_found):
            if name not in tried and self._pause_of(name, now) <= 0:
                return name
        return None

    def _left(self, search: _Search) -> list[str]:
        """The gateways that can be asked, now or later, and may know the id."""
        usable = (name for name, watch in self._gateways.items() if watch.api is not None)
        return [name for name in usable if name not in search.denied]

    def _pause_of(self, name: str, now: float) -> float:
        """Seconds until this gateway may be asked; infinite while the user has paused it."""
        gateway = self._gateways[name].gateway
        if gateway.is_paused:
            return math.inf
        probe_in = gateway.probe_in(now) if gateway.is_probing else 0.0
        return max(probe_in, gateway.limiter.wait(now))

    def _is_over(self, search: _Search) -> bool:
        """Whether a command need not wait for more responses about this one."""
        if search.asking:
            return False
        now = self._clock.monotonic()
        is_too_late = all(self._pause_of(name, now) > LONGEST_PAUSE for name in self._left(search))
        return search.row.failures > 0 or search.rounds >= TRIES or is_too_late

    def _end_round(self, search: _Search, now: float) -> None:
        """Every gateway that may be asked was asked: ask those whose answer was unclear again."""
        search.error = next(iter(search.unclear.values()))
        search.unclear.clear()
        search.rounds += 1
        search.due = now + jitter(STEADY, self._rng)

    def _start(self, search: _Search, name: str, now: float) -> None:
        search.asking[name] = now
        request = _Request(name, now)
        self._requests.add(request)
        self._gateways[name].gateway.limiter.spend(now)
        ask = self._ask(search, request)
        task = asyncio.create_task(ask, name=f"look up {search.row.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, search: _Search, request: _Request) -> None:
        name, row = request.name, search.row
        if (watch := self._gateways.get(name)) is None or (api := watch.api) is None:
            self._end(search, request)
            return
        outcome: VideoResponse | Exception
        try:
            outcome = await api.retrieve(row.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            outcome = error
        finally:
            self._end(search, request)
        if watch.api is not api or self._gateways.get(name) is not watch:
            return  # its client was closed: with another one it is asked again
        is_wanted = self._searches.get(row.key) is search
        if is_wanted or search.is_found:  # else it is not watched any more
            watch.responses.update_gateway(row.id, outcome)
        if not is_wanted:
            return
        if not isinstance(outcome, Exception):
            self._last_found = name
            search.is_found = True
            del self._searches[row.key]
            self._found(row, name, outcome)
            return
        self._take_error(search, name, outcome)

    def _end(self, search: _Search, request: _Request) -> None:
        """The request is over."""
        self._requests.discard(request)
        search.asking.pop(request.name, None)
        search.due = min(search.due, self._clock.monotonic())
        self._wake.set()

    def _take_error(self, search: _Search, name: str, error: Exception) -> None:
        """This gateway does not know the id, or could not be asked; go on with the others."""
        if not _may_still_know(error):
            search.denied.add(name)
        elif isinstance(error, ApiError) and not isinstance(error, RateLimited):
            search.unclear[name] = error
        if not self._left(search):
            self._not_found(search)

    def _not_found(self, search: _Search) -> None:
        """No gateway knows it (yet): ask all of them again later."""
        row = search.row
        row.failures += 1
        is_new = self._clock.time() - row.added_at < GRACE
        row.last_error = None if is_new else LastError(NotFound(), self._clock.time())
        search.denied.clear()
        wait = STEADY if is_new else RARE
        search.due = self._clock.monotonic() + jitter(wait, self._rng)
        self._feed.row_changed(row.key)


def _due(search: _Search) -> float:
    """Monotonic seconds from which on the next gateway may be asked about this one."""
    return max(search.due, *(begun + ANSWER_WITHIN for begun in search.asking.values()), -math.inf)


def _may_still_know(error: Exception) -> bool:
    """Whether the gateway could not answer, rather than that it does not know the id."""
    if not isinstance(error, ApiError) or isinstance(error, NotFound):
        return False
    return error.is_transient or error.scope in (Scope.GATEWAY, Scope.TOKEN)
