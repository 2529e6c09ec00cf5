"""Decide whether a redirect may be followed, from the address that it leads to."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

from hingtui.model.errors import BadRedirect
from hingtui.text.i18n import _

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FAKE_ADDRESSES = tuple(
    ipaddress.ip_network(block)
    for block in ("198.18.0.0/15", "fc00::/18", "fdfe:dcba:9876::/64", "2001:2::/48")
)
"""Addresses that the DNS of a local proxy gives for public names: the "fake IP" ranges of Clash,
sing-box, Surge and others."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: the token is only sent to the gateway's own."""

    scheme: str
    host: str
    """In lower case and ASCII; an IPv6 address without brackets."""
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.place}"

    @property
    def place(self) -> str:
        """`host:port`, the port left out where the scheme implies it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, by its name alone."""
        address = literal_address(self.host)
        return _is_localhost(self.host) if address is None else _unmapped(address).is_loopback

    @property
    def is_inside(self) -> bool:
        """Whether the host is not public, by its name alone."""
        address = literal_address(self.host)
        return _is_localhost(self.host) if address is None else is_inside(address)


def make_origin(scheme: str, host: str, port: int | None) -> Origin:
    """Raises ValueError for what is no place on the web."""
    name = host.strip("[]").lower()
    is_host = re.fullmatch(r"[a-z0-9._-]+", name) or (":" in name and literal_address(name))
    if scheme not in _DEFAULT_PORTS or not is_host or port == 0:
        raise ValueError("no place on the web")
    return Origin(scheme, name, port or _DEFAULT_PORTS[scheme])


def literal_address(host: str) -> Address | None:
    """The address that `host` spells out, in any way that a resolver reads (`127.1`, `0x7f.1`)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def is_inside(address: Address) -> bool:
    """Whether `address` is loopback, private, link-local or otherwise not of the public net."""
    plain = _unmapped(address)
    if is_fake_ip(plain):
        return False
    return plain.is_multicast or not plain.is_global


def is_fake_ip(address: Address) -> bool:
    """Whether a local proxy's DNS gave this address ("fake IP") for a public name."""
    return any(address in block for block in _FAKE_ADDRESSES)  # never true across IP versions


def leads_inside(host: str) -> bool:
    """Whether `host` resolves to an address that is not public; False if unknown. Blocks."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(is_inside(_address(str(entry[4][0]))) for entry in found)


def check_redirect(base: Origin, target: Origin) -> None:
    """Raise BadRedirect where a gateway at `base` must not send us to `target`.

    What a name resolves to is not looked at here: see `check_peer`.
    """
    if target == base:
        return
    if target.scheme == "http" and base.scheme == "https":
        raise BadRedirect(
            _("The gateway redirects to {target}, which is not encrypted: refused.").format(
                target=target
            )
        )
    if target.is_inside and not base.is_inside and not leads_inside(base.host):
        raise _to_the_inside(target)


def check_peer(base: Origin, target: Origin, peer: str) -> None:
    """Raise BadRedirect where `target` turned out to live at the private address `peer`."""
    if is_inside(_address(peer)) and not base.is_inside and not leads_inside(base.host):
        raise _to_the_inside(target)


def _to_the_inside(target: Origin) -> BadRedirect:
    return BadRedirect(
        _("The gateway redirects to {target}, an address of a private network: refused.").format(
            target=target
        )
    )


def _address(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _is_localhost(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")
