"""A server for the benchmark of downloads, in a process of its own.

It hands the file to the kernel (sendfile), as nginx does.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

GIGABIT = 125e6
"""Bytes a second."""
THROTTLED = "/gigabit"
"""Under this path each connection gets no more than that."""
_SLICE = 1 << 22
"""Bytes given to the kernel at once."""
_SLICES_A_SECOND = 100


@contextmanager
def film_server(film: Path) -> Iterator[str]:
    """The URL of a server that sends the film."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, film), daemon=True)
    process.start()
    theirs.close()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        ours.close()
        process.join()
        process.close()


def _serve(pipe: Connection, film: Path) -> None:
    """In the other process: serve until the pipe closes."""
    with Server(film) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pipe.send(server.server_address[1])
        pipe.poll(None)
        server.shutdown()


class Server(socketserver.ThreadingTCPServer):
    """Sends one video in response to every request."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, film: Path) -> None:
        self.film = film
        self.length = film.stat().st_size
        super().__init__(("127.0.0.1", 0), _Connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error of a benchmark."""


class _Connection(socketserver.StreamRequestHandler):
    server: Server
    request: socket.socket

    def handle(self) -> None:
        path = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nAccept-Ranges: bytes\r\n"
            f'ETag: "film"\r\nContent-Length: {self.server.length}\r\nConnection: close\r\n\r\n'
        )
        self.request.sendall(head.encode())
        with self.server.film.open("rb") as film:
            self._send(film.fileno(), GIGABIT if path.startswith(THROTTLED) else None)

    def _send(self, film: int, rate: float | None) -> None:
        length = self.server.length
        step = int(rate / _SLICES_A_SECOND) if rate else _SLICE
        began, place = time.monotonic(), 0
        while place < length:
            place += os.sendfile(self.request.fileno(), film, place, min(step, length - place))
            if rate:
                time.sleep(max(0.0, began + place / rate - time.monotonic()))
