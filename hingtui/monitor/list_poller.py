"""Ask about many videos at once through the account's list.

One page covers a hundred videos. But not every gateway has the list, it need not hold every id, and
it can lag behind: so a finished video always gets a request of its own. When each video is due is
decided by `eta.poll_interval`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from hingtui.model.errors import ApiError, RateLimited, Scope
from hingtui.model.no_list import lacks_list
from hingtui.model.video import Status, Video
from hingtui.monitor.rate_limiter import RateLimiter
from hingtui.monitor.raw_responses import RawResponse
from hingtui.system.clock import Clock

WORTH = 8
"""From this many due videos on, a page of the list is cheaper than a request for each."""
PAGE = 100
SECONDS_PER_PAGE = 2.0
"""Seconds between two sweeps for each page that the last one took: half a request a second."""
_MOST_PAGES = 30
_FAILING = 60.0
"""Seconds without the list after it has failed; the videos are asked about one by one."""
_ASK_AGAIN = 900.0
"""Seconds until a gateway that has no list is asked for it again."""


class Paged(Protocol):
    """One page of the list."""

    @property
    def videos(self) -> tuple[Video, ...]: ...
    @property
    def raws(self) -> Sequence[RawResponse]: ...
    @property
    def last_id(self) -> str | None: ...
    @property
    def server_time(self) -> float | None: ...


class ListApi(Protocol):
    """The call that `ListPoller` needs of the API."""

    async def list_page(
        self, after: str | None = None, *, limit: int = 100, order: str = "desc"
    ) -> Paged: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a page; it stands for the response to a request about that video."""

    video: Video
    server_time: float | None
    raw: RawResponse | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """The end of a sweep without an error."""

    server_time: float | None


class ListPoller:
    """Reads the list page by page, where the gateway has one."""

    def __init__(self, limiter: RateLimiter, clock: Clock) -> None:
        self._limiter = limiter
        self._clock = clock
        self._next_at = 0.0
        self._failing_until = 0.0
        self._is_covering = False
        self.unlisted: set[str] = set()
        """Ids that the list does not hold; each needs a request of its own."""
        self.is_sweeping = False
        self.is_offered = True
        """Whether the gateway has a list, as far as is known."""
        self.on_page: Callable[[int, Paged], None] = ignore_page
        """Gets each page of a sweep, with its number from 0."""

    def wait(self, now: float) -> float:
        """Seconds (monotonic clock) until a sweep may begin."""
        return max(0.0, self._next_at - now)

    def is_of_use(self, due: int, now: float) -> bool:
        """Whether so many videos that are due should wait for a sweep.

        After a sweep that covered many, fewer due videos are enough.
        """
        if not self.is_offered and now >= self._next_at:
            self.is_offered = True
        if now < self._failing_until:
            return False
        return self.is_offered and (due >= WORTH or self.is_sweeping or self._is_covering)

    async def sweep(
        self, api: ListApi, wanted: Collection[str], listed: Callable[[Listed], bool]
    ) -> Swept | ApiError:
        """Page through the list, the newest first, until all of `wanted` were seen.

        `listed` gets each entry as it comes, and returns whether nothing is left to ask about that
        video. Without `wanted`, one page is read. The first request must have been counted by the
        limiter. An error is returned, not raised.
        """
        self.is_sweeping = True
        pages = running = 0
        try:
            missing = set(wanted)
            after: str | None = None
            server_time: float | None = None
            while pages == 0 or (missing and pages < _MOST_PAGES):
                if pages:
                    await self._wait_for_limiter()
                page = await api.list_page(after, limit=PAGE)
                self.on_page(pages, page)
                pages += 1
                server_time = page.server_time
                for video, raw in zip(page.videos, page.raws, strict=True):
                    missing.discard(video.id)
                    running += listed(Listed(video, page.server_time, raw))
                after = page.last_id
                if after is None:
                    break
            self.unlisted |= missing
        except ApiError as error:
            if lacks_list(error) or error.scope is Scope.TOKEN:
                self.is_offered = False
            elif not isinstance(error, RateLimited):
                self._failing_until = self._clock.monotonic() + _FAILING
            return error
        finally:
            self.is_sweeping = False
            self._is_covering = self.is_offered and running >= WORTH * max(1, pages)
            pause = SECONDS_PER_PAGE * max(1, pages) if self.is_offered else _ASK_AGAIN
            self._next_at = self._clock.monotonic() + pause
        return Swept(server_time)

    async def _wait_for_limiter(self) -> None:
        while (pause := self._limiter.wait(self._clock.monotonic())) > 0:
            await self._clock.sleep(pause)
        self._limiter.spend(self._clock.monotonic())


def is_complete(video: Video) -> bool:
    """Whether an entry of the list says as much as the video itself would.

    One that is finished may leave out why it failed, or when it expires.
    """
    if video.status is Status.READY:
        return video.expires_at is not None
    return video.status is not Status.FAILED or video.error is not None


def ignore_page(_number: int, _page: Paged) -> None:
    """Ignore the page: the account is not followed."""
