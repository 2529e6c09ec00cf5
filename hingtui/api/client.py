"""Ask one gateway about videos, its list, and the content of a video. Other packages use only this.

It only sends GET requests, and every failed request is an ApiError. When to send them is decided in
`monitor`; where bytes are saved, in `download`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import httpx

from hingtui.api.balance import ask_balance, read_billing
from hingtui.api.client_config import ClientConfig, unpacked
from hingtui.api.content import Content
from hingtui.api.content_opener import MAX_TEXT_BODY, ContentOpener
from hingtui.api.exchanges import Exchanges
from hingtui.api.families import AUTO, Family, content_url, family_of, list_url, url_of
from hingtui.api.family_choice import Asked, FamilyChoice
from hingtui.api.fields import Fields
from hingtui.api.pages import Page, read_page
from hingtui.api.response_errors import Response
from hingtui.api.responses import VideoResponse, read_video
from hingtui.api.routes import has_route
from hingtui.model.errors import (
    ApiError,
    NotFound,
    NotOffered,
)
from hingtui.model.video import Cost, Video
from hingtui.system.clock import Cancellation, Clock
from hingtui.text.i18n import _

T = TypeVar("T")

MAX_VIDEO_BODY = MAX_TEXT_BODY
"""Bytes of one video's JSON."""
MAX_LIST_BODY = 16 * 2**20
"""Bytes of one page of the list."""
BIG = 256 * 2**10
"""Bytes from which on a body is parsed in a thread, not in the event loop."""


class Api:
    """The client of one gateway, with one token.

    `retrieve` and `list_page` must be called in one event loop; `open_content` blocks and may be
    called from any thread.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        kind: str | Family = AUTO,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        max_connections: int = 16,
    ) -> None:
        """Raises ValueError for a malformed base URL or kind.

        With TLS the first client takes some 50 ms; later ones share its certificates.

        `kind` is `auto`, the name of a family, or one that is not in the table. Any other problem,
        such as a malformed proxy variable, is raised by each call, so that a dashboard can start
        and show it. Timeouts are in seconds; proxies and certificates are read from `environ`.
        """
        timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._setup = ClientConfig(base_url, token, clock or Clock(), environ, timeout)
        family = kind if isinstance(kind, Family) else family_of(kind)
        self._choice = FamilyChoice(family, self._ask_about, self._setup.clock)
        self._opener = ContentOpener(self._setup)
        self._exchanges = Exchanges(self._setup, max_connections)

    @property
    def base_url(self) -> str:
        """The base URL, without a trailing slash."""
        return self._setup.base_url

    @property
    def origin(self) -> str:
        """`scheme://host[:port]` of the base URL."""
        return str(self._setup.origin)

    @property
    def family(self) -> str | None:
        """The name of the gateway's family; None while `auto` has not found it out."""
        return self._choice.family.name if self._choice.family is not None else None

    @property
    def has_list(self) -> bool:
        """Whether gateways of its family, as far as that is known, list an account's videos."""
        return self._choice.likely.pages is not None

    def address(self, video_id: str) -> str:
        """The URL at which this video is asked about."""
        return url_of(self.base_url, self._choice.likely.video, video_id)

    @property
    def prefers_link(self) -> bool:
        """Whether files are fetched by their links, and from `/content` only if that fails."""
        return self._choice.likely.prefers_link

    async def retrieve(self, video_id: str) -> VideoResponse:
        """Ask about one video. Raises an ApiError."""
        if not video_id:
            raise NotFound(_("An empty id names no video."))
        response = await self._choice.retrieve(video_id)
        return replace(response, video=self._with_life(response.video))

    async def list_page(
        self, after: str | None = None, *, limit: int = 100, order: str = "desc"
    ) -> Page:
        """Ask for a page of the account's videos: the first one, or what follows `after`.

        `after` is the `last_id` of the page before. Raises an ApiError; NotOffered if the family
        has no list.
        """
        pages = self._choice.likely.pages
        if pages is None:
            raise NotOffered(_("This gateway has no list of your videos."))
        url = httpx.URL(list_url(self.base_url, pages, after, limit, order))
        here = self._setup.clock.time()
        read = partial(read_page, after=after, limit=limit, here=here, pages=pages)
        page = await self._ask(url, MAX_LIST_BODY, read)
        return replace(page, videos=tuple(map(self._with_life, page.videos)))

    async def balance(self) -> Cost | None:
        """What is left; None if that is unlimited or not said. Raises an ApiError."""
        billing = self._choice.likely.billing
        read = partial(read_billing, here=self._setup.clock.time())

        async def ask(part: str) -> Fields:
            url = httpx.URL(url_of(self.base_url, f"{billing}/{part}"))
            return await self._ask(url, MAX_VIDEO_BODY, read)

        return await ask_balance(ask) if billing else None

    def open_content(
        self,
        video_id: str,
        *,
        start: int = 0,
        validator: str | None = None,
        link: str = "",
        index: int = 0,
        cancelled: Cancellation | None = None,
    ) -> AbstractContextManager[Content]:
        """The bytes of a video's file from offset `start` on; entering it sends the request.

        `validator` is sent as If-Range. `index` is the number of the file, if the job made several.
        `link` is requested instead of `/content`, with the token only on the gateway's own origin.
        Setting `cancelled` makes opening and reading fail with Unreachable. Raises NotReady if the
        family has no `/content` and there is no link yet.
        """
        self._exchanges.usable_client()
        if link:
            hop = self._opener.hop(link)
        elif not video_id:
            raise NotFound(_("An empty id names no video."))
        else:
            url = content_url(self.base_url, self._choice.likely, video_id, index)
            hop = self._opener.first_hop(url)
        return self._opener.open(hop, start, validator, cancelled)

    async def aclose(self) -> None:
        """Close all connections: requests under way and later ones fail with Unreachable."""
        self._opener.close()
        await self._exchanges.close()

    def _with_life(self, video: Video) -> Video:
        """`video` with how long its file usually stays, where the gateway's kind says it."""
        if self._setup.is_own_machine:
            return replace(video, usual_life=math.inf)
        life = self._choice.likely.usual_life
        return video if life is None or video.usual_life else replace(video, usual_life=life)

    async def _ask_about(self, family: Family, video_id: str) -> Asked:
        """Send one request about a video, by the paths of `family`."""
        here = self._setup.clock.time()

        def read(response: Response) -> Asked:
            try:
                return Asked(read_video(response, video_id, here), has_route=True)
            except ApiError as error:
                return Asked(error, has_route(response, video_id))

        url = httpx.URL(url_of(self.base_url, family.video, video_id))
        return await self._ask(url, MAX_VIDEO_BODY, read)

    async def _ask(self, url: httpx.URL, cap: int, read: Callable[[Response], T]) -> T:
        received = await self._exchanges.get(url, cap)

        def work() -> T:
            return read(unpacked(received, cap))

        growth = 8 if "content-encoding" in received.headers else 1
        return await asyncio.to_thread(work) if len(received.body) * growth > BIG else work()
