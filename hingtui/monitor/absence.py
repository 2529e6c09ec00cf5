"""Notice when a person comes back, and count what happened while they were away.

Pure: it is given what happened and the time. Moments are Unix seconds of this machine's clock,
which goes on while the machine sleeps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

AWAY = 600.0
"""Seconds without any input, or without the terminal's focus, after which a person was away."""
STOPPED = 60.0
"""Seconds after which a program that stood still (Ctrl+Z, a sleeping machine) counts as stopped."""
_CATCH_UP = 15.0
"""Seconds between the end of a stop and the summary: responses that are due come first."""


class Happened(Enum):
    """What is counted."""

    SAVED = "saved"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened during an absence."""

    seconds: float
    """How long that was."""
    counts: Counter[Happened]


class Absence:
    """Whether a person is present, and what happened since they left."""

    def __init__(self, now: float) -> None:
        self._last_seen = now
        """When there was last an input while the terminal had the focus."""
        self._ran_at = now
        self._summary_at: float | None = None
        self._away_since = now
        self._counts: Counter[Happened] = Counter()

    def happened(self, what: Happened, count: int = 1) -> None:
        """Count an event."""
        self._counts[what] += count

    def is_away(self, now: float) -> bool:
        """Whether the person has been gone for long."""
        return now - self._last_seen > AWAY

    def person_came(self, now: float) -> Summary | None:
        """There was an input, or the terminal got the focus: the summary, after an absence."""
        if self._summary_at is not None:
            return None
        was_away, since = self.is_away(now), self._last_seen
        self._last_seen = now
        if was_away:
            return self._summarise(since, now)
        self._counts.clear()  # the person was present
        return None

    def person_left(self, now: float) -> None:
        """The terminal lost the focus: the person was present until now."""
        if not self.is_away(now):
            self._last_seen = now
            self._counts.clear()

    def time_passed(self, now: float) -> Summary | None:
        """Called every few seconds. Returns the summary some time after the program was stopped."""
        if now - self._ran_at > STOPPED and self._summary_at is None:
            self._away_since = min(self._last_seen, self._ran_at)
            self._summary_at = now + _CATCH_UP
        self._ran_at = now
        if self._summary_at is None or now < self._summary_at:
            return None
        self._summary_at, self._last_seen = None, now
        return self._summarise(self._away_since, now)

    def _summarise(self, since: float, now: float) -> Summary | None:
        counts, self._counts = self._counts, Counter()
        return Summary(now - since, counts) if counts else None
