"""Find the direct links to the files of a job, wherever a gateway writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from urllib.parse import urlsplit

from hingtui.api.envelopes import STATUS_KEYS, parse_status
from hingtui.api.fields import first, line, opened
from hingtui.api.places import LINK, LINK_HOLDERS
from hingtui.model.video import MOST_FILES, Status

_LINK = re.compile(
    "https?://[^\\s/?#\\x00-\\x1f]{1,300}(?:[/?#][^\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]{0,8000})?"
)
"""Chinese and spaces do occur in links; they are percent-encoded when the link is requested."""
_DEEPEST_LINK = 6
_TWINS = ("urls", "unsigned_urls")
"""OpenRouter's two lists of the same files: signed, and on its own origin."""
_NO_VIDEO = re.compile(r"(?i)\.(?:png|jpe?g|bmp|svg|heic|avif|mp3|wav|m4a|json|txt|srt|vtt)$")
"""How the path of a cover, a soundtrack or subtitles ends."""


def find_link(found: object) -> str:
    """The direct link to the first file, or ""; only http(s) counts, whole, or not at all."""
    return next((link for link in find_links(found) if link), "")


def find_links(found: object) -> tuple[str, ...]:
    """The direct links to all files of a job, in its order; () if there is none.

    "" stands for a file that is written out as a `data:` URI beside links to others.
    """
    return tuple(_links(found, 0))


def _links(found: object, depth: int) -> list[str]:
    found = opened(found)
    if isinstance(found, str):
        return [found] if _LINK.fullmatch(found) else []
    if depth >= _DEEPEST_LINK:
        return []
    if isinstance(found, list):
        return _of_list(found[:MOST_FILES], depth + 1)
    if not isinstance(found, Mapping):
        return []
    if all(isinstance(found.get(name), list) for name in _TWINS):
        signed, unsigned = (_links(found[name], depth + 1) for name in _TWINS)
        found = {**found, "urls": [a or b for a, b in zip_longest(signed, unsigned)]}
    places = [found[name] for name in LINK if not isinstance(found.get(name, []), list)]
    places += [found[name] for name in LINK_HOLDERS if name in found]
    if links := next((links for one in places if (links := _links(one, depth + 1))), []):
        return links
    is_ready = parse_status(line(first(found, STATUS_KEYS))) is Status.READY
    return _links(found.get("fail_reason"), _DEEPEST_LINK) if is_ready else []


def _of_list(entries: list[object], depth: int) -> list[str]:
    """The link in each entry, without covers and the like, and each only once."""
    links: list[str] = []
    for entry in entries:
        if isinstance(entry, str) and entry.lstrip()[:5].lower() == "data:":
            links.append("")
            continue
        link = next((link for link in _links(entry, depth) if link), "")
        if link and link not in links:
            links.append(link)
    if not any(links):
        return []
    return [link for link in links if not _is_no_video(link)] or links[:1]


def _is_no_video(link: str) -> bool:
    try:
        return _NO_VIDEO.search(urlsplit(link).path) is not None
    except ValueError:
        return False
