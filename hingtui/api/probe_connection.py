"""Look up a name, connect and shake hands, each step on its own, to find where a connection fails.

Nothing is sent but the handshake itself: no request, no token. All functions block; they are run
in threads.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hingtui.api.certificates import trust_context
from hingtui.api.connection import Connection, later_in_thread
from hingtui.api.connection_errors import to_api_error
from hingtui.api.origins import Origin, is_fake_ip
from hingtui.model.errors import ApiError
from hingtui.text.clean import clean_line

CONNECT_WITHIN = 5.0
"""Seconds for one connection, and for one handshake."""
MOST_ADDRESSES = 6
"""Addresses of one name that are tried."""
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Failure(Enum):
    """Why there is no connection to an address."""

    REFUSED = "refused"
    SILENT = "silent"
    NO_ROUTE = "no route"
    """This machine has no way there: without IPv6, to every IPv6 address."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One connection to one address."""

    address: str
    seconds: float
    failure: Failure | None = None
    reason: str = ""
    """The system's words for the failure."""

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is one of IPv6."""
        return ":" in self.address

    @property
    def is_fake_ip(self) -> bool:
        """Whether a local proxy's DNS gave the address ("fake IP")."""
        return is_fake_ip(ipaddress.ip_address(self.address.partition("%")[0]))


@dataclass(frozen=True, slots=True)
class Handshake:
    """One TLS handshake, and the certificate of the other side."""

    seconds: float
    version: str = ""
    """Such as `TLSv1.3`."""
    issuer: str = ""
    """Who signed the certificate, cleaned; "" if unknown."""
    expires_at: float | None = None
    """When the certificate expires, in Unix seconds."""
    reason: str = ""
    """Why the certificate is refused; the words of OpenSSL."""
    error: ApiError | None = None


def look_up(host: str, port: int) -> tuple[str, ...]:
    """The addresses of `host`, in the system's order. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return tuple(addresses)[:MOST_ADDRESSES]


def connect(address: str, port: int) -> Attempt:
    """Connect to `address`, and close the connection again."""
    began = time.monotonic()
    failure, reason = None, ""
    try:
        socket.create_connection((address, port), CONNECT_WITHIN).close()
    except OSError as error:
        failure, reason = _failure(error), clean_line(error.strerror or str(error), 100)
    return Attempt(address, time.monotonic() - began, failure, reason)


def _failure(error: OSError) -> Failure:
    if isinstance(error, ConnectionRefusedError):
        return Failure.REFUSED
    if isinstance(error, TimeoutError):
        return Failure.SILENT
    return Failure.NO_ROUTE if error.errno in _NO_ROUTE else Failure.OTHER


def shake_hands(address: str, origin: Origin, environ: Mapping[str, str]) -> Handshake:
    """Set up TLS with `origin` at `address`. Where its certificate is refused: who signed it."""
    try:
        context = trust_context(environ)
    except ApiError as error:  # SSL_CERT_FILE cannot be read
        return Handshake(0.0, error=error)
    began = time.monotonic()
    try:
        with _encrypted(address, origin, context) as sock:
            seconds = time.monotonic() - began
            issuer, expires_at = _facts(sock.getpeercert() or {})
            return Handshake(seconds, sock.version() or "", issuer, expires_at)
    except (OSError, ValueError) as error:  # ValueError: a host name that TLS cannot carry
        failed = to_api_error(error, origin, None, Connection(later_in_thread, CONNECT_WITHIN))
        failed.forget_frames()
        seconds = time.monotonic() - began
        if not isinstance(error, ssl.SSLCertVerificationError):
            return Handshake(seconds, error=failed)
        reason = clean_line(error.verify_message, 200)
        issuer, expires_at = _refused_certificate(address, origin)
        return Handshake(seconds, "", issuer, expires_at, reason, failed)


def _encrypted(address: str, origin: Origin, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A connection after its handshake. Raises OSError."""
    plain = socket.create_connection((address, origin.port), CONNECT_WITHIN)
    try:
        return context.wrap_socket(plain, server_hostname=origin.host)
    except BaseException:
        plain.close()
        raise


def _refused_certificate(address: str, origin: Origin) -> tuple[str, float | None]:
    """Who signed a certificate that is not trusted, and when it expires; ("", None) if unknown.

    The certificate is fetched, then taken as the only authority of a second handshake: Python
    reads the fields only of certificates that were verified. Nothing is sent over either.
    """
    with contextlib.suppress(OSError, ValueError):
        reader = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        reader.check_hostname = False
        reader.verify_mode = ssl.CERT_NONE
        with _encrypted(address, origin, reader) as sock:
            certificate = sock.getpeercert(binary_form=True)
        checker = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        checker.check_hostname = False
        checker.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        checker.load_verify_locations(cadata=certificate or b"")
        with _encrypted(address, origin, checker) as sock:
            return _facts(sock.getpeercert() or {})
    return "", None


def _facts(certificate: Mapping[str, object]) -> tuple[str, float | None]:
    """(issuer, expiry in Unix seconds) of a certificate as `getpeercert` gives it."""
    issuer = certificate.get("issuer")
    names: dict[str, str] = {}
    for group in issuer if isinstance(issuer, tuple) else ():
        names.update(dict(group))
    known = (names.get(name, "") for name in ("organizationName", "commonName"))
    label = next((clean_line(name, 80) for name in known if name.strip()), "")
    until = certificate.get("notAfter")
    return label, ssl.cert_time_to_seconds(until) if isinstance(until, str) else None
