"""Watch the socket under a request: bound its time, and cut it off.

It must not know what is asked for: no video, no token, no path of a URL.
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
    UnicodeError,  # a host name that the resolver cannot even encode
    socksio.SOCKSError,  # httpcore does not translate what a broken SOCKS proxy causes
    OverflowError,  # a host or password longer than SOCKS can say
)
"""Everything that httpx is known to raise where the network is at fault."""
STALE = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""How a kept-alive connection fails that the other side closed meanwhile."""


class Timer(Protocol):
    """What `Later` gives back."""

    def cancel(self) -> object: ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Calls a function after so many seconds, unless cancelled."""


def later_in_thread(seconds: float, call: Callable[[], None]) -> Timer:
    """For requests that block: a thread that sleeps."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer


class Connection:
    """The socket under one request, as httpcore's trace events show it.

    It bounds the time from the connection (where that was kept alive: from the request) to the
    answer's headers, which httpx's timeouts leave open: a SOCKS proxy that never answers, headers
    that come drop by drop, greetings without end. It never cancels a request from outside
    (httpcore's pool would leak): it shuts the socket, and the request fails.
    """

    def __init__(
        self, later: Later, patience: float, guard: Callable[[str], None] | None = None
    ) -> None:
        self._later = later
        self._patience = patience
        self._guard = guard
        self._timer: Timer | None = None
        self._stream: Any = None
        self.is_fresh = False
        """Whether a new connection was opened for this request."""
        self.is_through = False
        """Whether the request itself was on its way, past any proxy and any handshake."""
        self.is_beyond_proxy = False
        """Whether the proxy has let us through to the target, as far as there is one."""
        self.is_late = False
        self.is_cut = False
        self._has_heard = False

    def was_stale(self, error: Exception) -> bool:
        """Whether the request failed because its connection had been kept alive for too long."""
        return not self.is_fresh and not self.is_cut and isinstance(error, STALE)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """The `trace` extension of a blocking request."""
        try:
            self._note(event, info)
        except (BadRedirect, OSError):  # OSError: cut already, there is no peer to be named
            self._stream.close()  # raised between connecting and owning: httpcore would leak it
            raise
        if event == "socks.setup_socks5_connection.failed":
            self._stream.close()  # httpcore forgets it

    async def async_trace(self, event: str, info: Mapping[str, Any]) -> None:
        """The `trace` extension of an asynchronous request."""
        self._note(event, info)
        if event.endswith(_CONNECTED):
            _announce(self._stream)
        elif event.endswith(".send_request_headers.started"):
            _under_way.set(self)
        elif event.endswith(".receive_response_headers.complete"):
            self._check_answered()
        elif event == "socks.setup_socks5_connection.failed":
            await self._stream.aclose()

    def finish(self) -> None:
        """The headers are there, or never will be: stop the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def cut(self) -> None:
        """End the request now, from any thread: a pending read fails at once."""
        self.is_cut = True
        sock = self._stream.get_extra_info("socket") if self._stream is not None else None
        with contextlib.suppress(OSError):  # it is closed already
            if isinstance(sock, ssl.SSLSocket):
                # SSLSocket.shutdown() drops TLS: a pending read would go on in plain text.
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
            self._timer = self._later(self._patience, self._give_up)
            if self._guard is not None:
                self._guard(str(self._stream.get_extra_info("server_addr")[0]))
        elif event in _BEYOND_PROXY:
            self.is_beyond_proxy = True
        elif event.endswith(".send_request_headers.started"):
            self.is_through = info["request"].method != b"CONNECT"

    def _uses(self, stream: Any) -> None:
        """The request goes out over `stream`: one that was kept alive, if it is news."""
        if self._stream is None:
            self._stream = stream
            self._timer = self._later(self._patience, self._give_up)
            if self.is_cut:
                self.cut()

    def _hears(self) -> None:
        self._has_heard = True

    def _check_answered(self) -> None:
        """Refuse what lay in a kept connection's buffer before the question: it answers another."""
        if not self.is_fresh and not self._has_heard:
            raise httpcore.RemoteProtocolError("an answer came before its question")

    def _give_up(self) -> None:
        self.is_late = True
        self.cut()


_CONNECTED = (".connect_tcp.complete", ".start_tls.complete")
_BEYOND_PROXY = ("proxy.start_tls.started", "socks.start_tls.started")
"""Handshakes with the target; `connection.start_tls` is one with the proxy where there is one."""
_under_way: ContextVar[Connection | None] = ContextVar("_under_way", default=None)
"""The request that this task is sending or whose response it is reading."""


def _announce(stream: Any) -> None:
    """Have `stream` tell each request that goes over it: httpcore does not say which one a
    request gets that opens none, and a kept connection's time must be bounded too."""
    write, read = stream.write, stream.read

    async def tell_and_write(*what: Any, **how: Any) -> None:
        if (connection := _under_way.get()) is not None:
            connection._uses(stream)
        await write(*what, **how)

    async def read_and_tell(*what: Any, **how: Any) -> Any:
        data = await read(*what, **how)
        if (connection := _under_way.get()) is not None:
            connection._hears()
        return data

    stream.write, stream.read = tell_and_write, read_and_tell
