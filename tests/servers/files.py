"""One file on a real socket, served correctly unless a script says how to answer wrongly.

The gateway's API is in `gateway`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.sockets import CLOSE, Answer, End, FaultServer, Part, Request

ETAG = '"v1"'


@dataclass
class Reply:
    """How to answer one request for the file."""

    status: int = 200
    """Anything but 200 is sent as it is, with `body`; 200 becomes a 206 for a Range."""
    body: bytes | None = None
    """Instead of the server's file."""
    type: str = "video/mp4"
    headers: dict[str, str] = field(default_factory=dict)
    """Added to the usual ones, or sent in their place."""
    etag: str | None = ETAG
    ranges: bool = True
    """Whether a Range is heeded."""
    shift: int = 0
    """A Range is answered from so many bytes further on."""
    length: str = "stated"
    """`stated` by Content-Length, `chunked`, or `unstated`: until the connection closes."""
    cut: int | None = None
    """End the connection after so many bytes of the body."""
    end: End | None = CLOSE
    """How it then ends; None: as if that had been all."""
    piece: int | None = None
    """Send the body in pieces of so many bytes."""
    between: Callable[[], object] | None = None
    """Called before each piece but the first: a clock moved there makes a drip feed."""
    midway: Callable[[], object] | None = None
    """Called when half of the body is sent."""


class FileServer(FaultServer):
    """Serves `data` under every path; `script` says how the next requests are answered."""

    def __init__(self, data: bytes, *, certificate: str = "") -> None:
        super().__init__(respond=self._respond, certificate=certificate)
        self.data = data
        self.script: list[Reply] = []
        self.usual = Reply()

    def answer_with(self, *script: Reply) -> None:
        self.script.extend(script)

    @property
    def ranges(self) -> list[str | None]:
        """The Range of each request so far."""
        return [request.headers.get("range") for request in self.requests]

    def _respond(self, request: Request) -> Answer:
        return respond_with(self.script.pop(0) if self.script else self.usual, self.data, request)


@contextmanager
def serving(data: bytes) -> Iterator[FileServer]:
    with FileServer(data) as server:
        yield server


def respond_with(reply: Reply, data: bytes, request: Request) -> Iterator[Part]:
    """The response to `request` of a server that holds `data` and answers like `reply`."""
    body = data if reply.body is None else reply.body
    status, extra = reply.status, {}
    wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
    same = request.headers.get("if-range", reply.etag) == reply.etag
    if status == 200 and wanted and reply.ranges and same:
        start, total = int(wanted[1]), len(body)
        if start >= total:
            status, body, extra = 416, b"", {"Content-Range": f"bytes */{total}"}
        else:
            start += reply.shift
            body = body[start:]
            status = 206
            extra = {"Content-Range": f"bytes {start}-{total - 1}/{total}"}
    yield _head(reply, status, extra, len(body))
    yield from _pieces(reply, body if reply.cut is None else body[: reply.cut])
    if reply.cut is not None and reply.end is not None:
        yield reply.end
    elif reply.length == "chunked":
        yield b"0\r\n\r\n"
    elif reply.length == "unstated" or reply.cut is not None:
        yield CLOSE


def _head(reply: Reply, status: int, extra: dict[str, str], length: int) -> bytes:
    headers = {"Content-Type": reply.type}
    if reply.etag:
        headers["ETag"] = reply.etag
    if reply.length == "stated":
        headers["Content-Length"] = str(length)
    elif reply.length == "chunked":
        headers["Transfer-Encoding"] = "chunked"
    headers |= extra | reply.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1")


def _pieces(reply: Reply, body: bytes) -> Iterator[bytes]:
    size = reply.piece or max(1, (len(body) + 1) // 2)
    for at in range(0, len(body), size):
        if at and reply.between:
            reply.between()
        if at and reply.midway and at >= len(body) // 2 > at - size:
            reply.midway()
        piece = body[at : at + size]
        yield b"%x\r\n%b\r\n" % (len(piece), piece) if reply.length == "chunked" else piece
