"""Run a story as gateways on this machine, each with a storage server beside it. No screen.

All listen on 127.0.0.1, each on a port, and so an origin, of its own.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hingtui.demo.exchange import Request, Response
from hingtui.demo.faults import FaultPlan
from hingtui.demo.gateways import GATEWAYS
from hingtui.demo.job import GatewayName
from hingtui.demo.listener import Listener
from hingtui.demo.responses import Responses
from hingtui.demo.story import Story
from hingtui.system.clock import Clock

__all__ = ["DemoServer", "Request", "demo_servers"]

_REMEMBERED = 10_000
"""Requests that are kept; a demo may run for days."""


@dataclass(slots=True)
class _Scripted:
    """What the next `times` requests to paths that start with `prefix` get."""

    prefix: str
    response: Response
    times: int


class DemoServer:
    """A gateway with its jobs of a story: `with DemoServer(story) as server: …`."""

    def __init__(
        self,
        story: Story,
        *,
        clock: Clock | None = None,
        rate: float | None = None,
        token: str | None = None,
        port: int = 0,
        gateway: GatewayName = "hingnet",
        faults: FaultPlan | None = None,
    ) -> None:
        """`rate` is bytes a second for each download; port 0 is any free one.

        `gateway` says which one of `GATEWAYS` this is, `faults` when it fails. The ports are
        bound here, so `base_url` is known at once. The clock also paces the downloads, which
        advance a clock that a test moves by hand. Raises OSError if the port is in use.
        """
        self.story = story
        self.clock = clock or Clock()
        self.rate = rate
        self.plan = plan = GATEWAYS[gateway]
        self.token = token or f"{plan.token_prefix}{secrets.token_hex(12)}"
        self.request_id = plan.family.request_id
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque(maxlen=_REMEMBERED)
        self._scripted: list[_Scripted] = []
        self._api = Listener(self, "api", port)
        self._cdn = Listener(self, "cdn", 0)
        self.base_url = self._api.url
        self.cdn_url = self._cdn.url
        self._responses = Responses(story.at(gateway), plan, self.token, self.cdn_url, faults)

    @property
    def requests(self) -> list[Request]:
        """The last ten thousand requests, oldest first."""
        with self._lock:
            return list(self._requests)

    def once(
        self,
        path_prefix: str,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        times: int = 1,
    ) -> None:
        """Respond with this to the next `times` requests whose path starts so, on both ports.

        A Content-Length or Transfer-Encoding given here is sent unchanged and the connection then
        closed, so that a body can be cut short.
        """
        response = Response(status, dict(headers or {}), body)
        with self._lock:
            self._scripted.append(_Scripted(path_prefix, response, times))

    def start(self) -> Self:
        """Start responding, in threads of its own."""
        self._api.start()
        self._cdn.start()
        return self

    def stop(self) -> None:
        """Cut off the responses being sent and free both ports, within a second."""
        self.stopping.set()
        self._api.stop()
        self._cdn.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def response(self, request: Request) -> Response:
        """The response to `request`, which is kept in `requests`."""
        with self._lock:
            self._requests.append(request)
            scripted = self._next_scripted(request.path)
        if scripted:
            return scripted
        respond = self._responses.api if request.origin == "api" else self._responses.cdn
        return respond(request)

    def _next_scripted(self, path: str) -> Response | None:
        for scripted in self._scripted:
            if path.startswith(scripted.prefix):
                scripted.times -= 1
                if scripted.times <= 0:
                    self._scripted.remove(scripted)
                return scripted.response
        return None


@contextmanager
def demo_servers(
    story: Story,
    gateways: Sequence[GatewayName] = tuple(GATEWAYS),
    *,
    clock: Clock,
    rate: float | None = None,
    port: int = 0,
) -> Iterator[dict[str, DemoServer]]:
    """Meanwhile, run these gateways, each with its jobs of `story`; their faults begin now.

    `port` is the first one's, and the next ones follow; 0 takes any free ones. Raises OSError if a
    port is in use.
    """
    now = clock.time()
    servers: dict[str, DemoServer] = {}
    with ExitStack() as running:
        for number, name in enumerate(gateways):
            plan = GATEWAYS[name]
            server = DemoServer(
                story,
                clock=clock,
                rate=rate,
                port=port and port + number,
                gateway=name,
                faults=FaultPlan(now, plan.faults, plan.period) if plan.faults else None,
            )
            servers[name] = running.enter_context(server)
        yield servers
