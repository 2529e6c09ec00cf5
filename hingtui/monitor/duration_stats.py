"""Remember how long this user's own videos took, to estimate new ones."""

from __future__ import annotations

import statistics
from collections import deque

from hingtui.model.video import Status, Video

_REMEMBERED = 50
"""Durations kept for one model and length."""


class DurationStats:
    """Durations of finished videos, by model and length."""

    def __init__(self) -> None:
        self._durations: dict[tuple[str, float | None], deque[float]] = {}

    def record(self, video: Video) -> None:
        """Record how long a finished video took, if the gateway named both times."""
        if video.status is not Status.READY or video.created_at is None:
            return
        if video.completed_at is None or video.completed_at <= video.created_at:
            return
        key = (video.model, video.seconds)
        durations = self._durations.setdefault(key, deque(maxlen=_REMEMBERED))
        durations.append(video.completed_at - video.created_at)

    def median(self, video: Video) -> float | None:
        """The median duration in seconds of videos of the same model and length, if any."""
        durations = self._durations.get((video.model, video.seconds))
        return statistics.median(durations) if durations else None
