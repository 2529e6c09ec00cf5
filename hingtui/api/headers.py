"""Knows what the headers of an answer say; it must not know bodies, videos or errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from hingtui.text import clean_line

LONGEST_RETRY_AFTER = 3600.0
"""Seconds; a Retry-After past this is a mistake."""
_DOWNLOADABLE = re.compile(r"(video|audio|multipart)/|(application|binary)/(octet-stream|mp4)")


def request_id(headers: Mapping[str, str]) -> str:
    """What the gateway's support asks for, or ""."""
    said = headers.get("x-oneapi-request-id") or headers.get("x-request-id") or ""
    return clean_line(said, 128)


def server_time(headers: Mapping[str, str]) -> float | None:
    """Unix seconds of the Date header."""
    return _http_date(headers.get("date", ""))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, from a number or a date; None for an absurd one.

    A date is compared with the server's own Date where it gave one, else with `now`.
    """
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", said):
        seconds = float(said)
    elif (moment := _http_date(said)) is not None:
        here = server_time(headers)
        seconds = moment - (now if here is None else here)
    else:
        return None
    return seconds if 0 <= seconds <= LONGEST_RETRY_AFTER else None


def content_range(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """(offset of the first byte, whole length) as Content-Range gives them."""
    said = headers.get("content-range", "")
    found = re.fullmatch(
        r"\s*bytes[ =]+(?:(\d{1,18})\s*-\s*\d{1,18}|\*)\s*/\s*(\d{1,18}|\*)\s*", said, re.IGNORECASE
    )
    if found is None:
        return None, None
    start, total = found[1], found[2]
    return None if start is None else int(start), None if total == "*" else int(total)


def validator(headers: Mapping[str, str]) -> str | None:
    """What If-Range may be sent with: a strong ETag, else a Last-Modified that is a strong one.

    RFC 9110, 8.8.2.2: a date is strong where the answer's Date is at least a second later.
    """
    etag = headers.get("etag", "").strip()
    if re.fullmatch(r'"[!#-~]*"', etag):
        return etag
    modified = headers.get("last-modified", "").strip()
    changed, sent = _http_date(modified), server_time(headers)
    if etag or changed is None or sent is None or sent - changed < 1:
        return None
    return modified


def may_be_words(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a content answer has to be looked at to tell a video from an error."""
    said = headers.get("content-type", "").strip().lower()
    return not _DOWNLOADABLE.match(said) and (
        status == 200 or re.search("json|html", said) is not None
    )


def is_words(status: int, first: bytes) -> bool:
    """Whether a body that begins with `first` is text. An MP4 begins with its first box's length,
    four bytes of which some are NUL, so a video with a wrong Content-Type is still a video."""
    return status != 200 or (first != b"" and b"\0" not in first[:64])


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text.strip()[:64])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
