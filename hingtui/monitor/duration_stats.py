"""Remember how long this user's own videos took, and stood still, to estimate new ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from hingtui.model.estimate import NOTHING_KNOWN, EarlierVideos, longest_still
from hingtui.model.eta import Pace
from hingtui.model.video import Status, Video

_REMEMBERED = 50
"""Durations kept for one model and length."""

Kind = tuple[str, float | None]
"""A model, and the length of its videos in seconds."""
Durations = Mapping[Kind, Sequence[float]]
"""Seconds, the oldest first."""


class DurationStats:
    """Durations of finished videos, by model and length."""

    def __init__(self) -> None:
        self._durations: dict[Kind, deque[float]] = {}
        self._stills: dict[Kind, deque[float]] = {}
        self._earlier: dict[Kind, EarlierVideos] = {}
        """Computed from them on first use."""

    def fill(self, durations: Durations, stills: Durations) -> None:
        """Take in what the history knows, the oldest first; what is known already stays."""
        for kept, known_before in ((self._durations, durations), (self._stills, stills)):
            for kind, earlier in known_before.items():
                known = kept.get(kind, ())
                old = [seconds for seconds in earlier if seconds not in known]
                kept[kind] = deque([*old, *known], maxlen=_REMEMBERED)
        self._earlier.clear()

    def record(self, video: Video) -> None:
        """Record how long a finished video took, if the gateway named both times."""
        if video.status is not Status.READY or video.created_at is None:
            return
        if video.completed_at is None or video.completed_at <= video.created_at:
            return
        self._add(self._durations, video, video.completed_at - video.created_at)

    def record_still(self, video: Video, pace: Pace, ended_at: float) -> float | None:
        """Record how long a video that has just finished stood still, in seconds.

        None if it reported no progress.
        """
        if pace.latest <= 0:
            return None
        still = longest_still(pace, ended_at)
        self._add(self._stills, video, still)
        return still

    def earlier(self, video: Video) -> EarlierVideos:
        """What is known of earlier videos of the same model and length."""
        kind = _kind(video)
        if (known := self._earlier.get(kind)) is None:
            durations, stills = self._durations.get(kind, ()), self._stills.get(kind, ())
            known = EarlierVideos.of(durations, stills) if durations or stills else NOTHING_KNOWN
            self._earlier[kind] = known
        return known

    def median(self, video: Video) -> float | None:
        """The median duration in seconds of videos of the same model and length, if any."""
        return self.earlier(video).median

    def _add(self, kept: dict[Kind, deque[float]], video: Video, seconds: float) -> None:
        kind = _kind(video)
        kept.setdefault(kind, deque(maxlen=_REMEMBERED)).append(seconds)
        self._earlier.pop(kind, None)


def _kind(video: Video) -> Kind:
    return video.model, video.seconds
