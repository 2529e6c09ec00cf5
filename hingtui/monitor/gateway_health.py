"""How well a gateway has worked: the usual duration, the failures, and whether it became slower.

Pure functions of videos that have ended. Where those are from is up to the caller: the history, or
the rows of this run.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hingtui.model.video import Status
from hingtui.monitor.row import Row

DAYS = 7
"""Videos that ended in the last so many days count."""
_DAY = 86_400.0
_FEWEST = 3
"""Videos of the last day, and earlier ones of the same kind, that a trend needs."""
_SAME = 0.1
"""A change of the duration by less than this share counts as none."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One video that was finished or has failed."""

    gateway: str
    kind: tuple[str, float | None]
    """Its model, and its length in seconds."""
    began_at: float
    """Unix seconds."""
    seconds: float | None = None
    """How long it took; None if that is not known, or it failed."""
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of one gateway."""

    count: int = 0
    """Videos that have ended."""
    failed: int = 0
    median: float | None = None
    """Seconds that half of them took at most."""
    p90: float | None = None
    """Seconds that nine of ten took at most."""
    trend: float | None = None
    """How much longer the videos of the last day took than earlier ones of the same model and
    length: 0.2 is a fifth longer, -0.2 shorter, 0 about the same; None if too few are known."""


def health_of(ended: Iterable[Ended], gateway: str, now: float) -> Health:
    """The figures of one gateway from what ended in the last `DAYS` days."""
    ours = [one for one in ended if one.gateway == gateway and one.began_at > now - DAYS * _DAY]
    seconds = sorted(one.seconds for one in ours if one.seconds is not None)
    return Health(
        count=len(ours),
        failed=sum(one.has_failed for one in ours),
        median=statistics.median(seconds) if seconds else None,
        p90=seconds[math.ceil(0.9 * len(seconds)) - 1] if seconds else None,
        trend=_trend(ours, now - _DAY),
    )


def ended_rows(rows: Iterable[Row]) -> list[Ended]:
    """The videos of these rows that have ended."""
    return [ended for row in rows if (ended := _ended(row)) is not None]


def _ended(row: Row) -> Ended | None:
    video = row.video
    if video is None or not row.is_final:
        return None
    began_at = row.added_at if video.created_at is None else video.created_at
    seconds = None if video.completed_at is None else video.completed_at - began_at
    has_failed = video.status is Status.FAILED
    is_known = video.created_at is not None and seconds is not None and seconds > 0
    kind = video.model, video.seconds
    return Ended(
        row.gateway, kind, began_at, seconds if is_known and not has_failed else None, has_failed
    )


def _trend(ended: Sequence[Ended], since: float) -> float | None:
    """The median of how each recent video compares with the earlier ones of its kind."""
    earlier: dict[tuple[str, float | None], list[float]] = defaultdict(list)
    for one in ended:
        if one.seconds is not None and one.began_at < since:
            earlier[one.kind].append(one.seconds)
    usual = {
        kind: statistics.median(all_) for kind, all_ in earlier.items() if len(all_) >= _FEWEST
    }
    ratios = [
        one.seconds / usual[one.kind]
        for one in ended
        if one.seconds is not None and one.began_at >= since and one.kind in usual
    ]
    if len(ratios) < _FEWEST:
        return None
    change = statistics.median(ratios) - 1
    return 0.0 if abs(change) < _SAME else change
