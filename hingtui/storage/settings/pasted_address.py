"""Reduce what a person pastes as a gateway's address to its base URL, and suggest a name.

Whether the address may be used is judged in `base_url`, not here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from urllib.parse import SplitResult, urlsplit

from hingtui.model.ids import find_ids
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings.base_url import is_loopback
from hingtui.storage.settings.gateway_table import KINDS, NAME_LIMIT

_ROUTES = (
    (re.compile(r"/api/+v3(?:/|\Z)"), "ark"),
    (re.compile(r"/api/+v1/+jobs(?:/|\Z)"), "kie"),
    (re.compile(r"/v2/+video/+generations(?:/|\Z)"), "v2"),
    (re.compile(r"/v1(?:/|\Z)"), KINDS[0]),
)
"""Where the base URL ends, and the family that is asked that way."""
_PAGES = re.compile(
    r"/(?:console|panel|dashboard|admin|login|sign-?in|register|tokens?|keys|api-?keys|user|account"
    r"|settings|topup|pricing|playground|logs?|tasks?|docs?|index\.html?)(?:/|\Z)",
    re.IGNORECASE,
)
"""Where the pages of a gateway's console begin."""
_KNOWN = (
    (re.compile(r"openrouter\.ai"), "https://openrouter.ai/api", "videos"),
    (re.compile(r"(?:api\.)?kie\.ai"), "https://api.kie.ai", "kie"),
    (re.compile(r"ark\.[a-z0-9.-]+\.(?:volces|bytepluses)\.com"), "", "ark"),
)
"""Hosts whose base URL ("" for as it is) or family cannot be seen in what is pasted."""
_SECOND_LEVEL = frozenset(("ac", "co", "com", "edu", "gov", "net", "org"))


@dataclass(frozen=True, slots=True)
class PastedAddress:
    """What an address says."""

    base_url: str
    """Not checked yet: nothing usable may have been pasted."""
    kind: str = KINDS[0]
    """The family, where the address shows it."""
    video_id: str | None = None
    """The id, where it is the address of a video."""


def read_address(text: str) -> PastedAddress:
    """Reduce the address of a console, of a video or of an API to the base URL.

    A user name and a password are kept, so that they can be refused.
    """
    text = text.strip().strip("\"'<>")
    if not text:
        return PastedAddress("")
    if "://" not in text:
        scheme = "http" if is_loopback(_host(f"http://{text}")) else "https"
        text = f"{scheme}://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return PastedAddress(text)
    host = _host(text)
    for known, base_url, kind in _KNOWN:
        if known.fullmatch(host):
            return PastedAddress(base_url or _joined(parts, ""), kind, _id_in(text))
    for route, kind in _ROUTES:
        if match := route.search(parts.path):
            return PastedAddress(_joined(parts, parts.path[: match.start()]), kind, _id_in(text))
    page = _PAGES.search(parts.path)
    path = parts.path[: page.start()] if page else parts.path
    return PastedAddress(_joined(parts, path.rstrip("/")))


def suggest_name(base_url: str, taken: Collection[str]) -> str:
    """A name that is not in `taken`, from the host; "" where there is no host."""
    host = _host(base_url)
    if not host:
        return ""
    labels = host.split(".")
    if is_loopback(host):
        word = "local"
    elif ":" in host or labels[-1].isdecimal():
        word = host
    else:
        labels = labels[:-1] or labels
        if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
            labels.pop()
        word = labels[-1]
    word = re.sub(r"[^A-Za-z0-9_-]+", "-", word).strip("-")[: NAME_LIMIT - 4] or "gateway"
    names = (word if number == 1 else f"{word}-{number}" for number in count(1))
    return next(name for name in names if name not in taken and name != DEFAULT_GATEWAY)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _joined(parts: SplitResult, path: str) -> str:
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def _id_in(url: str) -> str | None:
    return next(iter(find_ids(url).ids), None)
