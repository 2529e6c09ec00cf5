"""Reads a video from the JSON of a gateway: its words, places, units and envelopes.

The forms are from the gateway's page on querying a video and from what its siblings are known to
answer. It must not import the network or the screen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hingtui.errors import HingtuiError
from hingtui.text import clean_block, clean_line
from hingtui.video import Status, Video, VideoError


class NotAVideo(HingtuiError):
    """What came holds no video. `message` and `code` are the server's own words, cleaned, or ""."""

    def __init__(self, message: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


_WORDS = {
    word: status
    for status, words in {
        Status.QUEUED: "queued queueing pending submitted created notstart waiting",
        Status.GENERATING: "processing inprogress running generating started",
        Status.READY: "success succeeded succeed completed complete finished done",
        Status.FAILED: "failed failure fail error rejected cancelled canceled",
        Status.EXPIRED: "expired",
    }.items()
    for word in words.split()
}
_WRAPPERS = ("data", "result", "video", "task", "output")
_STATUS_KEYS = ("status", "task_status", "state")
_ID_KEYS = ("id", "video_id", "task_id")
_LINK_KEYS = ("video_url", "url", "result_url", "output_url")
_LINK_HOLDERS = ("result", "metadata", "data", "output")
_LARGEST_ID = 10**40
_REASON_KEYS = ("fail_reason", "failure_reason", "failed_reason", "task_status_msg", "reason")


def parse_status(word: str) -> Status:
    """The meaning of a server's status word, compared without case, blanks, `-` and `_`."""
    return _WORDS.get(re.sub(r"[\s_-]+", "", word).lower(), Status.UNKNOWN)


def parse_video(payload: object, video_id: str | None = None) -> Video:
    """The video in a server's answer, keyed on `video_id`, the id that was asked for.

    Without `video_id` (an entry of a list) the answer's own id is the key. Raises NotAVideo.
    """
    found = _unwrap(payload)
    if found is None:
        message, code = server_words(payload)
        raise NotAVideo(message, code)
    raw_id = _first(found, _ID_KEYS)
    remote_id = _line(raw_id)
    key = video_id if video_id is not None else remote_id
    is_changed = isinstance(raw_id, str) and raw_id.strip() != remote_id
    if not key or (video_id is None and is_changed):
        raise NotAVideo()  # an id that was cleaned names nothing on the server, or another video
    raw_status = _line(_first(found, _STATUS_KEYS))
    status = parse_status(raw_status)
    return Video(
        id=key,
        status=status,
        raw_status=raw_status,
        progress=parse_progress(found.get("progress")),
        model=_line(found.get("model")),
        prompt=clean_block(prompt) if isinstance(prompt := found.get("prompt"), str) else "",
        seconds=_parse_seconds(_first(found, ("seconds", "duration"))),
        size=_line(_first(found, ("size", "resolution"))),
        created_at=parse_time(_first(found, ("created_at", "created", "submit_time"))),
        completed_at=parse_time(_first(found, ("completed_at", "finish_time"))),
        expires_at=parse_time(found.get("expires_at")),
        error=_parse_error(found, status),
        remote_id=remote_id if remote_id != key else "",
        remixed_from=_line(found.get("remixed_from_video_id")),
        link=_find_link(found),
    )


def parse_progress(value: object) -> float | None:
    """Per cent within 0–100, or None for what is no number. `"45%"` is 45; −5 is 0; 150 is 100."""
    if isinstance(value, str):
        value = value.strip().removesuffix("%")
    number = _number(value)
    return None if number is None else min(100.0, max(0.0, number))


def parse_time(value: object) -> float | None:
    """Unix seconds from seconds, milli- or microseconds, digits, or ISO 8601; None when unknown.

    A time before 2001 or after 2286 is no time of a video (it is a zero, a sentinel or a mistake).
    """
    number = _number(value)
    if number is None and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip()[:64])
            number = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if number is None:
        return None
    for _ in range(2):
        if number >= 1e10:  # year 2286 in seconds: it is milliseconds, then microseconds
            number /= 1000
    return number if 1e9 - 1 < number < 1e10 else None


def server_words(payload: object) -> tuple[str, str]:
    """(message, code) from any error body seen: `{"error": …}`, `{"code", "message"}`, or text."""
    if isinstance(payload, str):
        return clean_block(payload, 500), ""
    if not isinstance(payload, Mapping):
        return "", ""
    error = payload.get("error")
    if isinstance(error, str) and error.strip():
        return clean_block(error, 2000), _line(payload.get("code"))
    source = error if isinstance(error, Mapping) else payload
    message = _first(source, ("message", "msg", "detail", "error_msg"))
    code = _first(source, ("code", "type"))
    return (
        clean_block(message, 2000) if isinstance(message, str) else "",
        _line(code),
    )


def _unwrap(payload: object) -> Mapping[str, object] | None:
    """The object that is a video: the payload itself or one that it wraps, two wraps deep.

    An envelope's own `status` ("success": the call went well) is not the video's.
    """
    if not isinstance(payload, Mapping):
        return None
    current: Mapping[str, object] = payload
    for _ in range(2):
        inner = next((v for name in _WRAPPERS if isinstance(v := current.get(name), Mapping)), None)
        if inner is None or _says_id(current):
            break
        if _says_status(current) and not _says_status(inner):
            break
        current = inner
    return current if _says_status(current) or _is_bare_video(current) else None


def _says_status(found: Mapping[str, object]) -> bool:
    return any(isinstance(word := found.get(name), str) and word for name in _STATUS_KEYS)


def _says_id(found: Mapping[str, object]) -> bool:
    return any(isinstance(word := found.get(name), str) and word for name in _ID_KEYS)


def _is_bare_video(found: Mapping[str, object]) -> bool:
    """An id without a status is a video, unless it is an error that carries its request's id."""
    return _says_id(found) and (found.get("object") == "video" or not found.get("error"))


def _first(found: Mapping[str, object], names: tuple[str, ...]) -> object:
    """The first of `names` that holds anything."""
    return next((found[name] for name in names if found.get(name) not in (None, "")), None)


def _line(value: object) -> str:
    """One cleaned line from a string or a plain number; "" for everything else."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_ID:
        return str(value)  # an id can have more digits than a float
    number = _number(value)
    return "" if number is None else f"{number:.15g}"


def _number(value: object) -> float | None:
    """A finite float from a number or from short digits; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\s*[-+]?\d[\d.eE+-]{0,40}\s*", value):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _parse_seconds(value: object) -> float | None:
    if isinstance(value, str):
        value = value.strip().removesuffix("s")
    number = _number(value)
    return number if number is not None and 0 < number <= 86_400 else None


def _parse_error(found: Mapping[str, object], status: Status) -> VideoError | None:
    error = found.get("error")
    message, code = server_words({"error": error}) if error else ("", "")
    if not message and status is Status.FAILED:
        reason = _first(found, _REASON_KEYS)
        message = clean_block(reason, 2000) if isinstance(reason, str) else ""
    return VideoError(code, message) if message or code else None


def _find_link(found: Mapping[str, object]) -> str:
    """The direct link, wherever it stands; only http(s) counts, whole, or not at all."""
    holders = [found, *(h for name in _LINK_HOLDERS if isinstance(h := found.get(name), Mapping))]
    for holder in holders:
        for name in _LINK_KEYS:
            link = holder.get(name)
            if isinstance(link, str) and re.fullmatch(r"https?://[!-~]{1,8000}", link):
                return link
    return ""
