"""The rate limit of one gateway: how many requests may be sent right now.

One limiter serves every request to a gateway, because the gateway counts a user's requests
together. It sends nothing.
"""

from __future__ import annotations

import random
import threading

from hingtui.model.errors import RateLimited

FULL_RATE = 5.0
"""Requests a second at most: half of the usual 600 a minute; the user's scripts need some too."""
_LOWEST_RATE = 0.2
_BURST = 10.0


class RateLimiter:
    """A token bucket that slows down on a 429 and recovers by itself. Times: monotonic seconds.

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

    def wait(self, now: float) -> float:
        """Seconds until one more request may be sent; 0 when it may be sent now."""
        with self._counting:
            return self._wait(now)

    def spend(self, now: float) -> None:
        """Count one request that is being sent."""
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

    def succeeded(self) -> None:
        """A response came: the rate recovers step by step."""
        self._rate = min(FULL_RATE, self._rate * 1.1)

    def slow_down(self, now: float, retry_after: float | None) -> None:
        """The gateway sent a 429: halve the rate, and send nothing at all for a while.

        `retry_after` is in seconds, None where the gateway did not say.
        """
        self._rate = max(_LOWEST_RATE, self._rate / 2)
        with self._counting:
            self._tokens = min(self._tokens, 1.0)
        pause = RateLimited.retry.after(1, self._rng) if retry_after is None else retry_after
        self.closed_until = max(self.closed_until, now + pause)

    def reopen(self) -> None:
        """End the pause: the user asks now."""
        self.closed_until = 0.0

    def _wait(self, now: float) -> float:
        if now < self.closed_until:
            return self.closed_until - now
        self._refill(now)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate

    def _refill(self, now: float) -> None:
        passed = 0.0 if self._counted_at is None else max(0.0, now - self._counted_at)
        self._counted_at = now
        self._tokens = min(_BURST, self._tokens + passed * self._rate)
