"""Send the requests of one gateway's client: connections, redirects, one retry of a stale one.

What they ask and what comes of it is in `client`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx

from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig
from hingtui.api.connection import FAULTS, Connection
from hingtui.api.connection_errors import to_api_error
from hingtui.api.httpcore_fixes import skip_missing_sniffio
from hingtui.api.locations import build_request, resolve
from hingtui.api.proxies import Proxy
from hingtui.api.response_errors import Response
from hingtui.model.errors import ApiError, BadRedirect, Unreachable
from hingtui.text.i18n import _

KEEP_ALIVE = 75.0
"""Seconds that an idle connection is kept: longer than between two polls, usually."""
_CLOSING = 0.2
"""Seconds for requests to notice that their connection is shut."""


class Exchanges:
    """The connections to one gateway. All methods belong to one event loop."""

    def __init__(self, setup: ClientConfig, max_connections: int) -> None:
        """A problem, such as a malformed proxy variable, is raised by each request."""
        self.observer: Callable[[httpx.URL, Response, float], None] | None = None
        """Gets each response, with the URL and the seconds that it took."""
        self._setup = setup
        self._gate = asyncio.Semaphore(max_connections)  # httpcore's own queue is slow
        self._proxy: Proxy | None = None
        self._client: httpx.AsyncClient | None = None
        self._startup_error: ApiError | None = None
        self._tasks: set[asyncio.Task[Response]] = set()
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

    def usable_client(self) -> httpx.AsyncClient:
        """The client of httpx. Raises an ApiError where there is none."""
        if self._startup_error is not None or self._client is None:
            error = self._startup_error or Unreachable()
            raise type(error)(error.message)
        return self._client

    async def close(self) -> None:
        """Close all connections: requests under way and later ones fail with Unreachable."""
        self._startup_error = Unreachable(_("The connection was closed."))
        for connection in tuple(self._connections):
            connection.cut()
        if self._tasks:
            _ended, stuck = await asyncio.wait(self._tasks, timeout=_CLOSING)
            for exchange in stuck:  # still resolving a name; the pool may leak now
                exchange.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def get(self, url: httpx.URL, cap: int) -> Response:
        """The response to a GET, of which at most `cap` bytes are read. Raises an ApiError.

        It is sent in a task of its own, which continues if the caller is cancelled.

        A cancelled request takes a connection from httpcore's pool for ever (httpcore #1093).
        """
        await self._gate.acquire()
        exchange = asyncio.create_task(self._get(url, cap), name="exchange")
        self._tasks.add(exchange)
        exchange.add_done_callback(self._ended)
        return await asyncio.shield(exchange)

    def _ended(self, exchange: asyncio.Task[Response]) -> None:
        self._tasks.discard(exchange)
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
            client = self.usable_client()
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
        began = time.monotonic()
        response = await client.send(request, stream=True, auth=self._setup.auth)
        connection.finish()
        body = Body(self._setup, response, cap)
        try:
            async for chunk in response.aiter_raw():
                if not body.takes(chunk):
                    break
        finally:
            await response.aclose()
        received = body.response()
        if self.observer is not None:
            self.observer(url, received, time.monotonic() - began)
        return received
