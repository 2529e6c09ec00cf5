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
from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig, unpacked
from hingtui.api.connection import FAULTS, Connection
from hingtui.api.connection_errors import to_api_error
from hingtui.api.content import Content
from hingtui.api.content_opener import MAX_WORDS, ContentOpener
from hingtui.api.families import AUTO, Family, content_url, family_of, list_url, url_of
from hingtui.api.family_choice import Asked, FamilyChoice
from hingtui.api.fields import Fields
from hingtui.api.httpcore_fixes import skip_missing_sniffio
from hingtui.api.locations import build_request, resolve
from hingtui.api.pages import Page, read_page
from hingtui.api.proxies import Proxy
from hingtui.api.response_errors import Response
from hingtui.api.responses import VideoResponse, read_video
from hingtui.api.routes import has_route
from hingtui.model.errors import (
    ApiError,
    BadRedirect,
    NotFound,
    NotOffered,
    Unreachable,
)
from hingtui.model.video import Cost, Video
from hingtui.system.clock import Cancellation, Clock
from hingtui.text.i18n import _

T = TypeVar("T")

MAX_VIDEO_BODY = MAX_WORDS
"""Bytes of one video's JSON."""
MAX_LIST_BODY = 16 * 2**20
"""Bytes of one page of the list."""
KEEP_ALIVE = 75.0
"""Seconds that an idle connection is kept: longer than between two polls, usually."""
BIG = 256 * 2**10
"""Bytes from which on a body is parsed in a thread, not in the event loop."""
_CLOSING = 0.2
"""Seconds for requests to notice that their connection is shut."""


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
        """Takes some 50 ms if TLS is needed. Raises ValueError for a malformed base URL or kind.

        `kind` is `auto`, the name of a family, or one that is not in the table. Any other problem,
        such as a malformed proxy variable, is raised by each call, so that a dashboard can start
        and show it. Timeouts are in seconds; proxies and certificates are read from `environ`.
        """
        timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._setup = ClientConfig(base_url, token, clock or Clock(), environ, timeout)
        family = kind if isinstance(kind, Family) else family_of(kind)
        self._choice = FamilyChoice(family, self._ask_about, self._setup.clock)
        self._opener = ContentOpener(self._setup)
        self._gate = asyncio.Semaphore(max_connections)  # httpcore's own queue is slow
        self._proxy: Proxy | None = None
        self._client: httpx.AsyncClient | None = None
        self._startup_error: ApiError | None = None
        self._exchanges: set[asyncio.Task[Response]] = set()
        self._connections: set[Connection] = set()
        limits = httpx.Limits(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=KEEP_ALIVE,
        )
        skip_missing_sniffio()
        try:
            self._setup.check_token()
            self._proxy = self._setup.route(self._setup.origin)
            options = self._setup.options(self._setup.origin, self._proxy, is_async=True)
            self._client = httpx.AsyncClient(**options, limits=limits)
        except ApiError as error:
            self._startup_error = error

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
        self._usable_client()
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
        self._startup_error = Unreachable(_("The connection was closed."))
        self._opener.close()
        for connection in tuple(self._connections):
            connection.cut()
        if self._exchanges:
            _ended, stuck = await asyncio.wait(self._exchanges, timeout=_CLOSING)
            for exchange in stuck:  # still resolving a name; the pool may leak now
                exchange.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def _usable_client(self) -> httpx.AsyncClient:
        if self._startup_error is not None or self._client is None:
            error = self._startup_error or Unreachable()
            raise type(error)(error.message)
        return self._client

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
        received = await self._in_task(url, cap)

        def work() -> T:
            return read(unpacked(received, cap))

        growth = 8 if "content-encoding" in received.headers else 1
        return await asyncio.to_thread(work) if len(received.body) * growth > BIG else work()

    async def _in_task(self, url: httpx.URL, cap: int) -> Response:
        """`_get` in a task of its own, which continues if the caller is cancelled.

        A cancelled request takes a connection from httpcore's pool for ever (httpcore #1093).
        """
        await self._gate.acquire()
        exchange = asyncio.create_task(self._get(url, cap), name="exchange")
        self._exchanges.add(exchange)
        exchange.add_done_callback(self._ended)
        return await asyncio.shield(exchange)

    def _ended(self, exchange: asyncio.Task[Response]) -> None:
        self._exchanges.discard(exchange)
        self._gate.release()
        if not exchange.cancelled():
            exchange.exception()  # mark as retrieved: the caller, if any, gets it too

    async def _get(self, url: httpx.URL, cap: int) -> Response:
        """The response to a GET, after redirects within the origin."""
        for _hop in range(MAX_REDIRECTS + 1):
            received = await self._exchange(url, cap)
            if received.status not in REDIRECTS:
                return received
            url, target = resolve(url, received.location)
            if target != self._setup.origin:
                message = _("The gateway redirects to {target}: is the base URL right?")
                raise BadRedirect(message.format(target=target), http_status=received.status)
        raise BadRedirect(_("The gateway redirects in a loop."))

    async def _exchange(self, url: httpx.URL, cap: int) -> Response:
        """Send one request, and once more if a kept-alive connection turns out to be closed."""
        later = asyncio.get_running_loop().call_later
        may_repeat = True
        while True:
            client = self._usable_client()
            connection = Connection(later, self._setup.response_timeout)
            self._connections.add(connection)
            try:
                return await self._send(client, url, cap, connection)
            except FAULTS as error:
                if not (may_repeat and connection.was_stale(error)):
                    raise to_api_error(error, self._setup.origin, self._proxy, connection) from None
            finally:
                connection.finish()
                self._connections.discard(connection)
            may_repeat = False

    async def _send(
        self, client: httpx.AsyncClient, url: httpx.URL, cap: int, connection: Connection
    ) -> Response:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        request = build_request(client, url, headers, connection.async_trace)
        response = await client.send(request, stream=True, auth=self._setup.auth)
        connection.finish()
        body = Body(self._setup, response, cap)
        try:
            async for chunk in response.aiter_raw():
                if not body.takes(chunk):
                    break
        finally:
            await response.aclose()
        return body.response()
