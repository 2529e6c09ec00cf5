"""How long to wait before the same request is sent again."""

from __future__ import annotations

import random
from dataclasses import dataclass

_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between tries: `first` seconds, doubled each time, at most `longest`."""

    first: float
    longest: float

    def after(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after that many failures in a row (1 or more), varied by ±25 %."""
        doubled: float = self.first * 2 ** min(max(failures, 1) - 1, _MOST_DOUBLINGS)
        return min(self.longest, doubled) * rng.uniform(0.75, 1.25)


GATEWAY_BACKOFF = Backoff(2.0, 60.0)
"""Between requests to a gateway that does not respond."""
REFUSED_BACKOFF = Backoff(60.0, 300.0)
"""Between requests to a gateway that refuses the token."""
