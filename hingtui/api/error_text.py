"""Find the server's own message and code, in an error body or in a video that failed.

Which error class they lead to is decided in `response_errors`.
"""

from __future__ import annotations

import re

from hingtui.api.fields import Fields, at, first, line, opened
from hingtui.model.video import VideoError
from hingtui.text.clean import clean_block

_MESSAGE_NAMES = (
    *("message", "msg", "detail", "error_msg", "error_message", "errorMessage", "err_msg"),
    *("fail_reason", "failReason", "failMsg", "fail_msg", "failure_reason", "failureReason"),
    *("failed_reason", "failure", "status_msg", "reason", "description", "title"),
)
_INNER_NAMES = ("error", "errors", "detail", "details", "message", "failure", "data")
_CODE_NAMES = (
    *("code", "error_code", "errorCode", "err_code", "errCode", "failCode", "fail_code"),
    *("failureCode", "failure_code", "status_code", "type"),
)
_REASONS = (
    *("error", "fail_reason", "failReason", "failMsg", "fail_msg", "failure_reason"),
    *("failureReason", "failed_reason", "failure", "task_status_msg", "error_message"),
    *("errorMessage", "error_msg", "err_msg", "errors", "base_resp.status_msg", "status_msg"),
    *("reason", "message", "msg"),
)
"""Fields in which a failed video has its reason, the most reliable first."""
_REASON_CODES = (
    *("failCode", "fail_code", "failureCode", "failure_code", "err_code", "errCode"),
    *("error_code", "errorCode", "base_resp.status_code", "code"),
)
_REASON_HOLDERS = ("", "output", "result", "task_result", "video", "metadata", "data", "response")
_NO_REASON = re.compile(r"(?i)|0+|200|ok|success|succeed(ed)?|none|null|n/?a|-|https?://\S+")
"""What stands in such a place without being a reason: an envelope's "success", an old link."""
_DEEPEST = 4


def server_message(payload: object) -> tuple[str, str]:
    """(message, code) from any error body seen: `{"error": …}`, `{"code", "message"}`, or text."""
    if isinstance(payload, str):
        return clean_block(payload, 500), ""
    if not isinstance(payload, dict):
        return "", ""
    for name in ("error", "errors"):
        message, code = _words(payload.get(name))
        if message or code:
            return message, code or line(payload.get("code"))
    return _words(payload)


def why_failed(found: Fields, envelope: Fields) -> VideoError | None:
    """The reason that a failed video gives, beside its status or in the envelope around it."""
    message = code = ""
    for holder in (*(at(found, name) if name else found for name in _REASON_HOLDERS), envelope):
        if not isinstance(holder, dict):
            continue
        here, its_code = _reason(holder)
        message, code = message or here, code or its_code
        if message:
            break
    return VideoError(code, message) if message or code else None


def reported_error(found: Fields) -> VideoError | None:
    """What stands under `error`; an empty message with a code like 0 is no error."""
    message, code = _words(found.get("error"))
    message, code = (word if _is_reason(word) else "" for word in (message, code))
    return VideoError(code, message) if message or code else None


def _reason(holder: Fields) -> tuple[str, str]:
    code = ""
    for path in _REASON_CODES:
        if not code and _is_reason(word := line(at(holder, path))):
            code = word
    for path in _REASONS:
        message, its_code = _words(at(holder, path))
        if _is_reason(its_code):
            code = its_code
        if _is_reason(message):
            return message, code
    return "", code


def _is_reason(text: str) -> bool:
    return _NO_REASON.fullmatch(text) is None


def _words(value: object, depth: int = 0) -> tuple[str, str]:
    """(message, code) of an error that is a text, an object, a list, or nested."""
    value = opened(value)
    if isinstance(value, str):
        return clean_block(value, 2000), ""
    if depth >= _DEEPEST:
        return "", ""
    if isinstance(value, list):
        found = (_words(entry, depth + 1) for entry in value[:10])
        return next(((m, c) for m, c in found if m or c), ("", ""))
    if not isinstance(value, dict):
        return "", ""
    code = line(first(value, _CODE_NAMES))
    texts = (value[name] for name in _MESSAGE_NAMES if isinstance(value.get(name), str))
    message = next((clean for text in texts if (clean := _words(text, depth + 1)[0])), "")
    for name in () if message else _INNER_NAMES:
        message, inner_code = _words(value.get(name), depth + 1)
        if message:
            return message, inner_code or code
    return message, code
