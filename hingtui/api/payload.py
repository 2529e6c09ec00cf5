"""Read a video from the JSON of a gateway: its words, places, units and envelopes.

The forms are from the gateway's documentation, and from what similar gateways are known to send. It
must not import httpx.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from hingtui.api.envelopes import (
    ERROR_WORDS,
    MEANINGS,
    STATUS_KEYS,
    Found,
    calls_itself_video,
    is_operation,
    names,
    own_id,
    parse_status,
    plain,
    says_status,
    unwrap,
)
from hingtui.api.error_text import reported_error, server_message, why_failed
from hingtui.api.fields import Fields, at, every, first, line, number
from hingtui.api.link_expiry import link_expiry
from hingtui.api.links import find_link, find_links
from hingtui.api.places import (
    COMPLETED,
    COST,
    CREATED,
    EXPIRES,
    LIVES,
    MODEL,
    PROGRESS,
    PROMPT,
    SECONDS,
    SIZE,
)
from hingtui.api.times import Moment, Times, parse_moment, settle
from hingtui.model.errors import HingtuiError
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.text.clean import clean_block
from hingtui.text.i18n import _


class NotAVideo(HingtuiError):
    """The response holds no video. `message` and `code` are the server's own, cleaned, or ""."""

    def __init__(self, message: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def parse_video(payload: object, video_id: str | None = None, now: float | None = None) -> Video:
    """The video in a response; `video_id`, the id that was asked for, becomes its id.

    Without `video_id` (an entry of a list) it keeps its own id. `now` is the moment of the response
    in Unix seconds: a completion after it is unknown. Raises NotAVideo.
    """
    found = unwrap(payload, video_id)
    if found is None:
        message, code = server_message(payload)
        raise NotAVideo(message, code)
    video = found.video
    raw_id = own_id(video)
    remote_id = line(raw_id)
    key = video_id if video_id is not None else remote_id
    is_changed = isinstance(raw_id, str) and raw_id.strip() != remote_id
    if not key or (video_id is None and is_changed):
        raise NotAVideo  # a cleaned id would name nothing, or another video
    raw_status, status, error = _status_and_error(found)
    links = find_links(video) or ("",)
    link = links[0]
    times, by_link = _times(found, status, link, now)
    return Video(
        id=key,
        status=status,
        raw_status=raw_status,
        progress=_parse_progress(video, status),
        model=_text(found, MODEL),
        prompt=clean_block(next((p for p in every(video, PROMPT) if isinstance(p, str)), "")),
        seconds=_seconds(found),
        size=_size(video),
        created_at=times.created,
        completed_at=times.completed,
        expires_at=times.expires,
        expires_by_link=by_link,
        usual_life=_usual_life(found),
        error=error,
        cost=_cost(found),
        remote_id=remote_id if not (names(video, key) or remote_id == key) else "",
        remixed_from=line(video.get("remixed_from_video_id")),
        link=link,
        more_links=links[1:],
        outputs=len(links) if status is Status.READY else 1,
    )


def video_despite(payload: object, video_id: str, now: float | None = None) -> Video | None:
    """The video in the body of a response with the HTTP status of an error.

    None unless it is certainly the video that was asked for: it has that id or is called a video,
    and its status is a known word.
    """
    found = unwrap(payload, video_id)
    if found is None or not says_status(found.video):
        return None
    word = plain(line(first(found.video, STATUS_KEYS)))
    calls_itself_one = calls_itself_video(found.video)
    if not (calls_itself_one or names(found.video, video_id)):
        return None
    if word == "notfound" or word not in MEANINGS:
        return None
    if word in ERROR_WORDS and not calls_itself_one and "code" in {*found.video, *found.envelope}:
        return None
    return parse_video(payload, video_id, now)


def parse_progress(value: object) -> float | None:
    """Per cent within 0–100, or None for what is no number. `"45%"` is 45; −5 is 0; 150 is 100.

    A fraction between 0 and 1 without a per cent sign is a share: 0.3 is 30.
    """
    is_share = not (isinstance(value, str) and "%" in value)
    if isinstance(value, str):
        value = value.strip().removesuffix("%")
    plain = number(value)
    if plain is None:
        return None
    if is_share and 0 < plain < 1:
        plain = round(plain * 100, 6)
    return min(100.0, max(0.0, plain))


def _status_and_error(found: Found) -> tuple[str, Status, VideoError | None]:
    """The server's word, what it means, and why the video failed where it did."""
    video = found.video
    raw_status = line(first(video, STATUS_KEYS))
    status = parse_status(raw_status)
    if not raw_status and is_operation(video):
        status = _status_of_operation(video)
    elif status is Status.UNKNOWN and plain(line(video.get("status"))) == "unknown":
        status = Status.QUEUED  # new-api's word for "not started"
    if status is Status.READY and _is_refused(video) and not find_link(video):
        reason = why_failed(video, {})
        filtered = at(video, "response.generateVideoResponse.raiMediaFilteredReasons.0")
        words = reason.message if reason else line(filtered)
        words = words or _("The moderation of the provider refused it.")
        return "", Status.FAILED, VideoError("moderation_blocked", words)
    if status is Status.FAILED:
        return raw_status, status, why_failed(video, found.envelope)
    return raw_status, status, None if status is Status.READY else reported_error(video)


def _status_of_operation(found: Fields) -> Status:
    if found.get("done") is not True:
        return Status.GENERATING
    return Status.FAILED if found.get("error") else Status.READY


def _is_refused(found: Fields) -> bool:
    """Whether a finished video was held back: xAI's and Google's way to refuse one."""
    filtered = at(found, "response.generateVideoResponse.raiMediaFilteredCount")
    flags = (found.get("respect_moderation"), at(found, "video.respect_moderation"))
    return False in [flag for flag in flags if isinstance(flag, bool)] or bool(number(filtered))


def _times(found: Found, status: Status, link: str, now: float | None) -> tuple[Times, bool]:
    """The three times, and whether the expiry is only that of the link."""
    video = found.video
    times = settle(_moment(video, CREATED), _moment(video, COMPLETED), _moment(video, EXPIRES), now)
    expires = times.expires
    if expires is None:
        expires = _relative_expiry(video, times, now)
    by_link = expires is None and status is Status.READY and link != ""
    if by_link:
        expires = link_expiry(link, now)
    return Times(times.created, times.completed, expires), by_link and expires is not None


def _moment(found: Fields, paths: Iterable[str]) -> Moment | None:
    return next((m for value in every(found, paths) if (m := parse_moment(value))), None)


def _relative_expiry(found: Fields, times: Times, now: float | None) -> float | None:
    seconds = number(first(found, ("expires_in", "expiresIn")))
    start = now if times.completed is None else times.completed
    return None if seconds is None or start is None or not 0 < seconds < 1e8 else start + seconds


def _usual_life(found: Found) -> float | None:
    """Seconds that files stay at the kind of gateway that sends such a response."""
    for life, paths in LIVES:
        for holder in found.holders:
            if next(every(holder, paths), None) is not None:
                return life
    if line(own_id(found.video)).startswith("cgt-"):  # Volcengine Ark, also behind relays
        return 86_400.0
    return 2 * 86_400.0 if is_operation(found.video) else None


def _parse_progress(found: Fields, status: Status) -> float | None:
    value = next(every(found, PROGRESS), None)
    if (
        status is Status.READY and value is not True and value in (1, "1")
    ):  # the end, for a gateway that counts to one
        return 100.0
    return parse_progress(value)


def _text(found: Found, paths: Iterable[str]) -> str:
    for holder in found.holders:
        for value in every(holder, paths):
            if text := line(value):
                return text
    return ""


def _seconds(found: Found) -> float | None:
    for holder in found.holders:
        for value in every(holder, SECONDS):
            if isinstance(value, str):
                value = re.sub(r"\s*s(ec(onds?)?)?$", "", value.strip())
            seconds = number(value)
            if seconds is not None and 0 < seconds <= 86_400:
                return seconds
    return None


def _size(found: Fields) -> str:
    """Width x height, else what comes nearest to it: `720p`, `16:9`."""
    width, height = number(found.get("video_width")), number(found.get("video_height"))
    if size := line(first(found, ("size",))):
        return size
    if width and height:
        return f"{width:.0f}x{height:.0f}"
    return next((text for value in every(found, SIZE) if (text := line(value))), "")


def _cost(found: Found) -> Cost | None:
    for paths, unit, divisor in COST:
        for holder in found.holders:
            for value in every(holder, paths):
                amount = number(value)
                if amount is not None and 0 <= amount / divisor < math.inf:
                    return Cost(amount / divisor, unit)
    return None
