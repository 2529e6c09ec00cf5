"""Find the video in a response: which object it is, and which ones only wrap it.

Of a video's fields it reads only the id and the status word; the rest is in `payload`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hingtui.api.fields import Fields, first, line, opened
from hingtui.api.places import VIDEO_MARKS, WORDS, WRAPPERS
from hingtui.model.video import Status

MEANINGS = {word: status for status, words in WORDS.items() for word in words.split()}
STATUS_KEYS = ("status", "task_status", "state")
_ID_KEYS = ("id", "video_id", "task_id", "taskId", "videoId", "generation_id")
_ENVELOPE_MARKS = ("code", "request_id", "requestId", "message", "msg", "success")
ERROR_WORDS = ("error", "fail")
"""Status words that envelopes use for themselves: `{"status": "error", "message": …}`."""
_MOST_WRAPS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The object that is a video, and the outermost one around it."""

    video: Fields
    envelope: Fields

    @property
    def holders(self) -> tuple[Fields, ...]:
        """The video, then what is around it, if anything is."""
        return (self.video,) if self.envelope is self.video else (self.video, self.envelope)


def parse_status(word: str) -> Status:
    """The meaning of a server's status word, compared without case, blanks, `-` and `_`."""
    return MEANINGS.get(plain(word), Status.UNKNOWN)


def unwrap(payload: object, video_id: str | None) -> Found | None:
    """The object that is a video: the payload itself, or one that it wraps.

    An envelope's own `status` ("success": the call went well) is not the video's, and its `id`
    can be that of the request.
    """
    current = _only_one(opened(payload), video_id)
    if not isinstance(current, Mapping):
        return None
    envelope: Fields = current
    for _depth in range(_MOST_WRAPS):
        inner = _inner(current, video_id)
        if inner is None or not _is_envelope(current, inner, video_id):
            break
        current = inner
    is_video = _is_video(current) if says_status(current) else _is_bare_video(current)
    return Found(current, envelope) if is_video else None


def _inner(current: Fields, video_id: str | None) -> Fields | None:
    inside = (_only_one(opened(current.get(name)), video_id) for name in WRAPPERS)
    return next((inner for inner in inside if isinstance(inner, Mapping)), None)


def _only_one(value: object, video_id: str | None) -> object:
    """The entry of a list that is meant: the one that has the id, else the only one."""
    if not isinstance(value, list):
        return value
    entries = [entry for entry in value[:200] if isinstance(entry, Mapping)]
    named = [entry for entry in entries if video_id is not None and names(entry, video_id)]
    if named:
        return named[0]
    return entries[0] if len(entries) == len(value) == 1 and video_id is not None else None


def _is_envelope(current: Fields, inner: Fields, video_id: str | None) -> bool:
    """Whether the video is in `inner` and `current` only wraps it."""
    has_marks = any(name in current for name in _ENVELOPE_MARKS)
    if not says_status(inner):
        return not says_status(current) and (has_marks or not _says_id(current))
    if not says_status(current):
        return True
    if video_id is not None and names(current, video_id):
        return False
    if video_id is not None and names(inner, video_id):
        return True
    return has_marks or not _says_id(current)


def names(found: Fields, video_id: str) -> bool:
    keys = (*_ID_KEYS, "request_id", "name")
    return any(line(word) == video_id for key in keys if (word := found.get(key)))


def own_id(found: Fields) -> object:
    """The id in the response; a number beside a `task_id` is only a row in a database."""
    ids = [found[name] for name in _ID_KEYS if found.get(name) not in (None, "")]
    if not ids and is_operation(found):
        return found["name"]
    return next((word for word in ids if isinstance(word, str)), ids[0] if ids else None)


def says_status(found: Fields) -> bool:
    return any(isinstance(word := found.get(name), str) and word for name in STATUS_KEYS)


def _says_id(found: Fields) -> bool:
    return any(isinstance(word := found.get(name), str) and line(word) for name in _ID_KEYS)


def is_operation(found: Fields) -> bool:
    """Whether this is one of Google's long-running operations, which have no status word."""
    name = found.get("name")
    return isinstance(name, str) and re.search(r"(^|/)operations/", name) is not None


def _is_bare_video(found: Fields) -> bool:
    """An id without a status is a video, unless it is an error that carries its request's id."""
    if is_operation(found):
        return True
    is_error = found.get("error") or any(found.get(name) for name in ("code", "message", "msg"))
    return _says_id(found) and (found.get("object") == "video" or not is_error)


def _is_video(found: Fields) -> bool:
    """Whether an object with a status is a video and no envelope that has lost its contents."""
    word = plain(line(first(found, STATUS_KEYS)))
    status = MEANINGS.get(word, Status.UNKNOWN)
    if calls_itself_video(found):
        return True
    if _says_id(found):
        is_empty = "data" in found and not found["data"] and "code" in found
        return not (is_empty and status is Status.READY)
    if word in ERROR_WORDS or any(found.get(name) for name in ("code", "detail", "title")):
        return any(name in found for name in VIDEO_MARKS)
    if status is Status.FAILED and "error" in found:
        return True
    is_running = status in (Status.QUEUED, Status.GENERATING, Status.EXPIRED)
    return is_running or any(name in found for name in (*VIDEO_MARKS, "request_id"))


def calls_itself_video(found: Fields) -> bool:
    return str(found.get("object", "")).lower().startswith("video")


def plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word).lower()
