"""A server of raw sockets that sends exactly the bytes of a test.

No server library would send half a body, malformed headers, or a reset after some byte.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Self

import pytest

CERTIFICATES = Path(__file__).parents[1] / "data" / "certificates"
"""Throwaway keys that prove nothing: good.pem, expired.pem, other-host.pem."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes = b""
    """Every byte of it."""
    connection: int = 0
    """On which connection it came: 1, 2, …"""

    @property
    def path(self) -> str:
        """What is asked for, with its query."""
        return self.target


class End(Enum):
    """How a connection ends, or does not, instead of going on with the next request."""

    CLOSE = "an orderly end: FIN"
    RESET = "a sudden end: RST"
    HANG = "nothing more is sent until the other side goes away, or the server stops"


CLOSE, RESET, HANG = End.CLOSE, End.RESET, End.HANG

Part = bytes | End
Answer = Part | Iterable[Part]
"""What to send back. A lazy one can do anything between two parts."""


@dataclass
class FaultServer:
    """Answers every request with what `respond` returns."""

    respond: Callable[[Request], Answer] = lambda _request: CLOSE
    handle: Callable[[socket.socket], None] | None = None
    """Instead of `respond`: does all the talking on one connection, in whatever protocol."""
    certificate: str = ""
    """The name of a file in `certificates`: speak TLS."""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    host: str = "127.0.0.1"
    greeting: bytes = b""
    """Sent on every new connection before anything was asked."""

    def __enter__(self) -> Self:
        self.stopping = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._sockets: set[socket.socket] = set()
        self.port: int = 0
        self._place = socket.socket()
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.go_away()
        self._place.close()
        for thread in tuple(self._threads):
            thread.join(10)

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"

    def wait(self) -> None:
        """Until the server stops."""
        self.stopping.wait()

    def go_away(self) -> None:
        """Refuse connections from now on, and end those there are."""
        self.hang_up()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if not self.stopping.is_set():
            self._place = socket.socket()  # bound, not listening: nobody else gets the port
            self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._place.bind((self.host, self.port))

    def come_back(self) -> None:
        """Listen, where it was listened before."""
        self._listener = socket.create_server((self.host, self.port), backlog=512)
        self._place.close()
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def push(self, data: bytes) -> None:
        """Send this on every connection there is, though nobody asked."""
        for sock in tuple(self._sockets):
            sock.sendall(data)

    def hang_up(self) -> None:
        """End every connection there is."""
        for sock in tuple(self._sockets):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        def run() -> None:
            try:
                work(*args)
            finally:
                self._threads.discard(thread)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.add(thread)

    def _accept(self, listener: socket.socket) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, sock, self.connections)

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(sock.close)
            if self.certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATES / self.certificate)
                sock = context.wrap_socket(sock, server_side=True)
                stack.callback(sock.close)
            self._sockets.add(sock)
            stack.callback(self._sockets.discard, sock)
            if self.handle is not None:
                self.handle(sock)
                return
            sock.sendall(self.greeting)
            reader = stack.enter_context(sock.makefile("rb"))
            while (request := _read_request(reader.readline, number)) is not None:
                self.requests.append(request)
                answer = self.respond(request)
                for part in [answer] if isinstance(answer, bytes | End) else answer:
                    if isinstance(part, End):
                        _end(sock, part)
                        return
                    sock.sendall(part)


def _end(sock: socket.socket, how: End) -> None:
    """Leave a connection in the wanted way; it is closed after this."""
    match how:
        case End.CLOSE:
            socket.socket.shutdown(sock, socket.SHUT_WR)
        case End.RESET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case End.HANG:
            while sock.recv(4096):
                pass


def _read_request(readline: Callable[[], bytes], connection: int) -> Request | None:
    raw = readline()
    first = raw.decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while line := readline():
        raw += line
        name, _, value = line.decode("latin-1").strip().partition(":")
        if not name:
            break
        headers[name.lower()] = value.strip()
    return Request(first[0], first[1], headers, raw, connection)


def answer(
    status: int = 200,
    body: bytes = b"",
    /,
    *more: tuple[str, str],
    version: str = "HTTP/1.1",
    **headers: str,
) -> bytes:
    """A whole answer with its length. `content_type="…"` is the header Content-Type.

    `more` are headers that are sent several times, or whose order counts. No length is added
    where one of the headers speaks of it; `content_length=""` leaves it out.
    """
    lines = [(name.replace("_", "-"), value) for name, value in headers.items()] + [*more]
    names = {name.lower() for name, _ in lines}
    if not names & {"content-length", "transfer-encoding"} and status not in (204, 304):
        lines.append(("content-length", str(len(body))))
    sent = [(name, value) for name, value in lines if (name, value) != ("content-length", "")]
    head = "".join(f"{name}: {value}\r\n" for name, value in sent)
    return f"{version} {status} Whatever\r\n{head}\r\n".encode("latin-1") + body


def json_answer(payload: object, status: int = 200, /, **headers: str) -> bytes:
    """`payload` as JSON."""
    body = json.dumps(payload).encode()
    return answer(status, body, content_type="application/json", **headers)


def cut(whole: bytes, at: int, end: End = End.CLOSE) -> list[Part]:
    """The first bytes of an answer, and then nothing more (`at` < 0: counted from its end)."""
    return [whole[:at], end]


def drip(data: bytes, between: Callable[[], object], size: int = 1) -> Iterator[bytes]:
    """A few bytes at a time; `between` is called before each but the first."""
    for at in range(0, len(data), size):
        if at:
            between()
        yield data[at : at + size]


def trickle(server: FaultServer, head: bytes) -> Iterator[bytes]:
    """Send a byte again and again, before any read timeout ends."""
    yield head
    while not server.stopping.wait(0.02):
        yield b"y"


def chunked(*chunks: bytes, last: bytes = b"0\r\n\r\n") -> bytes:
    """A body in chunks, to follow a head that says `Transfer-Encoding: chunked`."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + last


def in_turn(*answers: Answer | Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """A server that changes its mind: one answer after the other, the last one for ever."""
    left = list(answers)

    def respond(request: Request) -> Answer:
        chosen = left.pop(0) if len(left) > 1 else left[0]
        return chosen(request) if callable(chosen) else chosen

    return respond


def shows_nothing_beneath(error: BaseException) -> bool:
    """Whether a traceback of `error` stops there: what httpx raised beneath holds whole URLs."""
    is_hidden = error.__suppress_context__ or error.__context__ is None
    return error.__cause__ is None and is_hidden


class Names:
    """A resolver of `addresses` and of literal addresses: no test asks a real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses: dict[str, str] = {}
        self._resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if re.fullmatch(r"[\d.:a-f]+", name):
            return self._resolve(host, *args, **more)
        name.encode("idna")
        if name not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._resolve(self.addresses[name], *args, **more)
