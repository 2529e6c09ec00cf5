"""Probe a gateway step by step: route, name, connection, encryption, one video, list.

What was found so far is always in the `GatewayReport`, however long a step takes. Only GET requests
are sent, to the gateway's own origin. What the findings mean to a person is not decided here.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
import urllib.request
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

import httpx

from hingtui.api.client import Api
from hingtui.api.families import AUTO, Family
from hingtui.api.family_choice import Asked
from hingtui.api.headers import request_id, server_time
from hingtui.api.locations import origin_of
from hingtui.api.origins import Origin
from hingtui.api.pages import Page
from hingtui.api.probe_connection import Attempt, Handshake, connect, look_up, shake_hands
from hingtui.api.proxies import Proxies, Proxy
from hingtui.api.response_errors import Response, is_web_page
from hingtui.api.responses import VideoResponse
from hingtui.model.errors import ApiError, RateLimited, Unreachable
from hingtui.system.clock import Clock
from hingtui.text.clean import clean_line
from hingtui.text.redaction import redacted

T = TypeVar("T")

ASKED_FOR = "hingtui-doctor"
"""The id that is asked about: no gateway has it."""
READ_WITHIN = 8.0
"""Seconds that a gateway may send nothing."""
_RATE_LIMIT = re.compile(r"(?:x-)?rate-?limit.*|retry-after")
_LONGEST_VALUE = 100
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class Step(Enum):
    """What a probe is doing."""

    ROUTE = "route"
    NAME = "name"
    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    VIDEO = "video"
    LIST = "list"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One response, without its body."""

    path: str
    status: int
    seconds: float
    """From the request to the end of the body, with a connection where one had to be made."""
    is_web_page: bool
    request_id: str
    rate_limit: Mapping[str, str]
    """The headers about it, in lower case, cleaned."""


@dataclass(slots=True)
class GatewayReport:
    """What is known of one gateway, and of the way to it."""

    origin: Origin
    step: Step = Step.ROUTE
    """The step that is being done."""
    proxy: Proxy | None = None
    route_error: ApiError | None = None
    """Why no route could be chosen: a proxy variable that holds no address."""
    addresses: tuple[str, ...] = ()
    name_seconds: float = 0.0
    name_error: str = ""
    attempts: tuple[Attempt, ...] = ()
    handshake: Handshake | None = None
    """Of a direct, encrypted connection; through a proxy the requests themselves show it."""
    page: Page | ApiError | None = None
    video: VideoResponse | ApiError | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    clock_offset: float | None = None
    """Seconds by which the gateway's clock is ahead of this machine's."""
    routes: dict[str, bool | None] = field(default_factory=dict)
    """Whether each family's path was found there; None where the response does not show it."""

    @property
    def family(self) -> str | None:
        """The family that the gateway speaks, where that was found out."""
        return next((name for name, has_route in self.routes.items() if has_route), None)

    @property
    def first_host(self) -> str:
        """The host that is connected to: the proxy's, else the gateway's."""
        return self._first_place()[0]

    @property
    def first_port(self) -> int:
        """The port that is connected to."""
        return self._first_place()[1]

    def _first_place(self) -> tuple[str, int]:
        if self.proxy is None:
            return self.origin.host, self.origin.port
        url = httpx.URL(self.proxy.url)
        return url.host, url.port or _DEFAULT_PORTS[url.scheme]

    @property
    def shows_token_to_proxy(self) -> bool:
        """Whether the requests pass a proxy unencrypted, which can then read the token."""
        return self.proxy is not None and self.origin.scheme == "http"


def proxies_of(environ: Mapping[str, str]) -> Proxies:
    """The proxies of this environment; for this process's own, also those of the desktop."""
    if environ is not os.environ:
        return Proxies(environ)
    return Proxies(
        environ,
        system=urllib.request.getproxies(),
        system_bypass=lambda host: bool(urllib.request.proxy_bypass(host)),
    )


def new_report(base_url: str) -> GatewayReport:
    """The report of a gateway about which nothing is known yet. Raises ValueError."""
    return GatewayReport(origin_of(httpx.URL(base_url)))


async def probe(
    report: GatewayReport,
    base_url: str,
    token: str,
    environ: Mapping[str, str],
    *,
    kind: str = AUTO,
    clock: Clock | None = None,
) -> None:
    """Do all steps, and fill `report`; a step that fails ends the probe where none can follow.

    A cancelled probe cuts its connections and leaves the report as it is.
    """
    try:
        report.proxy = proxies_of(environ).route(report.origin)
    except ApiError as error:
        report.route_error = error
        return
    if await _is_connected(report, environ):
        own = None if environ is os.environ else environ
        await _ask(report, _ObservedApi(report, base_url, token, own, kind, clock or Clock()))
    report.step = Step.DONE


async def _is_connected(report: GatewayReport, environ: Mapping[str, str]) -> bool:
    """Look up the name, connect to each address, set up TLS; whether that works."""
    report.step = Step.NAME
    began = time.monotonic()
    host, port = report.first_host, report.first_port
    try:
        report.addresses = await asyncio.to_thread(look_up, host, port)
    except (OSError, UnicodeError) as error:
        report.name_error = clean_line(getattr(error, "strerror", None) or str(error), 100)
        report.name_seconds = time.monotonic() - began
        return False
    report.name_seconds = time.monotonic() - began
    report.step = Step.CONNECTION
    tries = [asyncio.to_thread(connect, address, port) for address in report.addresses]
    report.attempts = tuple(await asyncio.gather(*tries))
    answering = [attempt for attempt in report.attempts if attempt.failure is None]
    if not answering:
        return False
    if report.proxy is None and report.origin.scheme == "https":
        report.step = Step.ENCRYPTION
        address = answering[0].address
        report.handshake = await asyncio.to_thread(shake_hands, address, report.origin, environ)
        return report.handshake.error is None
    return True


async def _ask(report: GatewayReport, api: _ObservedApi) -> None:
    """Ask about a video that does not exist, and for the list.

    About one of the list, too, where the family is not known by then.
    """
    try:
        report.step = Step.VIDEO
        report.video = await _caught(api.retrieve(ASKED_FOR))
        if isinstance(report.video, RateLimited | Unreachable):
            return
        report.step = Step.LIST
        report.page = await _caught(api.list_page())
        videos = report.page.videos if isinstance(report.page, Page) else ()
        if videos and report.family is None:
            report.step = Step.VIDEO
            report.video = await _caught(api.retrieve(videos[0].id))
    finally:
        await api.aclose()


async def _caught(request: Coroutine[Any, Any, T]) -> T | ApiError:
    try:
        return await request
    except ApiError as error:
        error.forget_frames()
        return error


class _ObservedApi(Api):
    """The client of the gateway, which notes every response in a report."""

    def __init__(
        self,
        report: GatewayReport,
        base_url: str,
        token: str,
        environ: Mapping[str, str] | None,
        kind: str,
        clock: Clock,
    ) -> None:
        super().__init__(
            base_url, token, kind=kind, clock=clock, environ=environ, read_timeout=READ_WITHIN
        )
        self._report = report
        self._exchanges.observer = self._note

    async def _ask_about(self, family: Family, video_id: str) -> Asked:
        asked = await super()._ask_about(family, video_id)
        is_video = isinstance(asked.outcome, VideoResponse)
        self._report.routes[family.name] = True if is_video else asked.has_route
        return asked

    def _note(self, url: httpx.URL, response: Response, seconds: float) -> None:
        there = server_time(response.headers)
        if there is not None:
            # `Date` is from the moment when the headers were sent: between the two.
            self._report.clock_offset = there + 0.5 - (self._setup.clock.time() - seconds / 2)
        self._report.exchanges.append(
            Exchange(
                path=url.path,
                status=response.status,
                seconds=seconds,
                is_web_page=is_web_page(response),
                request_id=redacted(request_id(response.headers), response.secrets),
                rate_limit=_rate_limit(response),
            )
        )


def _rate_limit(response: Response) -> dict[str, str]:
    return {
        name: redacted(clean_line(value, _LONGEST_VALUE), response.secrets)
        for name, value in response.headers.items()
        if _RATE_LIMIT.fullmatch(name.lower())
    }
