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


def histogram(buckets: Mapping[int, int], bars: int, scale: range) -> list[int]:
    """A distribution in at most so many bars; all buckets are within `scale`, which they span."""
    if not scale or bars < 1:
        return []
    each = -(-len(scale) // bars)
    counts = [0] * -(-len(scale) // each)
    for bucket, count in buckets.items():
        counts[(bucket - scale.start) // each] += count
    return counts


def histogram_span(buckets: Mapping[int, int]) -> tuple[float, float] | None:
    """Where a distribution begins and ends, in seconds; None for an empty one."""
    if not buckets:
        return None
    return bucket_start(min(buckets)), bucket_start(max(buckets) + 1)
