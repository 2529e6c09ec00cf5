"""The distribution of durations: parts of a logarithmic scale, and bars of a histogram."""

from __future__ import annotations

import math
from collections.abc import Mapping

BUCKETS_PER_OCTAVE = 4
"""Of the durations' distribution: 60 and 72 s are in different ones, 60 and 70 s in the same."""


def bucket_of(seconds: float) -> int:
    """The part of the durations' distribution that holds this duration."""
    return math.floor(math.log2(max(seconds, 0.1)) * BUCKETS_PER_OCTAVE)


def bucket_start(bucket: int) -> float:
    """The shortest duration in a bucket, in seconds."""
    return float(2 ** (bucket / BUCKETS_PER_OCTAVE))


def histogram(buckets: Mapping[int, int], bars: int) -> list[int]:
    """A distribution in at most so many bars, from the shortest to the longest duration."""
    if not buckets or bars < 1:
        return []
    first, last = min(buckets), max(buckets)
    each = -(-(last - first + 1) // bars)
    counts = [0] * (-(-(last - first + 1) // each))
    for bucket, count in buckets.items():
        counts[(bucket - first) // each] += count
    return counts


def histogram_span(buckets: Mapping[int, int]) -> tuple[float, float] | None:
    """Where a distribution begins and ends, in seconds; None for an empty one."""
    if not buckets:
        return None
    return bucket_start(min(buckets)), bucket_start(max(buckets) + 1)
