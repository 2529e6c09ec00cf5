"""Read the headers of a response. No bodies, no videos."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from hingtui.model.file_kind import FileKind, file_kind
from hingtui.text.clean import clean_line

_NO_COMPRESSION = re.compile(
    r"|identity|none|null|binary|chunked|aws-chunked|plain|raw|text|base64|[78]-?bit"
    r"|(charset=)?(utf-?\d+(le|be)?|(us-)?ascii|iso-?8859-?\d+|latin-?\d|gb\w+|big5|windows-\d+|cp\d+)"
    r"|[a-z]+/[a-z0-9.+-]+(;.*)?"
)
LONGEST_RETRY_AFTER = 3600.0
"""Seconds; a Retry-After past this is a mistake."""


_REQUEST_IDS = (
    "x-oneapi-request-id",  # one-api, new-api and their kin
    "x-new-api-request-id",
    "x-litellm-call-id",
    "x-api-request-id",
    "x-request-id",  # OpenAI and most others
    "request-id",  # Anthropic
    "x-requestid",
    "requestid",
    "x-dashscope-request-id",
    "x-ms-request-id",  # Azure, its storage too
    "apim-request-id",
    "x-tt-logid",  # ByteDance
    "x-tos-request-id",  # storages from here on
    "x-oss-request-id",
    "x-cos-request-id",
    "x-obs-request-id",
    "x-bce-request-id",
    "x-nos-request-id",
    "x-kss-request-id",
    "x-amz-request-id",
    "x-amzn-requestid",
    "x-amzn-request-id",
    "x-reqid",  # Qiniu
    "x-guploader-uploadid",
    "x-goog-request-id",
    "x-kong-request-id",  # what only stands in between from here on
    "x-correlation-id",
    "x-trace-id",
    "trace-id",
    "eagleeye-traceid",
    "x-b3-traceid",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "traceparent",
    "x-amz-cf-id",
    "x-vercel-id",
    "cf-ray",
)
"""The gateway's own first, then its upstream's, then the storage's, and what only relays last."""
_LOGIN_SCHEMES = {
    name.lower(): name for name in ("Basic", "Digest", "Kerberos", "Negotiate", "NTLM")
}
_CONTENT_RANGE = re.compile(
    r"bytes[ =]+(?:([0-9]{1,18})\s*-\s*([0-9]{1,18})|\*)\s*/\s*([0-9]{1,18}|\*)", re.IGNORECASE
)


def request_id(headers: Mapping[str, str]) -> str:
    """What the support of the gateway or of the storage asks for, or ""."""
    found = (clean_line(headers.get(name, ""), 128) for name in _REQUEST_IDS)
    return next((value for value in found if value), "")


def login_scheme(headers: Mapping[str, str]) -> str:
    """How a 401 asks for a name and password (`Basic`, `NTLM`, …), or "" where it does not.

    RFC 9110, 11.6.1: several challenges in one header, each with parameters that may be quoted.
    """
    challenges = re.sub(r'"(?:\\.|[^"\\])*"', "", headers.get("www-authenticate", ""))
    for word in re.findall(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?![A-Za-z0-9-]|\s*=)", challenges):
        if word.lower() in _LOGIN_SCHEMES:
            return _LOGIN_SCHEMES[word.lower()]
    return ""


def server_time(headers: Mapping[str, str]) -> float | None:
    """Unix seconds of the Date header."""
    return _http_date(headers.get("date", ""))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, from a number or a date; None for an absurd one.

    A date is compared with the server's own Date where it gave one, else with `now`.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        seconds = float(value)
    elif (moment := _http_date(value)) is not None:
        here = server_time(headers)
        seconds = moment - (now if here is None else here)
    else:
        return None
    return seconds if 0 <= seconds <= LONGEST_RETRY_AFTER else None


def compressions(headers: Mapping[str, str]) -> list[str]:
    """The compressions of a body, in the order in which they were applied, in lower case.

    Servers also write there what is no compression, such as `aws-chunked` or a charset.
    """
    value = headers.get("content-encoding", "").lower().split(",")
    words = [word.strip().strip("\"'") for word in value]
    return [word for word in words if not _NO_COMPRESSION.fullmatch(word)]


def content_range(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """(offset of the first byte, whole length) as Content-Range gives them, if it makes sense."""
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None:
        return None, None
    start, end = (None if value is None else int(value) for value in found.groups()[:2])
    total = None if found[3] == "*" else int(found[3])
    if start is not None and end is not None and (end < start or end >= (total or end + 1)):
        return None, None
    return start, total


def validator(headers: Mapping[str, str]) -> str | None:
    """What If-Range may be sent with: a strong ETag, else a Last-Modified that is a strong one.

    RFC 9110, 8.8.2.2: a date is strong if the response's Date is at least a second later.
    """
    etag = headers.get("etag", "").strip()
    if re.fullmatch(r'"[!#-~]*"', etag):
        return etag
    modified = headers.get("last-modified", "").strip()
    changed, sent = _http_date(modified), server_time(headers)
    if etag or changed is None or sent is None or sent - changed < 1:
        return None
    return modified


def version(headers: Mapping[str, str]) -> str:
    """What is another one where the file is another one, be it too weak for If-Range; or "".

    RFC 9110, 8.8.3.2: weak ETags are compared without their mark.
    """
    etag = headers.get("etag", "").strip().removeprefix("W/")
    return etag if re.fullmatch(r'"[!#-~]*"', etag) else validator(headers) or ""


def is_in_pieces(headers: Mapping[str, str]) -> bool:
    """Whether the body is no file but several pieces of one, each with headers of its own."""
    return headers.get("content-type", "").strip().lower().startswith("multipart/byteranges")


def may_be_text(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a response to a request for content has to be inspected: it may be an error."""
    return status == 200 or re.search("json|html", _kind(headers)) is not None


def is_text(status: int, first: bytes) -> bool:
    """Whether a body that begins with `first` is a text: an error message, not a video.

    The bytes decide, not the Content-Type, which may be wrong for a video, JSON or a page.
    """
    return status != 200 or (first != b"" and file_kind(first) is FileKind.TEXT)


def _kind(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").strip().lower()


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text.strip()[:64])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
