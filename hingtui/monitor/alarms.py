"""Decide which expiry alarms are due: before an unsaved video expires, and once it has.

Pure: it is given rows and the time, and says what is due. It neither shows nor sends anything.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hingtui.model.eta import Expiry
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor.row import Row

THRESHOLDS = (600.0, 180.0, 60.0)
"""Seconds before the expiry of an unsaved video at which an alarm is due."""
_CHECK_EVERY = 2.0
"""Seconds until a video that is still being downloaded is checked again."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """One unsaved video has passed a threshold."""

    key: VideoKey
    within: float
    """The threshold in seconds: it expires within that time."""


@dataclass(frozen=True, slots=True)
class DueAlarms:
    """What is due at one moment."""

    expiring: tuple[Expiring, ...] = ()
    expired: tuple[VideoKey, ...] = ()
    """Expired unsaved while watched."""
    overdue: tuple[VideoKey, ...] = ()
    """Past an expiry that was only estimated: the file may still be there."""

    def __bool__(self) -> bool:
        return bool(self.expiring or self.expired or self.overdue)


@dataclass(frozen=True, slots=True)
class Soon:
    """How many unsaved videos that nothing downloads expire within a threshold."""

    within: float
    """Seconds."""
    count: int
    are_estimates: bool
    """Whether every one of these moments is only estimated."""


@dataclass(slots=True)
class _Live:
    """A video that is not saved and had not expired when it was last looked at."""

    expiry: Expiry | None = None
    passed: float = math.inf
    """The last threshold whose alarm was given."""
    look_at: float = math.inf
    """When it is looked at next."""


class ExpiryAlarms:
    """The alarms of all rows. Only rows that changed, or that are due, are looked at.

    All times are Unix seconds on this machine's clock.
    """

    def __init__(self) -> None:
        self.unseen: dict[VideoKey, None] = {}
        """Videos that expired unsaved, until a person has seen that; in this order."""
        self.unseen_overdue: dict[VideoKey, None] = {}
        """Videos whose estimated expiry has passed, likewise."""
        self._live: dict[VideoKey, _Live] = {}
        self._looks: list[tuple[float, VideoKey]] = []
        self._near: set[VideoKey] = set()
        """Those within the first threshold when they were last checked."""

    def update(self, rows: Mapping[VideoKey, Row], changed: Iterable[VideoKey], now: float) -> None:
        """Take in the rows that changed."""
        for key in changed:
            row = rows.get(key)
            if row is None or row.saved is not None:
                self._live.pop(key, None)
                self._near.discard(key)
                self.unseen.pop(key, None)
                self.unseen_overdue.pop(key, None)
            elif row.video is not None:
                self._take_in(row, key, now)

    def due(
        self, rows: Mapping[VideoKey, Row], now: float, late: AbstractSet[VideoKey] = frozenset()
    ) -> DueAlarms:
        """The alarms that are due and were not given before.

        A video that is being downloaded has none, unless it is `late`: not expected to be saved in
        time.
        """
        expiring: list[Expiring] = []
        expired: list[VideoKey] = []
        overdue: list[VideoKey] = []
        for key, row, live in self._planned_until(now, rows):
            if row.is_downloading and key not in late:
                self._look(key, now + _CHECK_EVERY)
            elif row.has_vanished(now):
                if row.is_downloading:
                    self._look(key, now + _CHECK_EVERY)
                    continue
                del self._live[key]
                self._near.discard(key)
                self.unseen[key] = None
                self.unseen_overdue.pop(key, None)
                expired.append(key)
            elif live.expiry is not None:
                within = _within(live.expiry.at - now)
                if within < live.passed:
                    live.passed = within
                    if within > 0:
                        expiring.append(Expiring(key, within))
                    elif not row.is_downloading:
                        self.unseen_overdue[key] = None
                        overdue.append(key)
                self._look(key, _next_look(live.expiry, now))
        expiring.sort(key=lambda one: one.within)
        return DueAlarms(tuple(expiring), tuple(expired), tuple(overdue))

    def _planned_until(
        self, now: float, rows: Mapping[VideoKey, Row]
    ) -> list[tuple[VideoKey, Row, _Live]]:
        """The videos whose time to be looked at has come; they are planned no more."""
        found = []
        while self._looks and self._looks[0][0] <= now:
            at, key = heapq.heappop(self._looks)
            live, row = self._live.get(key), rows.get(key)
            if live is None or row is None or live.look_at != at:
                continue
            if row.saved is not None:  # the row's change is reported after this
                continue
            live.look_at = math.inf
            self._near.add(key)  # no check is planned before the first threshold
            found.append((key, row, live))
        return found

    def soon(self, rows: Mapping[VideoKey, Row], now: float) -> list[Soon]:
        """How many unsaved videos expire within each threshold, the shortest first.

        A threshold that adds none is left out.
        """
        ends = []
        for key in self._near:
            row, expiry = rows.get(key), self._live[key].expiry
            if row is None or expiry is None or row.is_downloading or row.saved is not None:
                continue
            if 0 < expiry.at - now <= THRESHOLDS[0] and row.status is Status.READY:
                ends.append(expiry)
        found: list[Soon] = []
        for within in sorted(THRESHOLDS):
            inside = [expiry for expiry in ends if expiry.at - now <= within]
            if inside and (not found or len(inside) > found[-1].count):
                found.append(Soon(within, len(inside), all(e.is_estimate for e in inside)))
        return found

    def see(self) -> bool:
        """Forget what expired unsaved: a person has seen it. Returns whether there was any."""
        had_any = bool(self.unseen or self.unseen_overdue)
        self.unseen.clear()
        self.unseen_overdue.clear()
        return had_any

    def _take_in(self, row: Row, key: VideoKey, now: float) -> None:
        live = self._live.get(key)
        expiry = row.expiry
        is_past = row.status is Status.EXPIRED or (expiry is not None and expiry.at <= now)
        if live is None:
            if is_past:
                return  # it has expired before it was first seen
            self.unseen.pop(key, None)  # it has not: this machine's clock was wrong
            live = self._live[key] = _Live()
        live.expiry = expiry
        if is_past:
            self._look(key, now)
        elif expiry is not None and expiry.at - now > THRESHOLDS[0]:
            self._look(key, expiry.at - THRESHOLDS[0])
        elif expiry is not None:
            is_due = _within(expiry.at - now) < live.passed
            self._look(key, now if is_due else _next_look(expiry, now))

    def _look(self, key: VideoKey, at: float) -> None:
        live = self._live[key]
        if at < live.look_at:
            live.look_at = at
            heapq.heappush(self._looks, (at, key))


def _within(left: float) -> float:
    """The shortest threshold that `left` is within, infinity for none; 0 once it has expired."""
    if left <= 0:
        return 0.0
    return min((within for within in THRESHOLDS if left <= within), default=math.inf)


def _next_look(expiry: Expiry, now: float) -> float:
    """When the next threshold is passed; infinity once all are."""
    moments = (expiry.at - within for within in (*THRESHOLDS, 0.0))
    return next((moment for moment in moments if moment > now), math.inf)
