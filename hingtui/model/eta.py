"""Decide when to poll a running video again, and when its file expires.

Pure functions of what was observed. All times are Unix seconds on the gateway's clock.
The estimate that a person sees is in `estimate`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from enum import Enum

from hingtui.model.video import USUAL_LIFE, Status, Video

SOONEST, LATEST = 1.0, 15.0
"""Seconds between two requests about one running video: a gateway itself asks its upstream only
about every 15 s."""
STEADY = 5.0
"""Seconds between requests if no progress is ever reported: then a steady pace is best."""
SLOW = 30.0
"""Seconds between requests about a video whose status word is not known here."""
RARE = 300.0
"""Seconds between requests about an id that the gateway does not know."""
GRACE = 90.0
"""Seconds during which an unknown id may simply be too new."""
EARLY = 10.0
"""Per cent of progress below which the usual duration predicts more than the pace so far."""
_STILL = 0.3
"""Without any progress, the time left is at least this share of the time passed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the progress of one running video was observed to move."""

    started_at: float
    """When it was created; when it was first seen if the gateway does not say."""
    first: float
    first_at: float
    """The first progress seen, and when."""
    latest: float
    moved_at: float
    """The latest progress seen, and when it last changed."""
    longest_still: float = 0.0
    """The longest time in seconds for which it did not change."""

    @property
    def still_since(self) -> float:
        """When something last changed; its creation where no progress was ever reported."""
        return self.moved_at if self.latest > 0 else self.started_at

    def seen(self, progress: float, now: float) -> Pace:
        """The pace after one more observation; a progress that falls restarts the measurement."""
        if progress < self.latest:
            return replace(self, first=progress, first_at=now, latest=progress, moved_at=now)
        if progress > self.latest:
            still = max(self.longest_still, now - self.moved_at)
            return replace(self, latest=progress, moved_at=now, longest_still=still)
        return self


def first_pace(video: Video, now: float) -> Pace:
    """The pace after the first observation."""
    started_at = min(now, video.created_at if video.created_at is not None else now)
    progress = video.progress or 0.0
    return Pace(started_at, progress, now, progress, now)


def speed(pace: Pace) -> float | None:
    """Per cent a second: as observed, else since the creation; None if unknown."""
    if pace.latest > pace.first and pace.moved_at > pace.first_at:
        return (pace.latest - pace.first) / (pace.moved_at - pace.first_at)
    if pace.latest > 0 and pace.first_at > pace.started_at:
        return pace.first / (pace.first_at - pace.started_at)
    return None


def is_stalled(pace: Pace, now: float) -> bool:
    """Whether the progress has stood still for far longer than its pace explains."""
    rate = speed(pace)
    usual = 10 / rate if rate else 60.0
    return now - pace.moved_at > max(30.0, 2 * usual)


def remaining(pace: Pace, now: float, usual: float | None) -> float | None:
    """A guess for `poll_interval`: seconds until finished, at least 0; None without grounds for it.

    `usual` is the median duration of finished videos of the same model and length, if known.
    """
    rate = speed(pace)
    is_early = pace.latest < EARLY and usual is not None
    if rate and pace.latest < 100 and not is_early and not is_stalled(pace, now):
        return max(0.0, (100 - pace.latest) / rate - (now - pace.moved_at))
    if usual is None or pace.latest >= EARLY:
        return None
    age = now - pace.started_at
    return max(usual - age, _STILL * age)


def poll_interval(status: Status, pace: Pace, now: float, usual: float | None) -> float:
    """Seconds until the next request about a video that is not finished, without jitter."""
    if status is Status.UNKNOWN:
        return SLOW
    if pace.latest <= 0:
        # Hardly any video takes less than half the usual time; after that, a steady pace is best.
        early = 0.0 if usual is None else usual / 2 - (now - pace.started_at)
        return _clamp(early, STEADY, LATEST)
    still = now - pace.moved_at
    left = remaining(pace, now, usual)
    if left is None:
        return _clamp(still / 12, STEADY, LATEST)
    if left > 0:
        return _clamp(left / 2, SOONEST, LATEST)
    return _clamp(still / 2, SOONEST, STEADY)


def jitter(seconds: float, rng: random.Random) -> float:
    """`seconds` ±10 %, so that requests sent together do not stay together."""
    return seconds * rng.uniform(0.9, 1.1)


class Basis(Enum):
    """Where the moment of an expiry comes from, the most reliable first."""

    SERVER = "server"
    LINK = "link"
    """Read from the signed link: exact, but a fresh link may last longer."""
    ESTIMATE = "estimate"
    """The time for which such gateways usually keep a file."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a finished file is deleted."""

    at: float
    basis: Basis

    @property
    def is_estimate(self) -> bool:
        """Whether the moment is only estimated."""
        return self.basis is Basis.ESTIMATE


def expiry(video: Video, ready_seen_at: float | None) -> Expiry | None:
    """When the file of a ready video is deleted; None if nothing is known about it.

    `ready_seen_at` is when this program saw it become ready. If not even that is known, the file
    counts as old as its job: better too early than too late.
    """
    if video.status is not Status.READY:
        return None
    if video.expires_at is not None:
        return Expiry(video.expires_at, Basis.LINK if video.expires_by_link else Basis.SERVER)
    life = USUAL_LIFE if video.usual_life is None else video.usual_life
    if math.isinf(life):
        return None  # the user's own machine keeps its files
    known = (video.completed_at, ready_seen_at, video.created_at)
    finished = next((moment for moment in known if moment is not None), None)
    return None if finished is None else Expiry(finished + life, Basis.ESTIMATE)


def _clamp(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
