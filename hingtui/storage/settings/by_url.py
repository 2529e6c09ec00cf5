"""Find the gateway that a pasted URL belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from hingtui.storage.settings.base_url import origin_of
from hingtui.storage.settings.gateway import GatewaySettings


def gateways_by_url(urls: Mapping[str, str], gateways: Sequence[GatewaySettings]) -> dict[str, str]:
    """The name of the gateway of each id, by the URL (`urls[id]`) in which it was found.

    An id is left out where no gateway has the URL's origin and path, or several have.
    """
    names: dict[str, str] = {}
    for video_id, url in urls.items():
        holding = [gateway for gateway in gateways if _holds(gateway, url)]
        longest = max((len(gateway.base_url) for gateway in holding), default=0)
        nearest = [gateway.name for gateway in holding if len(gateway.base_url) == longest]
        if len(nearest) == 1:
            names[video_id] = nearest[0]
    return names


def foreign_hosts(urls: Iterable[str], gateways: Sequence[GatewaySettings]) -> list[str]:
    """The hosts of those URLs that lie at the origin of no gateway, sorted."""
    ours = {gateway.origin for gateway in gateways}
    hosts: set[str] = set()
    for url in urls:
        try:
            origin = origin_of(url)
        except (ValueError, KeyError):
            continue
        if origin not in ours:
            hosts.add(urlsplit(url).netloc.rpartition("@")[2])
    return sorted(hosts)


def _holds(gateway: GatewaySettings, url: str) -> bool:
    """Whether the URL lies under the gateway's base URL."""
    try:
        origin, path = origin_of(url), urlsplit(url).path
    except (ValueError, KeyError):
        return False
    base = urlsplit(gateway.base_url).path.rstrip("/")
    return origin == gateway.origin and (path == base or path.startswith(f"{base}/"))
