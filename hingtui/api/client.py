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
from urllib.parse import quote

import httpx

from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig, unpacked
from hingtui.api.connection import FAULTS, Connection
from hingtui.api.connection_errors import to_api_error
from hingtui.api.content import Content
from hingtui.api.content_opener import MAX_WORDS, ContentOpener, Hop
from hingtui.api.locations import build_request, resolve
from hingtui.api.proxies import Proxy
from hingtui.api.response_errors import Response
from hingtui.api.responses import Page, VideoResponse, read_page, read_video
from hingtui.model.errors import ApiError, BadRedirect, NotFound, Unreachable
from hingtui.model.video import Video
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
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        max_connections: int = 16,
    ) -> None:
        """Takes some 50 ms if TLS is needed. Raises ValueError for a malformed base URL.

        Any other problem, such as a malformed proxy variable, is raised by each call, so that a
        dashboard can start and show it. Timeouts are in seconds; proxies and certificates are read
        from `environ`.
        """
        timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._setup = ClientConfig(base_url, token, clock or Clock(), environ, timeout)
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

    async def retrieve(self, video_id: str) -> VideoResponse:
        """Ask about one video. Raises an ApiError."""
        read = partial(read_video, video_id=video_id, here=self._setup.clock.time())
        response = await self._ask(self._url(video_id), MAX_VIDEO_BODY, read)
        return replace(response, video=self._with_life(response.video))

    async def list_page(
        self, after: str | None = None, *, limit: int = 100, order: str = "desc"
    ) -> Page:
        """Ask for a page of the account's videos: from the first one, or behind the id `after`."""
        params = {"limit": str(limit), "order": order} | ({"after": after} if after else {})
        url = httpx.URL(f"{self.base_url}/v1/videos", params=params)
        read = partial(read_page, after=after, limit=limit, here=self._setup.clock.time())
        page = await self._ask(url, MAX_LIST_BODY, read)
        return replace(page, videos=tuple(map(self._with_life, page.videos)))

    def open_content(
        self,
        video_id: str,
        *,
        start: int = 0,
        validator: str | None = None,
        link: str = "",
        cancelled: Cancellation | None = None,
    ) -> AbstractContextManager[Content]:
        """The bytes of a video's file from offset `start` on; entering it sends the request.

        `validator` is sent as If-Range. `link` is requested instead of `/content`, without the
        token. Setting `cancelled` makes opening and reading fail with Unreachable.
        """
        self._usable_client()
        if link:
            hop = self._opener.hop(link)
        else:
            hop = Hop(self._url(video_id, "/content"), self._setup.origin, sends_token=True)
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

    def _url(self, video_id: str, rest: str = "") -> httpx.URL:
        if not video_id:
            raise NotFound(_("An empty id names no video."))
        # Fully encoded: `../x` and `a?b=` are ids like any other. `.` and `..` would be resolved.
        segment = quote(video_id, safe="", errors="surrogatepass")
        if segment in (".", ".."):
            segment = segment.replace(".", "%2E")
        return httpx.URL(f"{self.base_url}/v1/videos/{segment}{rest}")

    def _usable_client(self) -> httpx.AsyncClient:
        if self._startup_error is not None or self._client is None:
            error = self._startup_error or Unreachable()
            raise type(error)(error.message)
        return self._client

    def _with_life(self, video: Video) -> Video:
        """`video`, whose file never expires if the gateway is the user's own machine."""
        origin = self._setup.origin
        is_own = origin.scheme == "http" and origin.is_inside and not self._setup.token
        return replace(video, usual_life=math.inf) if is_own else video

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
