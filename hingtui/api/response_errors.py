"""Choose the error class for a failed request, and keep the server's own message.

Must not import httpx: tests build responses without a network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from hingtui.api.error_text import server_message
from hingtui.api.fields import load_json
from hingtui.api.headers import content_range, login_scheme, request_id, retry_after
from hingtui.api.raw_response import RawErrorBody
from hingtui.model.errors import (
    ApiError,
    BadResponse,
    Blocked,
    Expired,
    Forbidden,
    LoginRequired,
    NotFound,
    NotOffered,
    NotReady,
    ProxyLogin,
    RangeRefused,
    RateLimited,
    Rejected,
    ServerError,
    StorageRefused,
    Unauthorized,
)
from hingtui.text.clean import clean_block, clean_line
from hingtui.text.i18n import _
from hingtui.text.redaction import redacted

E = TypeVar("E", bound=ApiError)

_REQUEST_ID_KEYS = ("request_id", "requestId", "RequestId", "req_id", "log_id", "trace_id")
_UNKNOWN_ID_CODES = ("task_not_exist", "task_not_exists", "task_not_found", "video_not_found")


class Call(Enum):
    """The kind of request: the same status means different things."""

    RETRIEVE = "retrieve"
    LIST = "list"
    CONTENT = "content"
    STORAGE = "storage"
    """Content from a link: another server, without the token, which a 401 there says nothing of."""


@dataclass(frozen=True, slots=True)
class Response:
    """One whole response. `headers` finds names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The token and passwords, which no message may repeat, even if the server does."""
    location: bytes = field(default=b"", repr=False)
    """The raw `Location`, which `headers` no longer has."""


def is_unknown_id(code: str) -> bool:
    """Whether the server's error code means that it has no such video."""
    return code.lower() in _UNKNOWN_ID_CODES


def is_web_page(response: Response) -> bool:
    """Whether this is a web page."""
    content_type = response.headers.get("content-type", "").lower()
    return (
        "html" in content_type
        or re.match(rb"\s*<(!doctype|html|head)", response.body, re.IGNORECASE) is not None
    )


def error_for(call: Call, response: Response, now: float) -> ApiError:
    """The error for a response without success. `now` is Unix seconds, for Retry-After."""
    message, code = _server_message(response)
    kind = _kind(call, response, code)
    if kind in (Blocked, Unauthorized) and _is_login_in_front(response):
        kind, code = LoginRequired, ""
    if kind in (LoginRequired, ProxyLogin):
        # The text of an error page does not mention the login.
        message = f"{_login_message(response)} {message}".strip()
    error = make(kind, response, message or own_message(kind, response.status), code)
    error.is_bare = not message
    if isinstance(error, RateLimited):
        error.retry_after = retry_after(response.headers, now)
    if isinstance(error, RangeRefused):
        error.total = content_range(response.headers)[1]
    return error


def too_big(response: Response, cap: int) -> BadResponse:
    """The error for a response of more than `cap` bytes."""
    megabytes = cap // 2**20
    message = _("The response is larger than {limit} MiB: refused.").format(limit=megabytes)
    return make(BadResponse, response, message)


def damaged(response: Response) -> BadResponse:
    """The error for a response whose compression is broken, or not one that we accept."""
    return make(BadResponse, response, _("The response's compression cannot be read."))


def make(kind: type[E], response: Response, message: str, code: str = "") -> E:
    """An error of `kind` for `response`, without any secret in its texts."""
    error = kind(
        redacted(message, response.secrets),
        code=redacted(code, response.secrets),
        request_id=redacted(_request_id(response), response.secrets),
        http_status=response.status,
    )
    if response.body.strip():
        error.body = RawErrorBody(response.body, response.secrets)
    return error


def _request_id(response: Response) -> str:
    """The request id in the headers, else in the body of an error, else ""."""
    if (in_headers := request_id(response.headers)) or response.status == 200:
        return in_headers
    try:
        payload: object = load_json(response.body)
    except (ValueError, RecursionError):
        found = re.search(rb"<RequestId>([!-~]{1,128})</RequestId>", response.body[:20_000])
        return clean_line(found[1].decode("ascii"), 128) if found else ""
    if not isinstance(payload, Mapping):
        return ""
    holders = (payload.get("error"), payload, payload.get("data"))
    ids = (
        holder.get(name)
        for holder in holders
        if isinstance(holder, Mapping)
        for name in _REQUEST_ID_KEYS
    )
    return next((clean_line(text, 128) for text in ids if isinstance(text, str) and text), "")


def _kind(call: Call, response: Response, code: str) -> type[ApiError]:
    status = response.status
    if call is Call.STORAGE:
        # The link has expired, or the storage is overloaded: a fresh link helps. It is neither
        # about the token (401) nor about the gateway's rate limit (429).
        return _OF_STORAGE.get(status, StorageRefused)
    if is_unknown_id(code) and call is not Call.LIST and status < 500:
        return NotFound
    special = _SPECIAL.get((call, status)) or _USUAL.get(status)
    if special in (Unauthorized, Forbidden) and not _is_of_api(response):
        return Blocked
    if special is not None:
        return special
    if status >= 500:
        return ServerError
    return Rejected if 400 <= status < 500 and _is_of_api(response) else BadResponse


def _is_of_api(response: Response) -> bool:
    """Whether this is from the gateway's API, and not a page of a firewall or a proxy."""
    try:
        load_json(response.body.strip() or b"null")
    except (ValueError, RecursionError):
        return False
    return True


_OF_STORAGE: dict[int, type[ApiError]] = {
    202: NotReady,
    204: NotReady,
    407: ProxyLogin,
    416: RangeRefused,
}
_USUAL: dict[int, type[ApiError]] = {
    401: Unauthorized,
    402: Unauthorized,  # payment required: like a 401, it is up to the account
    403: Forbidden,
    404: NotFound,
    407: ProxyLogin,  # only proxies respond with it
    408: ServerError,
    410: Expired,
    425: ServerError,
    429: RateLimited,
}
_SPECIAL: dict[tuple[Call, int], type[ApiError]] = {
    (Call.LIST, 404): NotOffered,
    (Call.LIST, 405): NotOffered,
    (Call.LIST, 410): NotOffered,
    (Call.LIST, 501): NotOffered,
    (Call.RETRIEVE, 405): NotOffered,
    (Call.RETRIEVE, 501): NotOffered,
    (Call.CONTENT, 202): NotReady,
    (Call.CONTENT, 204): NotReady,
    (Call.CONTENT, 400): NotReady,
    (Call.CONTENT, 404): NotReady,
    (Call.CONTENT, 405): NotOffered,
    (Call.CONTENT, 409): NotReady,
    (Call.CONTENT, 425): NotReady,
    (Call.CONTENT, 501): NotOffered,
    (Call.CONTENT, 416): RangeRefused,
}


def _server_message(response: Response) -> tuple[str, str]:
    """(message, code) of an error body: JSON, a storage's XML, a page's title, or plain text."""
    try:
        payload: object = load_json(response.body)
    except (ValueError, RecursionError):
        text = response.body[:20_000].decode("utf-8", "replace")
    else:
        message, code = server_message(payload)
        if message or code or not isinstance(payload, Mapping):
            return message, code
        return server_message(payload.get("data"))
    if not text.lstrip().startswith("<"):
        return clean_block(text, 500), ""
    headline = re.search(r"<(Message|title)[^>]*>([^<]{1,500})</", text, re.IGNORECASE)
    word = re.search(r"<Code>([^<]{1,100})</", text)
    return clean_line(headline[2]) if headline else "", clean_line(word[1]) if word else ""


def _is_login_in_front(response: Response) -> bool:
    """Whether a 401 is from a server in front of the gateway, which itself responds in JSON."""
    is_login = response.status == 401 and bool(login_scheme(response.headers))
    return is_login and (not response.body.strip() or not _is_of_api(response))


def _login_message(response: Response) -> str:
    if response.status == 407:
        return _("The proxy asks for a name and password (HTTP {status}).").format(status=407)
    return _(
        "Something in front of the gateway asks for a name and password (HTTP {scheme})."
    ).format(scheme=login_scheme(response.headers))


def own_message(kind: type[ApiError], status: int) -> str:
    """Our sentence for an error without a message of the server."""
    if kind is StorageRefused:
        text = _("The storage server refuses to send the file (HTTP {status}).")
    elif kind is Blocked:
        text = _("Something in front of the gateway refuses the request (HTTP {status}).")
    elif kind is Expired:
        text = _("The gateway has deleted this video (HTTP {status}).")
    elif kind is Rejected:
        text = _("The gateway rejects the request (HTTP {status}).")
    elif kind is Unauthorized:
        text = _("The gateway does not accept the token.")
    elif kind is Forbidden:
        text = _("The token may not use this.")
    elif kind is NotFound:
        text = _("The gateway knows no such video.")
    elif kind is NotReady:
        text = _("The video is not ready to be downloaded yet.")
    elif kind is RangeRefused:
        text = _("The gateway has no more bytes of this file.")
    elif kind is RateLimited:
        text = _("The gateway asks to slow down.")
    elif kind is ServerError:
        text = _("The gateway has a problem (HTTP {status}).")
    elif kind is NotOffered:
        text = _("The gateway does not offer this call (HTTP {status}).")
    elif status == 200:
        text = _("The gateway sent something else instead of the video.")
    else:
        text = _("The gateway responded with an unexpected HTTP {status}.")
    return text.format(status=status)
