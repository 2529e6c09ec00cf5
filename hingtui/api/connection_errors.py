"""Translate the exceptions of httpx and of the layers below it into ApiErrors.

Each is one sentence that names the place and the next step, never a whole URL.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from hingtui.api.connection import Connection
from hingtui.api.origins import Origin
from hingtui.api.proxies import Proxy
from hingtui.model.errors import (
    ApiError,
    BadCertificate,
    BadRedirect,
    ProxyCertificate,
    ProxyLogin,
    Unreachable,
    UntrustedCertificate,
)
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

_ASKS_FOR_LOGIN = re.compile(r"^407|username|password|acceptable methods", re.IGNORECASE)
"""httpcore's messages if a proxy demands a login; the last one is from SOCKS."""
_UNTRUSTED = frozenset((2, 18, 19, 20, 21, 27, -67843))
"""OpenSSL's X509_V_ERR codes for a chain that ends at no trusted authority; the last is macOS's."""


def to_api_error(
    error: Exception, target: Origin, proxy: Proxy | None, connection: Connection
) -> ApiError:
    """The ApiError for one of FAULTS: one sentence that names the place, never a whole URL."""
    if isinstance(error, httpx.InvalidURL):
        return BadRedirect(_("The gateway redirects to an invalid web address."))
    causes = tuple(_causes(error))
    is_tls = any(isinstance(cause, ssl.SSLError) for cause in causes)
    is_with_proxy = (
        proxy is not None and not connection.is_request_sent and not connection.is_beyond_proxy
    )
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_error(cause, target, proxy if is_with_proxy else None)
    if proxy is not None and is_with_proxy and is_tls:
        return Unreachable(_proxy_tls_sentence(proxy))
    if proxy is not None and not connection.is_request_sent and not is_tls:
        return _proxy_error(error, target, proxy)
    if is_tls and not connection.is_request_sent:
        text = _("An encrypted connection to {place} could not be set up.")
    elif any(isinstance(cause, socket.gaierror | UnicodeError) for cause in causes):
        text = _("The name {host} is unknown here: check the base URL and the network.")
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        text = _("{place} refuses connections.")
    elif isinstance(error, httpx.ConnectTimeout):
        text = _("{place} cannot be reached: it does not respond.")
    elif isinstance(error, httpx.TimeoutException) or connection.is_timed_out:
        text = _("{place} has sent nothing for too long.")
    elif isinstance(error, httpx.ConnectError):
        text = _("{place} cannot be reached.")
    elif isinstance(error, httpx.RemoteProtocolError) and not _means_closed(error):
        text = _("{place} responds, but not in HTTP: check the base URL.")
    elif isinstance(error, OSError | httpx.NetworkError | httpx.RemoteProtocolError):
        text = _("{place} cut the connection.")
    else:
        text = _("The request to {place} could not be sent ({reason}).")
    reason = type(error).__name__
    return Unreachable(text.format(place=target.place, host=target.host, reason=reason))


def _certificate_error(
    error: ssl.SSLCertVerificationError, target: Origin, proxy: Proxy | None
) -> BadCertificate:
    """The error for a refused certificate: the proxy's if `proxy` is given, else the target's."""
    is_untrusted = error.verify_code in _UNTRUSTED
    if proxy is not None:
        kind, text = _proxy_certificate(is_untrusted=is_untrusted)
    elif is_untrusted:
        kind = UntrustedCertificate
        text = _(
            "The certificate of {place} could not be verified ({reason}). If a company's network "
            "inspects encrypted connections, set SSL_CERT_FILE to the file of the company's CA "
            "certificate."
        )
    else:
        kind = BadCertificate
        text = _(
            "The certificate of {place} could not be verified ({reason}). Check the address, this "
            "machine's clock, and whether something on the way intercepts the connection."
        )
    label = proxy.label if proxy is not None else ""
    reason = clean_line(error.verify_message, 200)
    return kind(text.format(place=target.place, proxy=label, reason=reason))


def _proxy_certificate(*, is_untrusted: bool) -> tuple[type[BadCertificate], str]:
    if is_untrusted:
        return ProxyCertificate, _(
            "The certificate of the proxy {proxy} could not be verified ({reason}). Check the "
            "proxy's certificate; if a company's own CA signed it, set SSL_CERT_FILE to the file "
            "of that CA."
        )
    return ProxyCertificate, _(
        "The certificate of the proxy {proxy} could not be verified ({reason}). Check the proxy's "
        "certificate, its address, and this machine's clock."
    )


def _proxy_tls_sentence(proxy: Proxy) -> str:
    """The sentence for a handshake with an encrypted proxy that failed before any certificate."""
    return _(
        "An encrypted connection to the proxy {proxy} could not be set up: check the proxy's "
        "certificate, or write http:// in its address if it speaks no TLS."
    ).format(proxy=proxy.label)


def _proxy_error(error: Exception, target: Origin, proxy: Proxy) -> Unreachable:
    kind = Unreachable
    if not isinstance(error, httpx.ProxyError):
        text = _(
            "The proxy {proxy} does not respond like a proxy: start it, or correct or unset it."
        )
    elif _ASKS_FOR_LOGIN.search(str(error)):
        kind, text = _proxy_login(proxy)
    else:
        text = _("The proxy {proxy} cannot reach {place} ({reason}).")
    reason = clean_line(str(error), 100)
    return kind(text.format(proxy=proxy.label, place=target.place, reason=reason))


def _proxy_login(proxy: Proxy) -> tuple[type[Unreachable], str]:
    if proxy.auth is None:
        return ProxyLogin, _(
            "The proxy {proxy} asks for a name and password: write them into its address, "
            "as in name:password@host:port."
        )
    return ProxyLogin, _(
        "The proxy {proxy} does not accept the name and password in its address: correct them."
    )


def _means_closed(error: Exception) -> bool:
    return re.search("clos|disconnect", str(error), re.IGNORECASE) is not None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and all errors that caused it, in whatever way the layers below chained them."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, current.__context__)
        waiting.extend(cause for cause in inner if cause is not None)
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
