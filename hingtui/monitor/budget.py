"""Knows how much one host may be asked right now; knows neither videos nor sockets.

One budget serves every request to a host, because a gateway's limit counts a user's requests
together: a hundred rows that fail at once must not become a hundred retries.
"""

from __future__ import annotations

import random
import threading

from hingtui.schedule import backoff

FULL_RATE = 5.0
"""Requests a second at most: half of the usual 600 a minute; the user's scripts need some too."""
_LOWEST_RATE = 0.2
_BURST = 10.0
_TROUBLED = 3
"""Failures in a row after which the host, not a video, is taken to be the cause."""


class HostBudget:
    """A token bucket that slows down when told to and recovers by itself. Times: monotonic s.

    `admit` may be called from any thread; all else belongs to the event loop's.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._counting = threading.Lock()
        self._rate = FULL_RATE
        self._tokens = _BURST
        self._counted_at: float | None = None
        self.closed_until = 0.0
        """No request before this moment."""
        self.failures = 0
        """Requests that failed in a row, whatever they asked about."""

    @property
    def is_probing(self) -> bool:
        """Whether the host seems down, so that one request at a time is enough to find out."""
        return self.failures >= _TROUBLED

    def wait(self, now: float) -> float:
        """Seconds until one more request may be sent; 0 when it may be sent now."""
        with self._counting:
            return self._wait(now)

    def spend(self, now: float) -> None:
        """One request is being sent."""
        with self._counting:
            self._refill(now)
            self._tokens -= 1

    def admit(self, now: float) -> float:
        """`wait`, and `spend` where that is 0."""
        with self._counting:
            pause = self._wait(now)
            if not pause:
                self._tokens -= 1
            return pause

    def _wait(self, now: float) -> float:
        if now < self.closed_until:
            return self.closed_until - now
        self._refill(now)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate

    def succeeded(self) -> None:
        """An answer came: the host is well, the pace recovers step by step."""
        self.failures = 0
        self._rate = min(FULL_RATE, self._rate * 1.1)

    def failed(self, now: float) -> None:
        """No usable answer came. After a few in a row the whole host gets a pause.

        What was under way when the pause began fails too, as a rule: that makes it no longer.
        """
        if now < self.closed_until:
            return
        self.failures += 1
        if self.is_probing:
            pause = backoff(self.failures - _TROUBLED + 1, self._rng)
            self.closed_until = max(self.closed_until, now + pause)

    def slow_down(self, now: float, retry_after: float | None) -> None:
        """The host said 429: half the pace, and nothing at all for a while."""
        self.failures = 0
        self._rate = max(_LOWEST_RATE, self._rate / 2)
        with self._counting:
            self._tokens = min(self._tokens, 1.0)
        pause = retry_after if retry_after is not None else backoff(3, self._rng)
        self.closed_until = max(self.closed_until, now + pause)

    def reopen(self) -> None:
        """The user asks now: whatever pause there was is over."""
        self.closed_until = 0.0
        self.failures = 0

    def _refill(self, now: float) -> None:
        passed = 0.0 if self._counted_at is None else max(0.0, now - self._counted_at)
        self._counted_at = now
        self._tokens = min(_BURST, self._tokens + passed * self._rate)
