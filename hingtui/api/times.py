"""Read the times of a video, in every form, with or without a zone.

A time without a zone is in the gateway's own. Most such gateways run on Beijing time (UTC+8), some
on UTC, and the text does not say which. It is inferred from the other times of the same response
and from the moment of the response: the past does not lie in the future, and nothing finishes
before it was created.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hingtui.api.fields import number

BEIJING = 8 * 3600.0
"""Seconds that Beijing time is ahead of UTC."""
_SKEW = 300.0
"""Seconds by which two clocks may differ before a time counts as lying in the future."""
_JUST_NOW = 2 * 3600.0
"""Seconds: a job that, read as UTC, happened so recently is taken to have just happened."""
_A_DAY = 26 * 3600.0
"""Seconds that no zone reaches: a creation further ahead shows that our own clock is wrong."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """One time as written."""

    at: float
    """Unix seconds; a time without a zone is read as UTC here."""
    has_zone: bool = True


@dataclass(frozen=True, slots=True)
class Times:
    """Unix seconds, or None where a time is missing or cannot be known."""

    created: float | None = None
    completed: float | None = None
    expires: float | None = None


def parse_time(value: object) -> float | None:
    """Unix seconds from seconds, milli- or microseconds, digits, or ISO 8601; None when unknown.

    A time without a zone is read as UTC here; `settle` infers the zone.
    """
    moment = parse_moment(value)
    return None if moment is None else moment.at


def parse_moment(value: object) -> Moment | None:
    """One time; None for what is none.

    A time before 2001 or after 2286 is no time of a video (it is a zero, a sentinel or a mistake).
    """
    seconds, has_zone = number(value), True
    if seconds is None and isinstance(value, str):
        written = _written(value.strip()[:64])
        if written is None:
            return None
        has_zone = written.tzinfo is not None
        aware = written if has_zone else written.replace(tzinfo=UTC)
        seconds = (aware - _BEGINNING) / timedelta(seconds=1)
    if seconds is None:
        return None
    for _ in range(2):
        if seconds >= 1e10:  # year 2286 in seconds: it is milliseconds, then microseconds
            seconds /= 1000
    return Moment(seconds, has_zone) if 1e9 - 1 < seconds < 1e10 else None


def _written(text: str) -> datetime | None:
    """Read ISO 8601, also with slashes, a blank before the offset, or the word `UTC`."""
    text = re.sub(r"^(\d{4})/(\d\d?)/(\d\d?)", r"\1-\2-\3", text)
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def settle(
    created: Moment | None, completed: Moment | None, expires: Moment | None, now: float | None
) -> Times:
    """The three times of one response that came at `now` (Unix seconds, None where unknown).

    What can only be a shifted zone is unknown: a wrong time is worse than none.
    """
    if now is not None and created is not None and created.at - now > _A_DAY:
        now = None
    readings = [
        times
        for shift in (BEIJING, 0.0)
        if _is_consistent(times := _read(created, completed, expires, shift), now)
    ]
    if all(moment is None or moment.has_zone for moment in (created, completed, expires)):
        return _without_future(readings[0] if readings else _read(created, completed, expires), now)
    if not readings:
        return _without_future(_read(_zoned(created), _zoned(completed), _zoned(expires)), now)
    chosen = readings[0]
    tells_zone = any(m is not None and not m.has_zone for m in (created, completed))
    if len(readings) == 2 and tells_zone and _is_just_now(readings[1], now):
        chosen = readings[1]
    if len(readings) == 2 and _is_expiry_open(readings, now):
        return Times(chosen.created, chosen.completed)
    return chosen


def _read(
    created: Moment | None,
    completed: Moment | None,
    expires: Moment | None,
    shift: float = 0.0,
) -> Times:
    def plain(moment: Moment | None) -> float | None:
        if moment is None:
            return None
        return moment.at if moment.has_zone else moment.at - shift

    return Times(plain(created), plain(completed), plain(expires))


def _zoned(moment: Moment | None) -> Moment | None:
    return moment if moment is not None and moment.has_zone else None


def _is_consistent(times: Times, now: float | None) -> bool:
    """Whether nothing happened in the future, nor before what it follows."""
    past = [at for at in (times.created, times.completed) if at is not None]
    if now is not None and any(at > now + _SKEW for at in past):
        return False
    in_order = [at for at in (times.created, times.completed, times.expires) if at is not None]
    return all(earlier <= later + _SKEW for earlier, later in pairwise(in_order))


def _without_future(times: Times, now: float | None) -> Times:
    if now is None:
        return times
    created, completed = (
        None if at is not None and at > now + _SKEW else at
        for at in (times.created, times.completed)
    )
    return Times(created, completed, times.expires)


def _is_just_now(times: Times, now: float | None) -> bool:
    latest = max(times.created or 0.0, times.completed or 0.0)
    return now is not None and now - latest <= _JUST_NOW


def _is_expiry_open(readings: list[Times], now: float | None) -> bool:
    """Whether the file has expired by one reading and not by the other, so that it is unknown."""
    ends = [times.expires for times in readings if times.expires is not None]
    return now is not None and bool(ends) and min(ends) <= now < max(ends)
