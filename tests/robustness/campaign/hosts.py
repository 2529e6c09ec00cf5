"""The two servers that all runs of one process share: the gateway's and the storage server.

The current run decides their responses.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from tests.servers.sockets import CLOSE, Answer, FaultServer, Request

Respond = Callable[[Request], Answer]


class Host(FaultServer):
    """A server that can refuse connections for a while and keeps its port."""

    is_listening = True

    def __enter__(self) -> Self:
        self._has_left = threading.Event()
        super().__enter__()
        # A port chosen by the kernel is released when nothing listens, so it is bound explicitly.
        self.go_away()
        self.come_back()
        return self

    def refuse(self) -> None:
        """Cut all connections and refuse new ones."""
        if self.is_listening:
            self.is_listening = False
            self._has_left.clear()
            self._listener.shutdown(socket.SHUT_RDWR)
            self._has_left.wait()
            self.hang_up()

    def listen(self) -> None:
        """Accept connections again."""
        if not self.is_listening:
            self.is_listening = True
            self._listener.listen(512)
            self._start(self._accept, self._listener)

    def _accept(self, listener: socket.socket) -> None:
        super()._accept(listener)
        self._has_left.set()


class Hosts:
    """Both servers, and a port that refuses connections."""

    def __init__(self) -> None:
        self.api = Host()
        self.storage = Host()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.api)
        self._stack.enter_context(self.storage)
        closed = self._stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        self.nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        """Refuses every connection."""
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def serve(self, api: Respond, storage: Respond) -> None:
        """Respond with these functions from now on."""
        self.api.respond, self.storage.respond = api, storage

    def rest(self) -> None:
        """Cut every connection until the next run."""
        self.serve(lambda _request: CLOSE, lambda _request: CLOSE)
        for host in (self.api, self.storage):
            host.listen()
            host.hang_up()
            host.requests.clear()
