"""A real HTTP server on the loopback with one file, which can be told to answer badly."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ETAG = '"v1"'


@dataclass
class Say:
    """How to answer one request for the file."""

    status: int = 200
    """Anything but 200 is said as it is, with `body`; 200 becomes a 206 for a Range."""
    body: bytes | None = None
    """Instead of the server's file."""
    type: str = "video/mp4"
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = ETAG
    ranges: bool = True
    """Whether a Range is heeded."""
    shift: int = 0
    """A Range is answered from so many bytes further on."""
    length: str = "said"
    """`said` by Content-Length, `chunked`, or `unsaid`: until the connection closes."""
    cut: int | None = None
    """Close the connection after so many bytes of the body."""
    midway: Callable[[], object] | None = None
    """Called when half of the body is sent."""


class FileServer(ThreadingHTTPServer):
    """Serves `data` under every path; `script` says how the next requests are answered."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, data: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = data
        self.script: list[Say] = []
        self.usual = Say()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def says(self, *script: Say) -> None:
        self.script.extend(script)

    @property
    def ranges(self) -> list[str | None]:
        """The Range of each request so far."""
        return [headers.get("range") for _path, headers in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error of a test."""


@contextmanager
def serving(data: bytes) -> Iterator[FileServer]:
    with FileServer(data) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.requests.append((self.path, headers))
        say = server.script.pop(0) if server.script else server.usual
        body = server.data if say.body is None else say.body
        status, extra = say.status, dict(say.headers)
        wanted = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        same = headers.get("if-range", say.etag) == say.etag
        if status == 200 and wanted and say.ranges and same:
            start, total = int(wanted[1]), len(body)
            if start >= total:
                status, body, extra = 416, b"", {"Content-Range": f"bytes */{total}"}
            else:
                start += say.shift
                body = body[start:]
                status = 206
                extra = {"Content-Range": f"bytes {start}-{total - 1}/{total}"} | extra
        self._send(say, status, extra, body)

    def _send(self, say: Say, status: int, extra: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", say.type)
        if say.etag and "ETag" not in extra:
            self.send_header("ETag", say.etag)
        for name, value in extra.items():
            self.send_header(name, value)
        if say.length == "said":
            self.send_header("Content-Length", str(len(body)))
        elif say.length == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        self.close_connection = say.length == "unsaid" or say.cut is not None
        self.end_headers()
        sent = body if say.cut is None else body[: say.cut]
        for piece in self._pieces(say, sent):
            if say.length == "chunked":
                piece = b"%x\r\n%b\r\n" % (len(piece), piece)
            self.wfile.write(piece)
        if say.length == "chunked":
            self.wfile.write(b"0\r\n\r\n")
        if self.close_connection:
            self.connection.shutdown(socket.SHUT_WR)

    @staticmethod
    def _pieces(say: Say, body: bytes) -> Iterable[bytes]:
        half = len(body) // 2
        if half:
            yield body[:half]
        if say.midway:
            say.midway()
        if body:
            yield body[half:]
