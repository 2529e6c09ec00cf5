"""Follow accounts: their new videos are added automatically, each once.

A video that was seen is never added again, so one that was taken off the watchlist stays off. A
video from before following began is added only if it is unfinished or can still be downloaded.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Protocol

from hingtui.model.errors import ApiError, Backoff
from hingtui.model.eta import expiry, jitter
from hingtui.model.no_list import lacks_list
from hingtui.model.video import Status, Video
from hingtui.monitor.account_list import AccountList, listed
from hingtui.monitor.background import Background
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.list_poller import Listed, Paged
from hingtui.system.clock import Clock

LIST_EVERY = 45.0
"""Seconds between two requests for the first page, those of the poller included."""
_WITHOUT_LIST = 900.0
"""Seconds until a gateway that has no list is asked for it again."""
_FAILING = Backoff(60.0, 600.0)
_MOST_PAGES = 30
_RECENT = 3600.0
"""Seconds after its end for which a failed or expired video is worth adding."""
_LONG_AGO = 86_400.0
"""Age above which a video from before following began is not added, where files never expire."""
_TICK = 1.0

_log = logging.getLogger(__name__)


class Followed(Protocol):
    """What is stored about one account."""

    @property
    def since(self) -> float: ...
    @property
    def seen(self) -> Sequence[str]: ...
    @property
    def is_lost(self) -> bool: ...


class FollowedStore(Protocol):
    """Where it is stored; blocks, and raises OSError."""

    def take_damage(self) -> str: ...
    def read(self, gateway: str) -> Followed | None: ...
    def add(self, gateway: str, ids: Iterable[str], *, now: float) -> Followed: ...


class Follower:
    """Follows the account of one gateway."""

    def __init__(
        self,
        gateway: Gateway,
        account_list: AccountList,
        store: FollowedStore,
        clock: Clock,
        rng: random.Random,
        *,
        start: Callable[[Coroutine[object, object, None]], None],
        add: Callable[[Sequence[Listed]], Awaitable[bool]],
        not_offered: Callable[[ApiError], None],
        damaged: Callable[[str], None],
    ) -> None:
        """`start` runs a coroutine in the background. `add` watches these videos, the newest first,
        and returns whether the watchlist's file holds them now. `not_offered` is called with
        the answer when the gateway turns out to have no list, `damaged` with a
        sentence about the store."""
        self.gateway = gateway
        self._account_list = account_list
        self._store = store
        self._clock = clock
        self._rng = rng
        self._start = start
        self._add = add
        self._not_offered = not_offered
        self._damaged = damaged
        self._seen: set[str] | None = None
        """None until the file was read, and following has begun."""
        self._since = 0.0
        """When that was, in Unix seconds on the gateway's clock."""
        self._is_lost = False
        """Whether the record of what was seen before that was lost."""
        self._removed: dict[str, None] = {}
        """Taken off the watchlist, and not in the file yet."""
        self._next_at = 0.0
        self._is_looking = False
        self._failures = 0
        self._lacks_list = False
        self._adding = asyncio.Lock()
        self._is_over = False

    def end(self) -> None:
        """Add nothing from now on, not even what is being looked for."""
        self._is_over = True

    def reset(self) -> None:
        """Look at once: the address or the token has changed."""
        self._next_at = 0.0
        self._failures = 0
        self._lacks_list = False

    def is_due(self) -> bool:
        """Whether it is time to look at the list, and the gateway is being asked at all."""
        gateway = self.gateway
        is_asked = self._account_list.is_connected and not gateway.is_paused
        is_time = self._clock.monotonic() >= self._next_at
        return is_asked and is_time and not gateway.is_probing and not self._is_looking

    async def look(self) -> None:
        """Read the list down to what was seen before, and add what is new."""
        self._is_looking = True
        pause = LIST_EVERY
        try:
            await self._take_in(await self._read_new())
            self._failures = 0
            self._lacks_list = False
        except ApiError as error:
            pause = self._failed(error)
        except OSError as error:
            _log.warning("what was seen of the account cannot be kept: %r", error)
        finally:
            self._is_looking = False
            self._next_at = self._clock.monotonic() + jitter(pause, self._rng)

    def saw(self, number: int, page: Paged) -> None:
        """Take in a page (its number from 0) that was read for another purpose."""
        if number or self._seen is None or self._is_looking:
            return
        new = [each for each in listed(page) if each.video.id not in self._seen]
        if len(new) == len(page.videos) and page.last_id is not None:
            self._next_at = self._clock.monotonic()  # there may be more new ones on the next page
            return
        self._next_at = self._clock.monotonic() + LIST_EVERY
        if new:
            self._start(self._take_in_quietly(new))

    def removed(self, ids: Iterable[str]) -> None:
        """These are not watched any more: never add them automatically."""
        new = [video_id for video_id in ids if self._seen is None or video_id not in self._seen]
        if new:
            self._removed |= dict.fromkeys(new)
            self._start(self._take_in_quietly([]))

    async def _read_new(self) -> list[Listed]:
        """Entries of the list that may be new, the newest first. Raises ApiError or OSError."""
        if self._seen is None:
            known = await self._known()
            if known is not None:
                self._remember(known)
        found: list[Listed] = []
        after: str | None = None
        for _page in range(_MOST_PAGES):
            page = await self._account_list.page(after)
            if page is None:
                break
            new = [e for e in listed(page) if self._seen is None or e.video.id not in self._seen]
            found += new
            after = page.last_id
            now = self.gateway.now()
            since = now if self._seen is None else self._since
            is_alive = any(_is_wanted(e.video, since, now, is_lost=self._is_lost) for e in new)
            if after is None or len(new) < len(page.videos) or not is_alive:
                break
        return found

    async def _take_in_quietly(self, found: Sequence[Listed]) -> None:
        try:
            await self._take_in(found)
        except OSError as error:
            _log.warning("what was seen of the account cannot be kept: %r", error)

    async def _take_in(self, found: Sequence[Listed]) -> None:
        """Add what is new and worth it, then remember all of it. Raises OSError.

        In this order: a video that was remembered but not added would never appear.
        """
        async with self._adding:
            name, now = self.gateway.name, self.gateway.now()
            known = await self._known()
            is_lost = known is not None and known.is_lost
            since = now if known is None else known.since
            seen = {*self._removed, *(() if known is None else known.seen)}
            new = [e for e in found if e.video.id not in seen and not self._is_over]
            worth = [e for e in new if _is_wanted(e.video, since, now, is_lost=is_lost)]
            if worth and not await self._add(worth):
                return  # it is tried again: what is watched already is not added twice
            removed = list(self._removed)
            # After damage, what this process still knows goes into the new file.
            kept = list(self._seen or ()) if is_lost and not self._is_lost else []
            ids = [*kept, *removed, *(each.video.id for each in reversed(new))]
            if known is None or ids:
                known = await asyncio.to_thread(self._store.add, name, ids, now=now)
            for video_id in removed:
                self._removed.pop(video_id, None)
            self._remember(known)

    async def _known(self) -> Followed | None:
        """What is stored about the account. Reports a damaged file. Raises OSError."""
        known = await asyncio.to_thread(self._store.read, self.gateway.name)
        if damage := self._store.take_damage():
            self._damaged(damage)
        return known

    def _remember(self, known: Followed) -> None:
        self._seen, self._since, self._is_lost = set(known.seen), known.since, known.is_lost

    def _failed(self, error: ApiError) -> float:
        """Seconds until the list is asked for again after this error."""
        error.forget_frames()
        if lacks_list(error):
            if not self._lacks_list:
                self._lacks_list = True
                self._not_offered(error)
            return _WITHOUT_LIST
        self._failures += 1
        return _FAILING.after(self._failures, self._rng)


class Followers:
    """All accounts that are followed."""

    def __init__(self, clock: Clock, background: Background) -> None:
        self._clock = clock
        self._background = background
        self._by_gateway: dict[str, Follower] = {}
        self._any = asyncio.Event()

    def begin(self, follower: Follower) -> None:
        """Follow this account from now on."""
        self._by_gateway[follower.gateway.name] = follower
        self._any.set()

    def end(self, gateway: str) -> None:
        """Stop following the account of this gateway, if it is followed."""
        if (follower := self._by_gateway.pop(gateway, None)) is not None:
            follower.end()

    async def run(self) -> None:
        """Look at each list when that is due, for ever."""
        await self._any.wait()
        while True:
            for follower in tuple(self._by_gateway.values()):
                if follower.is_due():
                    self._background.start(follower.look())
            await self._clock.sleep(_TICK)

    def get(self, gateway: str) -> Follower | None:
        """The follower of this gateway's account, or None."""
        return self._by_gateway.get(gateway)


def _is_wanted(video: Video, since: float, now: float, *, is_lost: bool) -> bool:
    """Whether to add an entry that was never seen, as far as is known.

    Where the record before `since` `is_lost`, it may have been taken off the watchlist then.
    """
    if is_lost and (video.created_at is None or video.created_at < since):
        return False
    return is_worth_adding(video, since=since, now=now)


def is_worth_adding(video: Video, *, since: float, now: float) -> bool:
    """Whether an entry of the list that was never seen is to be watched.

    `since`: when following began; `now`: both in Unix seconds on the gateway's clock. A video that
    is unfinished or can be downloaded is worth it. One that failed or expired is only where that
    happened lately and after following began.
    """
    status, created = video.status, video.created_at
    is_new = since < now if created is None else created >= since
    ended = created if video.completed_at is None else video.completed_at
    age = float("inf") if ended is None else now - ended
    if not status.is_final:
        return status is not Status.UNKNOWN or is_new or age < _LONG_AGO
    if status is Status.READY:
        ends = expiry(video, None)
        return (is_new or age < _LONG_AGO) if ends is None else ends.at > now
    return is_new and age < _RECENT
