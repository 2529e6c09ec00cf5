"""Read a response: a body becomes a video, or a link; a page of the list in `pages`.

Must not import httpx: tests build responses without a network.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hingtui.api.error_text import server_message
from hingtui.api.fields import decoded, load_json
from hingtui.api.headers import request_id, server_time
from hingtui.api.links import find_link
from hingtui.api.payload import NotAVideo, parse_video, video_despite
from hingtui.api.raw_response import RawResponse
from hingtui.api.response_errors import (
    Call,
    Response,
    error_for,
    is_unknown_id,
    is_web_page,
    make,
    own_message,
)
from hingtui.model.errors import ApiError, BadResponse, NotFound, NotReady
from hingtui.model.video import Status, Video, VideoError
from hingtui.system.clock import is_believable
from hingtui.text.i18n import _
from hingtui.text.redaction import redacted

GOOD = (200, 201, 202, 203)
"""HTTP statuses whose body is read."""
_ACCEPTED = (201, 202)
"""Statuses that may come without a body: the job was accepted, and nothing more is known."""
_NO_ERROR_CODES = ("", "0", "200", "201", "202", "success", "ok", "accepted")
_NOT_READY_CODE = re.compile(r"not_?(ready|finish|complet|generat)|in_?progress|processing")
_SERVER_TEXTS = ("raw_status", "model", "prompt", "size", "remote_id", "remixed_from")
"""Fields of a video that are shown and stored as the server sent them."""


@dataclass(frozen=True, slots=True)
class VideoResponse:
    """The gateway's response about one video."""

    video: Video
    server_time: float | None
    """The gateway's clock at its response, in Unix seconds."""
    raw: RawResponse | None = field(repr=False)
    """What the gateway sent; None if that was no JSON."""


def read_video(response: Response, video_id: str, here: float) -> VideoResponse:
    """The video in a response of any HTTP status. Raises an ApiError if there is none.

    `here` is this machine's clock in Unix seconds.
    """
    if response.status not in GOOD:
        described = _despite_status(response, video_id, here)
        if described is None:
            raise error_for(Call.RETRIEVE, response, here)
        return described
    may_be_empty = response.status in _ACCEPTED
    if may_be_empty and _is_no_json(response):
        return VideoResponse(Video(video_id, Status.QUEUED), server_time(response.headers), None)
    payload = read_json(response)
    try:
        video = parse_video(payload, video_id, now_at(response, here))
    except NotAVideo as nothing:
        if may_be_empty and not _is_error(payload, nothing):
            raw = raw_part(payload, response)
            return VideoResponse(Video(video_id, Status.QUEUED), server_time(response.headers), raw)
        kind = NotFound if is_unknown_id(nothing.code) else BadResponse
        is_garbled = "\ufffd" in decoded(response.body)
        default = (
            _("The response is not valid JSON.")
            if is_garbled
            else _("The response contains no video.")
        )
        message = nothing.message or default
        raise make(kind, response, message, nothing.code) from None
    return _video_response(video, response, payload)


def _video_response(video: Video, response: Response, payload: object) -> VideoResponse:
    clean = without_secrets(video, response)
    return VideoResponse(clean, server_time(response.headers), raw_part(payload, response))


def raw_part(payload: object, response: Response, share: int = 1) -> RawResponse:
    """`payload` as one of `share` parts of a body."""
    return RawResponse(payload, len(response.body) // share, response.secrets)


def _despite_status(response: Response, video_id: str, here: float) -> VideoResponse | None:
    """The video in a response with the HTTP status of an error; None if it is an error."""
    if not 200 <= response.status < 600:
        return None
    try:
        payload = read_json(response)
    except BadResponse:
        return None
    video = video_despite(payload, video_id, now_at(response, here))
    if video is None:
        return None
    return _video_response(video, response, payload)


def _is_no_json(response: Response) -> bool:
    """Whether a 201 or 202 has no JSON: no body, or a few words of text."""
    return not (is_web_page(response) or decoded(response.body).lstrip().startswith(("{", "[")))


def _is_error(payload: object, nothing: NotAVideo) -> bool:
    """Whether JSON without a video in it is an error, and not just "accepted"."""
    if isinstance(payload, Mapping):
        if payload.get("error") or payload.get("errors") or payload.get("success") is False:
            return True
        if str(payload.get("status", "")).lower() in ("error", "fail", "failed"):
            return True
    return nothing.code.lower() not in _NO_ERROR_CODES


def now_at(response: Response, here: float) -> float:
    """Unix seconds of the response: its Date if that can be right, else `here`."""
    there = server_time(response.headers)
    return there if there is not None and is_believable(there, here) else here


def read_link(response: Response) -> str:
    """The direct link in JSON that came instead of the content.

    Raises NotReady, NotFound or BadResponse with the server's message if there is none.
    """
    payload = read_json(response)
    message, code = server_message(payload)
    word = code.lower()
    kind: type[ApiError] = BadResponse
    if link := find_link(payload):
        return link
    if isinstance(payload, Mapping):
        kind = NotFound if is_unknown_id(code) else kind
        if _NOT_READY_CODE.search(word) or _is_still_running(payload):
            kind = NotReady
    raise make(kind, response, message or own_message(kind, response.status), code)


def read_json(response: Response) -> object:
    """The JSON of a body. Raises BadResponse for anything else, such as a web page."""
    try:
        payload: object = load_json(response.body)
    except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError
        if is_web_page(response):
            message = _("The response is a web page and not the API's: check the base URL.")
        elif not response.body.strip():
            message = _("The response is empty.")
        else:
            message = _("The response is not valid JSON.")
        raise make(BadResponse, response, message) from None
    return payload


def unpack(body: bytes, codings: Sequence[str], cap: int) -> bytes | None:
    """`body` without its compressions; None past `cap` bytes. Raises ValueError if damaged.

    `codings` are in the order in which the server applied them (`headers.compressions`).
    """
    for coding in reversed(codings):
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise ValueError(coding)
        plain = _inflated(body, cap)
        if plain is None:
            return None
        body = plain
    return body


def _inflated(body: bytes, cap: int) -> bytes | None:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: detect gzip or zlib
    try:
        plain = unpacker.decompress(body, cap + 1)  # bounded: a decompression bomb stays small
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(plain) > cap:
        return None
    if not unpacker.eof:
        raise ValueError("truncated")
    return plain


def _is_still_running(payload: Mapping[str, object]) -> bool:
    try:
        video = parse_video(payload, "-")
    except NotAVideo:
        return False
    return video.raw_status != "" and not video.status.is_final


def without_secrets(video: Video, response: Response) -> Video:
    """`video` without secrets: error messages quote signed URLs, and prompts hold links."""
    clean: dict[str, Any] = {
        name: hidden
        for name in _SERVER_TEXTS
        if (text := getattr(video, name))
        and (hidden := redacted(text, response.secrets, only_urls=name == "prompt")) != text
    }
    if video.error is not None:
        code, message = video.error.code, video.error.message
        texts = (code, message, request_id(response.headers))
        clean["error"] = VideoError(*(redacted(text, response.secrets) for text in texts))
    return replace(video, **clean) if clean else video
