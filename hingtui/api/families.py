"""The families of gateways: where each answers. Data only.

`{id}` in a path stands for the escaped id of a video. What a response means is in `places` and
`payload`. What else a new family needs is in hingtui/README.md, "Where to add things".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

AUTO = "auto"
"""The kind of a gateway whose family is found out by its first responses."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The list of an account's videos, and how its pages are asked for."""

    path: str
    size: str
    """The parameter for the number of entries."""
    after: str = ""
    """The parameter for the last id of the page before; "" where pages are numbered."""
    number: str = ""
    """The parameter for the number of the page, from 1."""
    order: str = ""
    """The parameter for `asc` or `desc`; "" where the order is fixed: the newest first."""


@dataclass(frozen=True, slots=True)
class Family:
    """Gateways that answer at the same paths."""

    name: str
    video: str
    """Where one video is described."""
    content: str = ""
    """Where its file is; "" if only the link leads to it."""
    prefers_link: bool = False
    """Whether the file is fetched by its link, and from `content` only if that fails."""
    pages: Pages | None = None
    """The list; None where there is none for a token."""
    usual_life: float | None = None
    """Seconds that files usually stay, if all gateways of the family agree."""
    billing: str = ""
    """Where the account's balance is, in the two parts of OpenAI's former API."""


_BILLING = "/v1/dashboard/billing"

VIDEOS = Family(
    name="videos",
    video="/v1/videos/{id}",
    content="/v1/videos/{id}/content",
    pages=Pages("/v1/videos", size="limit", after="after", order="order"),
    billing=_BILLING,
)
GENERATIONS = Family(
    name="generations",
    video="/v1/video/generations/{id}",
    content="/v1/videos/{id}/content",
    prefers_link=True,
    billing=_BILLING,
)
ARK = Family(
    name="ark",
    video="/api/v3/contents/generations/tasks/{id}",
    prefers_link=True,
    pages=Pages("/api/v3/contents/generations/tasks", size="page_size", number="page_num"),
    usual_life=86_400.0,
)
KIE = Family(name="kie", video="/api/v1/jobs/recordInfo?taskId={id}", prefers_link=True)
V2 = Family(name="v2", video="/v2/video/generations?generation_id={id}", prefers_link=True)

FAMILIES = {family.name: family for family in (VIDEOS, GENERATIONS, ARK, KIE, V2)}
KINDS = (AUTO, *FAMILIES)
"""What a person may write as the `kind` of a gateway."""


def family_of(kind: str) -> Family | None:
    """The family of this name; None for `auto`. Raises ValueError for any other name."""
    if kind == AUTO:
        return None
    if kind not in FAMILIES:
        raise ValueError(f"no family of gateways: {kind!r}")
    return FAMILIES[kind]


def url_of(base_url: str, path: str, video_id: str = "") -> str:
    """`path` under `base_url`, with the id in it.

    The id is fully escaped: `../x` and `a?b=` are ids like any other. A base URL that ends with
    the beginning of `path`, as in `…/api/v3`, is not given it twice.
    """
    escaped = quote(video_id, safe="", errors="surrogatepass")
    if escaped in (".", ".."):  # would be resolved
        escaped = escaped.replace(".", "%2E")
    base_path = urlsplit(base_url).path
    segments = path.split("/")
    for count in range(len(segments) - 1, 1, -1):
        if base_path.endswith("/".join(segments[:count])):
            path = "/" + "/".join(segments[count:])
            break
    return base_url + path.replace("{id}", escaped)


def content_url(base_url: str, family: Family, video_id: str, index: int = 0) -> str:
    """Where the file number `index` of a job is; "" if the family has no such path."""
    if not family.content:
        return ""
    query = f"?index={index}" if index else ""
    return url_of(base_url, family.content, video_id) + query


def list_url(base_url: str, pages: Pages, after: str | None, limit: int, order: str) -> str:
    """A page of the list: the first one, or what `next_page` said about the page before."""
    query = {pages.size: str(limit)}
    if pages.order:
        query[pages.order] = order
    if pages.number:
        query[pages.number] = str(_page_number(after))
    elif after:
        query[pages.after] = after
    # An id from a list can hold anything; a lone surrogate must not be an error here.
    return url_of(base_url, pages.path) + "?" + urlencode(query, errors="surrogatepass")


def next_page(after: str | None) -> str:
    """What to pass as `after` to get the page behind that one, where pages are numbered."""
    return str(_page_number(after) + 1)


def _page_number(after: str | None) -> int:
    is_number = after is not None and re.fullmatch("[0-9]{1,9}", after) is not None
    return int(after or 1) if is_number else 1
