"""Estimate how long a running video still takes, from its progress or from earlier videos.

Pure functions of what was observed. How often a video is asked about does not depend on this: that
is in `eta`. All times are Unix seconds on the gateway's clock.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hingtui.model.eta import Pace, is_stalled, speed

_ENOUGH = 5
"""Earlier videos that are needed to tell by them when one is stalled."""
_SHARE = 0.95
"""A video is stalled once it stands still for longer than this share of earlier ones ever did."""
_SHORTEST = 30.0
"""Seconds: a video that stands still for less is not stalled."""
_MOVED = 5.0
"""Per cent by which the progress was seen to move before its pace is shown."""
_TELLING = 10.0
"""Per cent of progress from which on its pace since the creation is shown."""
_OVERDUE = 0.3
"""The time left, as a share of its age, of a video that takes longer than any earlier one did."""
_LATE = 99.0
"""Per cent at which many gateways stand still until the end: no pace is to be read from it."""


class EstimateBasis(Enum):
    """What an estimate rests on."""

    PROGRESS = "progress"
    EARLIER = "earlier"
    """How long earlier videos of the same model and length took."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a video still takes."""

    seconds: float
    basis: EstimateBasis
    earlier: int = 0
    """The earlier videos that it rests on."""


@dataclass(frozen=True, slots=True)
class EarlierVideos:
    """How long earlier videos of one model and length took, and how long they stood still."""

    durations: tuple[float, ...] = ()
    """Seconds, sorted."""
    stills: tuple[float, ...] = ()
    """For those that reported a progress, the longest time without any change; sorted."""

    @classmethod
    def of(cls, durations: Iterable[float], stills: Iterable[float] = ()) -> EarlierVideos:
        """From unsorted seconds."""
        return cls(tuple(sorted(durations)), tuple(sorted(stills)))

    @property
    def median(self) -> float | None:
        """The usual duration in seconds; None if there were no earlier videos."""
        from statistics import median  # not for the first picture: it takes long to import

        return median(self.durations) if self.durations else None

    def left_after(self, age: float) -> float | None:
        """The median time in seconds that earlier videos still needed at this age."""
        if not self.durations:
            return None
        longer = self.durations[bisect_right(self.durations, age) :]
        from statistics import median

        return median(longer) - age if longer else _OVERDUE * age

    def still_limit(self, pace: Pace) -> float | None:
        """Seconds for which hardly any earlier video stood still; None if too few are known."""
        known = self.stills if pace.latest > 0 else self.durations
        if len(known) < _ENOUGH:
            return None
        return max(_SHORTEST, known[math.ceil(_SHARE * len(known)) - 1])


NOTHING_KNOWN = EarlierVideos()


def estimate(pace: Pace, now: float, earlier: EarlierVideos) -> Estimate | None:
    """The time left; None if nothing supports an estimate, or one has run out."""
    has_moved = pace.latest - pace.first >= _MOVED or pace.latest >= _TELLING
    if has_moved and (seconds := _by_progress(pace, now)) is not None:
        return Estimate(seconds, EstimateBasis.PROGRESS)
    seconds = earlier.left_after(max(0.0, now - pace.started_at))
    return (
        None
        if seconds is None
        else Estimate(seconds, EstimateBasis.EARLIER, len(earlier.durations))
    )


def _by_progress(pace: Pace, now: float) -> float | None:
    """Seconds left at the pace of the progress; None if it has none, or stands still."""
    rate = speed(pace)
    if not rate or pace.latest >= _LATE or is_stalled(pace, now):
        return None
    left = (100 - pace.latest) / rate - (now - pace.moved_at)
    return left if left > 0 else None


def longest_still(pace: Pace, ended_at: float) -> float:
    """The longest time for which the progress did not change, until the video ended."""
    return max(pace.longest_still, ended_at - pace.moved_at)


def has_stalled(pace: Pace, now: float, earlier: EarlierVideos) -> bool:
    """Whether nothing has changed for longer than in 19 of 20 earlier videos.

    Where too few are known, the pace of its progress so far decides.
    """
    limit = earlier.still_limit(pace)
    if limit is not None:
        return now - pace.still_since > limit
    return pace.latest > 0 and is_stalled(pace, now)
