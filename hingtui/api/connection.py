"""Watch the socket under a request: bound its time, and cut it off.

It handles sockets only: no video, no token, no path of a URL.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, Protocol

import httpcore
import httpx
import socksio

from hingtui.model.errors import BadRedirect

FAULTS = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    OSError,  # anyio lets an ssl.SSLError in the middle of a body through
    UnicodeError,  # a host name that the resolver cannot encode
    socksio.SOCKSError,  # httpcore does not translate the errors of a broken SOCKS proxy
    OverflowError,  # a host or password too long for SOCKS
)
"""All exceptions that httpx is known to raise for failures of the network."""
STALE = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""The exceptions of a kept-alive connection that the other side has closed."""


class Timer(Protocol):
    """A call that `Later` has scheduled."""

    def cancel(self) -> object: ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Schedules a call after so many seconds; the result can cancel it."""


def later_in_thread(seconds: float, call: Callable[[], None]) -> Timer:
    """Schedule a call in a thread of its own, for requests that block."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


class Connection:
    """The connection under one request, as httpcore's trace events report it.

    It limits the time from the connection, or from the request if the connection was kept alive, to
    the headers of the response. httpx's timeouts do not: a SOCKS proxy may never respond, headers
    may come byte by byte. It never cancels a request, which would leak in httpcore's pool: it shuts
    the socket down, and the request fails.
    """

    def __init__(
        self,
        later: Later,
        response_timeout: float,
        check_address: Callable[[str], None] | None = None,
    ) -> None:
        self._later = later
        self._timeout = response_timeout
        self._check_address = check_address
        self._timer: Timer | None = None
        self._stream: Any = None
        self.is_fresh = False
        """Whether a new connection was opened for this request."""
        self.is_request_sent = False
        """Whether the request itself was sent, after the proxy's part and all handshakes."""
        self.is_beyond_proxy = False
        """Whether a proxy, if there is one, has connected us to the target."""
        self.is_timed_out = False
        self.is_cut = False
        self._has_received = False

    def was_stale(self, error: Exception) -> bool:
        """Whether the request failed because the server had closed the kept-alive connection."""
        return not self.is_fresh and not self.is_cut and isinstance(error, STALE)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Handle an event of httpcore in a blocking request, as its `trace` extension."""
        try:
            self._note(event, info)
        except (BadRedirect, OSError):  # OSError: the socket is shut, and has no peer address
            self._stream.close()  # httpcore does not own the stream yet, and would leak it
            raise
        if event == "socks.setup_socks5_connection.failed":
            self._stream.close()  # httpcore would leak it

    async def async_trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Handle an event of httpcore in an asynchronous request."""
        self._note(event, info)
        if event.endswith(_CONNECTED):
            _report_use(self._stream)
        elif event.endswith(".send_request_headers.started"):
            _under_way.set(self)
        elif event.endswith(".receive_response_headers.complete"):
            self._check_order()
        elif event == "socks.setup_socks5_connection.failed":
            await self._stream.aclose()

    def finish(self) -> None:
        """Stop the timer: the headers have come, or the request has failed."""
        if self._timer is not None:
            self._timer.cancel()

    def cut(self) -> None:
        """End the request from any thread: a pending read fails at once."""
        self.is_cut = True
        sock = self._stream.get_extra_info("socket") if self._stream is not None else None
        with contextlib.suppress(OSError):  # it is closed already
            if isinstance(sock, ssl.SSLSocket):
                # SSLSocket.shutdown() would drop TLS, and a pending read would read plain text.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            elif sock is not None:
                sock.shutdown(socket.SHUT_RDWR)

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            self._stream = info["return_value"]
            if self.is_cut:
                self.cut()
        if event.endswith(".connect_tcp.complete"):
            self.is_fresh = True
            self._timer = self._later(self._timeout, self._time_out)
            if self._check_address is not None:
                self._check_address(str(self._stream.get_extra_info("server_addr")[0]))
        elif event in _BEYOND_PROXY:
            self.is_beyond_proxy = True
        elif event.endswith(".send_request_headers.started"):
            self.is_request_sent = info["request"].method != b"CONNECT"

    def _note_stream(self, stream: Any) -> None:
        """Note that the request is sent over `stream`, which was kept alive if it is not known."""
        if self._stream is None:
            self._stream = stream
            self._timer = self._later(self._timeout, self._time_out)
            if self.is_cut:
                self.cut()

    def _note_received(self) -> None:
        self._has_received = True

    def _check_order(self) -> None:
        """Refuse a response that lay in the buffer before the request: it belongs to another."""
        if not self.is_fresh and not self._has_received:
            raise httpcore.RemoteProtocolError("a response came before its request")

    def _time_out(self) -> None:
        self.is_timed_out = True
        self.cut()


_CONNECTED = (".connect_tcp.complete", ".start_tls.complete")
_BEYOND_PROXY = ("proxy.start_tls.started", "socks.start_tls.started")
"""Handshakes with the target; `connection.start_tls` is one with the proxy, if there is one."""
_under_way: ContextVar[Connection | None] = ContextVar("_under_way", default=None)
"""The request that this task is sending or whose response it is reading."""


def _report_use(stream: Any) -> None:
    """Make `stream` report its use to the current request.

    httpcore does not report which kept-alive connection a request uses, and the time of those must
    be limited, too.
    """
    write, read = stream.write, stream.read

    async def report_and_write(*what: Any, **how: Any) -> None:
        if (connection := _under_way.get()) is not None:
            connection._note_stream(stream)
        await write(*what, **how)

    async def read_and_report(*what: Any, **how: Any) -> Any:
        data = await read(*what, **how)
        if (connection := _under_way.get()) is not None:
            connection._note_received()
        return data

    stream.write, stream.read = report_and_write, read_and_report
