"""Read the pages of an account's list of videos.

Must not import httpx: tests build responses without a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hingtui.api.envelopes import own_id
from hingtui.api.error_text import server_message
from hingtui.api.families import Pages, next_page
from hingtui.api.fields import number
from hingtui.api.headers import server_time
from hingtui.api.payload import NotAVideo, parse_video
from hingtui.api.raw_response import RawResponse
from hingtui.api.response_errors import Call, Response, error_for, is_web_page, make
from hingtui.api.responses import GOOD, now_at, raw_part, read_json, without_secrets
from hingtui.model.errors import BadResponse, NotOffered
from hingtui.model.video import Video
from hingtui.text.i18n import _

NAMED_BY_ID = Pages("", size="limit", after="after")
"""Pages that begin behind an id."""
_LONGEST_ID = 2000
"""Characters; LiteLLM's ids have hundreds."""
_LIST_NAMES = ("data", "videos", "items", "list", "results")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the account's videos."""

    videos: tuple[Video, ...]
    last_id: str | None
    """What to pass as `after` for the next page; None at the end."""
    server_time: float | None
    raws: tuple[RawResponse, ...] = field(repr=False)
    """What the gateway sent about each of `videos`."""


def read_page(
    response: Response,
    after: str | None,
    limit: int,
    here: float,
    pages: Pages = NAMED_BY_ID,
) -> Page:
    """The videos in a response to the list call; other entries are left out.

    Raises an ApiError if there is no list; NotOffered for a web page, with which some relays
    answer every path that they do not know.
    """
    if response.status not in GOOD:
        raise error_for(Call.LIST, response, here)
    payload = _read_json(response)
    now = now_at(response, here)
    entries = _find_entries(payload)
    if entries is None:
        message, code = server_message(payload)
        message = message or _("The response contains no list of videos.")
        raise make(BadResponse, response, message, code)
    videos: list[Video] = []
    raws: list[RawResponse] = []
    for entry in entries:
        try:
            videos.append(without_secrets(parse_video(entry, now=now), response))
        except NotAVideo:
            continue  # an odd entry must not hide the others
        raws.append(raw_part(entry, response, len(entries)))
    last_id = next_page(after) if pages.number else _last_id(entries, videos)
    if last_id == after or _is_last_page(payload, len(entries), limit, after, pages):
        last_id = None
    return Page(tuple(videos), last_id, server_time(response.headers), tuple(raws))


def _read_json(response: Response) -> object:
    try:
        return read_json(response)
    except BadResponse:
        if is_web_page(response):
            text = _("The gateway sends a web page instead of a list.")
            raise make(NotOffered, response, text) from None
        raise


def _find_entries(payload: object) -> list[object] | None:
    """The list in `[…]`, `{"data": […]}` or `{"data": {"items": […]}}`."""
    for _depth in range(3):
        if isinstance(payload, list):
            return payload
        if not isinstance(payload, Mapping):
            return None
        holder = payload
        payload = next((holder[n] for n in _LIST_NAMES if isinstance(holder.get(n), list)), None)
        if payload is None:
            payload = holder.get("data")
    return None


def _last_id(entries: Sequence[object], videos: Sequence[Video]) -> str | None:
    """The id of the last entry, even an odd one. What a list calls its `last_id` can be wrong."""
    last = entries[-1] if entries else None
    last_id = own_id(last) if isinstance(last, Mapping) else None
    if isinstance(last_id, str) and last_id.strip() and len(last_id) <= _LONGEST_ID:
        return last_id
    return videos[-1].id if videos else None


def _is_last_page(payload: object, count: int, limit: int, after: str | None, pages: Pages) -> bool:
    """Whether no page follows. If the server does not say so, a short page is the last one.

    A server with a lower limit of its own fills its pages to a round number: more may follow.
    """
    fields = payload if isinstance(payload, Mapping) else {}
    has_more, total = fields.get("has_more"), number(fields.get("total"))
    if count == 0 or isinstance(has_more, bool):
        return count == 0 or not has_more
    if pages.number and total is not None:
        return (int(next_page(after)) - 1) * limit >= total
    return count < limit and count % 10 != 0
