"""One request to the demo, and one response: plain values and how to make them. No sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from hingtui.demo.film import Film

Origin = Literal["api", "cdn"]

_WEB_PAGE = b"<!doctype html><title>HingTui demo gateway</title><p>Nothing to see here.</p>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as received. `path` includes the query; names of `headers` are in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    origin: Origin
    at: float

    @property
    def query(self) -> dict[str, str]:
        """The first value of each name in the query."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers, and a body: `body`, or the bytes `start` to `stop` of `film`.

    Status 0 is none at all: the connection is closed.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    film: Film | None = None
    start: int = 0
    stop: int = 0
    cut_at: int | None = None
    """The connection breaks at this byte of the film."""


ErrorResponse = Callable[[int, str, str], Response]
"""Makes an error as one family writes it, from status, message and code."""


def json_response(status: int, payload: object) -> Response:
    """A response with this JSON."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, body)


def web_page() -> Response:
    """A page of the web site that many gateways have on the port of their API."""
    return Response(200, {"Content-Type": "text/html; charset=utf-8"}, _WEB_PAGE)
