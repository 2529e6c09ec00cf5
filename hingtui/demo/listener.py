"""A small HTTP server: threads, transfer rate, closing connections. The videos are in `story`."""

from __future__ import annotations

import contextlib
import itertools
import logging
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, cast

from hingtui.demo.exchange import Origin, Request, Response
from hingtui.system.clock import Clock

_CHUNK = 256 * 1024
_SLICES_A_SECOND = 25
"""Pieces a second of a throttled download: enough for its progress bar to move smoothly."""
_POLL = 0.05
"""Seconds between a listener's checks for its stop."""
_HANG_UP_WITHIN = 0.5
"""Seconds for a thread to end after its connection was closed."""

log = logging.getLogger(__name__)


class Gateway(Protocol):
    """What decides a listener's responses."""

    clock: Clock
    rate: float | None
    stopping: threading.Event
    request_id: str
    """The header that names a request; only the gateway itself sends it."""

    def response(self, request: Request) -> Response:
        """The response to `request`."""


class Listener(ThreadingHTTPServer):
    """One port, with the list of its open connections, which `stop` closes."""

    request_queue_size = 128

    def __init__(self, gateway: Gateway, origin: Origin, port: int) -> None:
        self.gateway = gateway
        self.origin: Origin = origin
        self.numbers: Iterator[int] = itertools.count(1)
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._loop: threading.Thread | None = None
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def server_bind(self) -> None:
        """As HTTPServer's, without asking a name server for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def start(self) -> None:
        """Start responding, in threads of its own."""
        self._loop = threading.Thread(target=self.serve_forever, args=(_POLL,), daemon=True)
        self._loop.start()

    def stop(self) -> None:
        """Free the port and cut off the responses being sent."""
        if self._loop is not None:  # shutdown() would wait for a loop that never ran
            with contextlib.suppress(OSError):  # where a listening socket cannot be shut down
                self.socket.shutdown(socket.SHUT_RDWR)  # the loop looks up at once
            self.shutdown()
            self._loop.join()
        self.server_close()
        with self._lock:
            connections = list(self._open.items())
        for connection, _thread in connections:
            with contextlib.suppress(OSError):  # it has just ended
                connection.shutdown(socket.SHUT_RDWR)
        for _connection, thread in connections:
            thread.join(_HANG_UP_WITHIN)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Respond in a thread that `stop` can find."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._open[cast(socket.socket, request)] = thread
        thread.start()

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close the connection and take it off the list."""
        with self._lock:
            self._open.pop(cast(socket.socket, request), None)
        super().shutdown_request(request)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Log an error of ours; clients that close their connection are normal."""
        if not isinstance(sys.exception(), OSError):
            log.exception("the demo server could not answer")  # noqa: LOG004 - called in the handler


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Listener
    protocol_version = "HTTP/1.1"
    timeout = 75
    disable_nagle_algorithm = True  # headers and body are two writes: 40 ms a request with it

    def _respond(self) -> None:
        gateway = self.server.gateway
        headers = {name.lower(): value for name, value in self.headers.items()}
        now = gateway.clock.time()
        request = Request(self.command, self.path, headers, self.server.origin, now)
        response = gateway.response(request)
        if not response.status:
            self.close_connection = True
            return
        length = response.stop - response.start if response.film else len(response.body)
        self._send_head(response, length, now)
        if self.command == "HEAD":
            return
        if response.film:
            self._send_film(response)
        else:
            self.wfile.write(response.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815 - http.server's names

    def _send_head(self, response: Response, length: int, now: float) -> None:
        headers = {"Server": "demo", "Date": formatdate(now, usegmt=True)}
        if self.server.origin == "api":
            headers[self.server.gateway.request_id] = self._request_id(now)
        own = {name.lower() for name in response.headers}
        if "transfer-encoding" not in own:
            headers["Content-Length"] = str(length)
        headers = {name: value for name, value in headers.items() if name.lower() not in own}
        headers |= response.headers
        if self.command != "GET" or "Content-Length" not in headers or own & {"content-length"}:
            # an unread request body, or a length of its own that may not be true
            headers["Connection"] = "close"
        self.send_response_only(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_film(self, response: Response) -> None:
        """Send the bytes at the gateway's rate, up to `cut_at` or until the server stops."""
        gateway, film = self.server.gateway, response.film
        assert film is not None  # noqa: S101 - for the type checker: the caller looked
        rate = gateway.rate
        step = max(1024, min(_CHUNK, int(rate / _SLICES_A_SECOND))) if rate else _CHUNK
        last = response.stop if response.cut_at is None else min(response.stop, response.cut_at)
        started, place = gateway.clock.monotonic(), response.start
        while place < last and not gateway.stopping.is_set():
            piece = film.read(place, min(last, place + step))
            self.wfile.write(piece)
            place += len(piece)
            if rate:
                due = started + (place - response.start) / rate
                gateway.clock.wait(gateway.stopping, max(0.0, due - gateway.clock.monotonic()))
        if place < response.stop:
            self.close_connection = True

    def _request_id(self, now: float) -> str:
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
        return f"{stamp}{next(self.server.numbers):012d}"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Print nothing: the dashboard uses the screen."""
