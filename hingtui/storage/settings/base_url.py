"""The rules for a base URL: what is accepted, and what is cut off."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from hingtui.model.errors import SettingsError
from hingtui.text.i18n import _

_LOOPBACK = ipaddress.IPv6Address("::1")
_ODD = re.compile(r"[\s\\\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Characters that no URL holds, and that parsers drop in different ways."""
_PORTS = {"http": 80, "https": 443}
_OTHERS = r"models|chat/+completions|completions|responses|images/+generations"
_V1 = rf"v1(?:/+videos(?:/+[^/]+(?:/+content)?)?|/+video/+generations(?:/+[^/]+)?|/+(?:{_OTHERS}))?"
_ROUTES = {
    "ark": rf"api/+v3(?:/+contents/+generations/+tasks(?:/+[^/]+)?|/+(?:{_OTHERS}))?",
    "kie": r"api/+v1(?:/+jobs(?:/+\w+)?)?",
    "v2": r"v2(?:/+video/+generations(?:/+[^/]+)?)?",
}
"""What documentation writes behind the base URL, by the family, and a video's id behind that; `_V1`
for the others."""


def check_base_url(
    text: str, name: str, allow_http: Sequence[str], config_path: Path, kind: str = "auto"
) -> str:
    """The base URL in `text`, without a path such as `/v1/videos` copied from the documentation.

    Which paths these are depends on the family `kind`. Raises SettingsError, which names the
    setting (`name`) and holds no credentials.
    """
    parts, host = _split_url(text.strip(), name)
    if parts.scheme == "http" and not is_loopback(host) and host not in allow_http:
        sentence = _(
            "{name} is plain http, so anybody on the way could read your token. "
            'Use https, or write allow_http = ["{host}"] into {path}.'
        )
        raise SettingsError(sentence.format(name=name, host=host, path=config_path))
    route = _ROUTES.get(kind, _V1)
    path = re.sub(rf"(?:/(?:{route})?)+\Z", "", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path}"


def origin_of(base_url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a checked base URL, in lower case and with the usual port."""
    parts = urlsplit(base_url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


def is_local(base_url: str) -> bool:
    """Whether a checked base URL leads to this machine or, by plain http, into a private network.

    A host by its name counts as private: plain http is only used where `allow_http` names it.
    """
    scheme, host, _port = origin_of(base_url)
    if is_loopback(host):
        return True
    try:
        return scheme == "http" and not ipaddress.ip_address(host).is_global
    except ValueError:
        return scheme == "http"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, in a spelling that every resolver reads alike.

    Not names below `.localhost`, for which some resolvers ask the network, nor `127.1`, nor IPv6
    addresses with an IPv4 address or a zone in them.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address == _LOOPBACK if address.version == 6 else address.is_loopback


def _split_url(text: str, name: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _with_example(_("{name} is not a URL."), name) from None
    if parts.username is not None or parts.password is not None:
        sentence = _("{name} holds a user name or a password. Leave them out: the token is enough.")
        raise SettingsError(sentence.format(name=name))
    if not parts.netloc.isascii():
        sentence = _("The host in {name} holds letters that look like others: write it as xn--…")
        raise SettingsError(sentence.format(name=name))
    place = f"[{host}]" if ":" in host else host
    # urlsplit takes `evil.example[::1]` for `::1`
    is_sound = re.fullmatch(rf"{re.escape(place)}(?::\d*)?", parts.netloc.lower()) and port != 0
    if parts.scheme not in ("http", "https") or not is_sound or not _is_host(host):
        raise _with_example(_("{name} is not an http or https URL."), name)
    if _ODD.search(text):
        raise _with_example(_("{name} is not a URL."), name)
    if parts.query or parts.fragment:
        sentence = _("{name} has something behind a ? or #. Leave that out.")
        raise SettingsError(sentence.format(name=name))
    return parts, host


def _with_example(sentence: str, name: str) -> SettingsError:
    from hingtui.text.wrap import in_a_row  # hardly ever needed

    example = _("Write it like https://models.hingnet.com.cn.")
    return SettingsError(in_a_row((sentence.format(name=name), example)))


def _is_host(host: str) -> bool:
    """Whether `host` is a name or an address that all URL parsers read alike."""
    is_address = ":" in host or re.search(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?\Z", host)
    if not is_address:
        return re.fullmatch(r"[a-z0-9._-]+", host) is not None
    try:
        address = ipaddress.ip_address(host)  # `127.1` is read in different ways
    except ValueError:
        return False
    return "%" not in str(address)
