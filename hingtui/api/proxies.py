"""Choose the proxy for an origin, from the environment. It opens no connection.

httpx reads the same variables, but it raises while its client is built for shapes that desktops
really set (`socks://…` of GNOME and Clash, `NO_PROXY=…,[::1]`), and sends loopback to a proxy.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from hingtui.api.origins import Origin, literal_address
from hingtui.model.errors import Unreachable
from hingtui.text.i18n import _

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One usable proxy."""

    url: str
    """`scheme://host:port`, never with a name or password in it."""
    variable: str
    """Which variable named it, as it is spelt in the environment; "" for the system's settings."""
    auth: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection to the proxy itself uses TLS, with the proxy's certificate."""
        return self.url.startswith("https:")

    @property
    def label(self) -> str:
        """What a sentence calls it: `HTTPS_PROXY (127.0.0.1:7890)`."""
        place = self.url.partition("://")[2]
        return f"{self.variable} ({place})" if self.variable else place


class Proxies:
    """The proxies of an environment, and of the desktop where the environment names none."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        system: Mapping[str, str] | None = None,
        system_bypass: Callable[[str], bool] | None = None,
    ) -> None:
        self._found = _proxy_variables(environ)
        if "REQUEST_METHOD" in environ:
            self._found.pop("http", None)  # CGI: that one came in with the request (httpoxy)
        self._exceptions = _exceptions(self._found.pop("no", ("", ""))[1])
        self._system = dict(system or {}) if not self._found else {}
        self._system_bypass = system_bypass
        values = [*(value for _name, value in self._found.values()), *self._system.values()]
        self.secrets = tuple(text for value in values for text in _passwords(value))
        """The passwords in them: a proxy that refuses one may repeat it."""

    @property
    def are_of_the_system(self) -> bool:
        """Whether the desktop's settings are used, and name a proxy."""
        return bool(self._system)

    @property
    def variables(self) -> dict[str, Proxy | Unreachable]:
        """Each variable that names a proxy, and that proxy, or what is wrong with its address."""
        found: dict[str, Proxy | Unreachable] = {}
        for name, value in self._found.values():
            try:
                found[name] = _parse(name, value)
            except Unreachable as error:
                found[name] = error
        return found

    def route(self, origin: Origin) -> Proxy | None:
        """The proxy on the way to `origin`, or None. Raises Unreachable for a malformed one."""
        if origin.is_loopback or self._is_excepted(origin):
            return None
        for name in (origin.scheme, "all"):
            if name in self._found:
                return _parse(*self._found[name])
        value = self._system.get(origin.scheme, "").strip()
        if not value or (self._system_bypass is not None and self._system_bypass(origin.host)):
            return None
        return _parse("", value)

    def _is_excepted(self, origin: Origin) -> bool:
        address = literal_address(origin.host)
        host = origin.host.rstrip(".")
        for name, port in self._exceptions:
            if port is not None and port != origin.port:
                continue
            if name == "*" or host == name or host.endswith(f".{name}"):
                return True
            if address is not None and _holds(name, address):
                return True
        return False


def _proxy_variables(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """`http`, `https`, `all`, `no` → (variable, value); lower case wins, a blank one unsets."""
    found: dict[str, tuple[str, str]] = {}
    for name in sorted(environ, key=str.islower):  # lower case comes last, and so wins
        scheme, underscore, word = name.lower().rpartition("_")
        if word == "proxy" and underscore and scheme in ("http", "https", "all", "no"):
            found[scheme] = (name, environ[name].strip())
    return {scheme: entry for scheme, entry in found.items() if entry[1]}


def _passwords(value: str) -> list[str]:
    """The password of a proxy as it is sent: alone, and behind the name."""
    name, _at, _place = value.rpartition("@")
    user, _colon, password = name.rpartition("//")[2].partition(":")
    return [unquote(password), f"{unquote(user)}:{unquote(password)}"] if password else []


def _exceptions(value: str) -> list[tuple[str, int | None]]:
    """(host, port or None) for each entry of NO_PROXY, in whatever shape it is written."""
    entries: list[tuple[str, int | None]] = []
    for entry in re.split(r"[\s,;|]+", value.lower()):
        name, port = re.sub(r"^[a-z]+://", "", entry).strip("\"'"), None
        if with_port := re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d{1,5})", name):
            name, port = with_port[1], int(with_port[2])
        name = name.strip("[]").removeprefix("*.").strip(".")
        if name:
            entries.append((name, port))
    return entries


def _holds(name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether `name` is a network (`10.0.0.0/8`) or another spelling of this very address."""
    try:
        network = ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return address.version == network.version and address in network


def _parse(variable: str, value: str) -> Proxy:
    text = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = parts = None
    source = variable or _("The system's proxy setting")
    scheme = re.sub(r"^socks$", "socks5", parts.scheme.lower()) if parts else ""
    if parts is None or not host or port == 0 or not _is_only_a_place(parts):
        raise Unreachable(
            _("{variable} holds no usable proxy address: correct it, or unset it.").format(
                variable=source
            )
        )
    if scheme not in _DEFAULT_PORTS:
        raise Unreachable(
            _(
                "{variable} names a proxy of the kind “{scheme}”, which is not supported: "
                "use http, https or socks5, or unset it."
            ).format(variable=source, scheme=scheme)
        )
    place = f"[{host}]" if ":" in host else host
    auth = (unquote(parts.username or ""), unquote(parts.password or ""))
    return Proxy(
        url=f"{scheme}://{place}:{port or _DEFAULT_PORTS[scheme]}",
        variable=variable,
        auth=auth if any(auth) else None,
    )


def _is_only_a_place(parts: SplitResult) -> bool:
    """Whether nothing follows the host: else an unescaped password was cut in two by `#` or `?`."""
    is_host = re.fullmatch(r"[\w.:%-]+", parts.hostname or "", re.ASCII) is not None
    return is_host and parts.path in ("", "/") and not parts.query and not parts.fragment
