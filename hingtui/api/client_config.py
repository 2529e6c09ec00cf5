"""What all requests to a gateway share: TLS, proxy, token, timeouts and body limits.

The calls are in `client` and `content_opener`, the meaning of responses in `responses`.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import ssl
import urllib.request
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from hingtui import __version__
from hingtui.api.certificates import shared_trust_context
from hingtui.api.headers import compressions
from hingtui.api.locations import (
    location_of,
    origin_of,
    set_location_aside,
    set_location_aside_async,
)
from hingtui.api.origins import Origin
from hingtui.api.proxies import Proxies, Proxy
from hingtui.api.response_errors import Response, damaged, too_big
from hingtui.api.responses import GOOD, unpack
from hingtui.model.errors import Unauthorized, Unreachable
from hingtui.system.clock import Clock
from hingtui.text.i18n import _

USER_AGENT = f"hingtui/{__version__}"
MAX_ERROR_BODY = 64 * 2**10
"""The most bytes that are read of an error's body."""
MAX_BODY_TIME = 60.0
"""Seconds for a whole body: a read timeout does not stop a body that comes byte by byte."""
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)

for _name in ("httpx", "httpcore"):  # both log whole URLs: a signed query would be in the log
    logging.getLogger(_name).setLevel(logging.WARNING)


class ClientConfig:
    """One gateway, and how to reach it."""

    def __init__(
        self,
        base_url: str,
        token: str,
        clock: Clock,
        environ: Mapping[str, str] | None,
        timeout: httpx.Timeout,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        try:
            self.origin = origin_of(httpx.URL(self.base_url))
        except (httpx.InvalidURL, ValueError):
            raise ValueError("not a base URL") from None
        self.token = token
        self.auth = _Bearer(token) if token else None
        self.clock = clock
        self._timeout = timeout
        self._environ = os.environ if environ is None else environ
        if environ is None:
            self._proxies = Proxies(
                os.environ,
                system=urllib.request.getproxies(),
                system_bypass=lambda host: bool(urllib.request.proxy_bypass(host)),
            )
        else:
            self._proxies = Proxies(environ)

    @property
    def response_timeout(self) -> float:
        """Seconds from the connection to the headers of the response."""
        return (self._timeout.connect or 0.0) + (self._timeout.read or 0.0)

    @property
    def is_own_machine(self) -> bool:
        """Whether the gateway is the user's own machine, where no file expires."""
        return self.origin.scheme == "http" and self.origin.is_inside and not self.token

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that no message may repeat, even if a server or a proxy does."""
        return (self.token, *self._proxies.secrets)

    def check_token(self) -> None:
        """Raise Unauthorized if the token cannot be sent in a header."""
        if not re.fullmatch(r"[!-~]*", self.token):
            message = _("The token holds characters that no token has: enter it again.")
            raise Unauthorized(message)

    def route(self, origin: Origin) -> Proxy | None:
        """The proxy on the way to `origin`. Raises Unreachable for a malformed one."""
        return self._proxies.route(origin)

    def options(
        self, origin: Origin, proxy: Proxy | None, *, is_async: bool = False
    ) -> dict[str, Any]:
        """The arguments of an httpx client for `origin`. Raises BadCertificate."""
        set_aside = set_location_aside_async if is_async else set_location_aside
        needs_tls = origin.scheme == "https" or (proxy is not None and proxy.is_encrypted)
        context = self._trust if needs_tls else _no_trust()
        return {
            "verify": context,
            "proxy": _httpx_proxy(proxy, context) if proxy is not None else None,
            "trust_env": False,
            "timeout": self._timeout,
            "follow_redirects": False,
            "event_hooks": {"response": [set_aside]},
            "headers": {"User-Agent": USER_AGENT},
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        }

    @functools.cached_property
    def _trust(self) -> ssl.SSLContext:
        """Looked for once: that reads folders."""
        return shared_trust_context(self._environ)


class Body:
    """The body of a response as it comes, limited in bytes and time."""

    def __init__(self, setup: ClientConfig, response: httpx.Response, cap: int) -> None:
        self._clock = setup.clock
        self._response = response
        self._head = Response(
            response.status_code,
            response.headers,
            secrets=setup.secrets,
            location=location_of(response),
        )
        self._cap = cap
        self._data = bytearray()
        self._deadline = self._clock.monotonic() + MAX_BODY_TIME

    def takes(self, chunk: bytes) -> bool:
        """Add `chunk`; whether more is wanted. Raises BadResponse or Unreachable past a limit."""
        self._data += chunk
        is_late = self._clock.monotonic() > self._deadline
        if self._head.status not in GOOD:
            return len(self._data) < MAX_ERROR_BODY and not is_late
        if len(self._data) > self._cap:
            raise too_big(self._head, self._cap)
        if is_late:
            raise Unreachable(_("The gateway sends its response too slowly."))
        return True

    def response(self) -> Response:
        """The response, still compressed."""
        return replace(self._head, body=bytes(self._data))


def unpacked(response: Response, cap: int) -> Response:
    """`response` without its compression. Raises BadResponse.

    The body of an error is dropped if it cannot be read.
    """
    is_good = response.status in (200, 203)  # a 202 needs no body
    try:
        body = unpack(response.body, compressions(response.headers), cap)
    except ValueError:
        if is_good:
            raise damaged(response) from None
        body = b""
    if body is None and is_good:
        raise too_big(response, cap)
    return replace(response, body=body or b"")


@functools.cache
def _no_trust() -> ssl.SSLContext:
    """Enough where nothing is encrypted: it trusts no certificate."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _httpx_proxy(proxy: Proxy, context: ssl.SSLContext) -> httpx.Proxy:
    """The proxy for httpx, with our certificates: without a context httpx would use its own."""
    return httpx.Proxy(
        proxy.url, auth=proxy.auth, ssl_context=context if proxy.is_encrypted else None
    )


@dataclass(frozen=True, slots=True, repr=False)
class _Bearer(httpx.Auth):
    """Adds the token when a request is sent, so that no variable in a traceback holds it."""

    _token: str

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
