"""Find out to which family a gateway belongs, from its first responses.

`/v1/videos/{id}` is asked first. If there is no such path, `/v1/video/generations/{id}` is, and a
video there decides. No HTTP here: the client sends the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from hingtui.api.families import GENERATIONS, VIDEOS, Family
from hingtui.api.responses import VideoResponse
from hingtui.model.errors import ApiError
from hingtui.system.clock import Clock

TRY_AGAIN = 60.0
"""Seconds until both paths are tried again, if neither exists."""
_FIRST_PAUSE, _GROWTH = 15.0, 4.0
_MOST_UNKNOWN = 1000
_TIMEOUT = 2.0
"""Seconds that requests wait for the response to the very first one, which usually decides."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of one request about a video."""

    outcome: VideoResponse | ApiError
    has_route: bool | None
    """Whether the path exists; None if the outcome does not show it."""

    def result(self) -> VideoResponse:
        """The response. Raises the error, if it is one."""
        if isinstance(self.outcome, ApiError):
            raise self.outcome
        return self.outcome


@dataclass(frozen=True, slots=True)
class _Unknown:
    """An id that `GENERATIONS` does not know, while `VIDEOS` seems to have no path for it."""

    error: ApiError
    pause: float
    """Seconds until it is tried there again: ever more, each time costs a request."""
    try_at: float


Ask = Callable[[Family, str], Awaitable[Asked]]
"""Sends one request about a video, by the paths of a family. Raises ApiError for no response."""


class FamilyChoice:
    """The family of one gateway, as far as it is known. All calls belong to one event loop."""

    def __init__(self, family: Family | None, ask: Ask, clock: Clock) -> None:
        """`family` is None if it is to be found out."""
        self.family = family
        self._ask = ask
        self._clock = clock
        self._first: asyncio.Event | None = None
        """Set when the very first request has its outcome."""
        self._turn: asyncio.Lock | None = None
        self._try_at = 0.0
        """When `GENERATIONS` may be tried again, after it turned out to be missing too."""
        self._unknown: dict[str, _Unknown] = {}
        """Ids that neither path knows."""

    @property
    def likely(self) -> Family:
        """The family, or the one that is tried first."""
        return self.family or VIDEOS

    async def retrieve(self, video_id: str) -> VideoResponse:
        """Ask about one video, and decide if that is still open. Raises an ApiError."""
        if self.family is None and self._first is not None:
            with suppress(TimeoutError):  # a slow video must not hold up the others
                async with asyncio.timeout(_TIMEOUT):
                    await self._first.wait()
        if self.family is not None:
            return (await self._ask(self.family, video_id)).result()
        if self._first is not None:
            return await self._ask_both(video_id)
        self._first = asyncio.Event()
        try:
            return await self._ask_both(video_id)
        finally:
            self._first.set()

    async def _ask_both(self, video_id: str) -> VideoResponse:
        asked = await self._ask(VIDEOS, video_id)
        if asked.has_route and self.family is None:
            self.family = VIDEOS
            self._unknown.clear()
        if asked.has_route is not False or self.family is VIDEOS:
            return asked.result()
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:  # many may find at once that the first path is missing
            if self.family is None:
                return await self._try_other(asked, video_id)
        if self.family is VIDEOS:
            return asked.result()
        return (await self._ask(GENERATIONS, video_id)).result()

    async def _try_other(self, asked: Asked, video_id: str) -> VideoResponse:
        """Ask at the second path, unless that was of no use lately. Raises the better error."""
        now = self._clock.monotonic()
        unknown = self._unknown.get(video_id)
        if unknown is not None and now < unknown.try_at:
            raise _again(unknown.error)
        if now < self._try_at:
            return asked.result()
        other = await self._ask(GENERATIONS, video_id)
        if isinstance(other.outcome, VideoResponse):  # one odd 404 of a video would be no proof
            self.family = GENERATIONS
            self._unknown.clear()
        elif other.has_route:
            pause = _FIRST_PAUSE if unknown is None else unknown.pause * _GROWTH
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[video_id] = _Unknown(_again(other.outcome), pause, now + pause)
        elif other.has_route is False:
            self._try_at = now + TRY_AGAIN
            return asked.result()
        return other.result()


def _again(error: ApiError) -> ApiError:
    """An error like this one, without its traceback."""
    copy = type(error)(
        error.message,
        code=error.code,
        request_id=error.request_id,
        http_status=error.http_status,
    )
    copy.is_bare = error.is_bare
    copy.body = error.body
    return copy
