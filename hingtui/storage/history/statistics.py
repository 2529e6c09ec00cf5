"""Statistics of the history: how many, how long, how much, by gateway, model and length.

The figures of all videos come from walks over indexes: 100,000 videos take less than 100 ms.
Nothing is added up that was reported in different units.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hingtui.storage.history.record import HistoryState
from hingtui.storage.history.search import Condition

HOURS_FROM = 10_000
"""Videos, the last ones, whose hours of the day are looked at."""
_SLOT = 900
"""Seconds: every time zone is a multiple of it away from UTC."""


@dataclass(slots=True)
class Money:
    """What was reported in one unit."""

    spent: float = 0.0
    """What was paid and not given back."""
    refunded: float = 0.0
    on_failures: float = 0.0
    """The part of `spent` that was paid for videos that failed or were lost."""

    def add(self, other: Money) -> None:
        """Add another sum of the same unit."""
        self.spent += other.spent
        self.refunded += other.refunded
        self.on_failures += other.on_failures


@dataclass(slots=True)
class Durations:
    """How long videos took, in seconds."""

    count: int = 0
    observed: int = 0
    """Of these, measured by this program: the gateway does not say when they were finished."""
    median: float | None = None
    p90: float | None = None
    """Nine of ten took no longer."""
    buckets: Counter[int] = field(default_factory=Counter)
    """How many took how long; `durations` says where a bucket begins."""


@dataclass(slots=True)
class Outcome:
    """What became of a number of videos."""

    states: Counter[HistoryState] = field(default_factory=Counter)
    maybe_lost: int = 0
    """Of those that are ready: their estimated expiry has passed."""
    money: dict[str, Money] = field(default_factory=dict)
    """By unit."""
    durations: Durations = field(default_factory=Durations)

    @property
    def count(self) -> int:
        """All of them."""
        return self.states.total()

    @property
    def failed(self) -> int:
        """Those that the gateway failed to make."""
        return self.states[HistoryState.FAILED]

    @property
    def saved(self) -> int:
        """Those whose file is, or was, on this disk."""
        return self.states[HistoryState.SAVED]

    @property
    def lost(self) -> int:
        """Those that expired before they were saved."""
        return self.states[HistoryState.EXPIRED]

    def add(self, other: Outcome) -> None:
        """Count the other's videos too, but for their median and 90 %."""
        self.states += other.states
        self.maybe_lost += other.maybe_lost
        self.durations.count += other.durations.count
        self.durations.observed += other.durations.observed
        self.durations.buckets += other.durations.buckets
        for unit, money in other.money.items():
            self.money.setdefault(unit, Money()).add(money)


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What is alike: videos of one gateway, model and length."""

    gateway: str
    model: str
    seconds: float | None


@dataclass(slots=True)
class Hour:
    """One hour of the day."""

    count: int = 0
    durations: list[float] = field(default_factory=list)
    """Of those that became ready, in any order."""


@dataclass(slots=True)
class Statistics:
    """All figures."""

    kinds: dict[Kind, Outcome] = field(default_factory=dict)
    hours: tuple[Hour, ...] = ()
    """The 24 hours of the day on this machine's clock, of the last `HOURS_FROM` videos."""
    first_at: float | None = None
    """When the first video began, in Unix seconds."""
    last_at: float | None = None

    @property
    def total(self) -> Outcome:
        """All videos together, without median and 90 %: different videos are not alike."""
        return added_up(self.kinds.values())


def added_up(outcomes: Iterable[Outcome]) -> Outcome:
    """All of these together, without median and 90 %."""
    total = Outcome()
    for outcome in outcomes:
        total.add(outcome)
    return total


def compute(db: sqlite3.Connection, chosen: Condition | None, now: float) -> Statistics:
    """The figures of the videos that meet a condition; None: of all."""
    source = "videos" if chosen is None else "temp.chosen"
    if chosen is not None:
        _choose(db, *chosen)
    found = Statistics()
    _count(db, source, found)
    _expire(db, source, found, now)
    if chosen is None:
        for kind, outcome in found.kinds.items():
            _rank(db, kind, outcome.durations)
    else:
        _rank_chosen(db, found)
    found.hours = _hours(db, source)
    ends = [f"SELECT {end}(began_at) FROM {source}" for end in ("min", "max")]
    found.first_at, found.last_at = (db.execute(end).fetchone()[0] for end in ends)
    db.execute("DROP TABLE IF EXISTS temp.chosen")
    return found


def last_durations(
    db: sqlite3.Connection, most: int
) -> dict[tuple[str, float | None], list[float]]:
    """The last durations of each model and length, the oldest first."""
    return _last(db, "duration", most)


def last_stills(db: sqlite3.Connection, most: int) -> dict[tuple[str, float | None], list[float]]:
    """For how long the last ones of each model and length stood still, the oldest first."""
    return _last(db, "still", most)


def _last(
    db: sqlite3.Connection, column: str, most: int
) -> dict[tuple[str, float | None], list[float]]:
    """The last values of a column for each model and length. There is an index for each."""
    kinds = db.execute(
        f"SELECT DISTINCT model, seconds FROM videos WHERE {column} IS NOT NULL"
    ).fetchall()
    found = {}
    for model, seconds in kinds:
        lines = db.execute(
            f"SELECT {column} FROM videos WHERE {column} IS NOT NULL AND model = ? "
            "AND seconds IS ? ORDER BY began_at DESC LIMIT ?",
            (model, seconds, most),
        )
        found[model, seconds] = [value for (value,) in lines][::-1]
    return found


def _choose(db: sqlite3.Connection, where: str, values: list[object]) -> None:
    """Copy what is needed of the chosen videos into a table in memory: it is read several times."""
    db.execute("DROP TABLE IF EXISTS temp.chosen")
    db.execute(
        "CREATE TEMP TABLE chosen AS SELECT gateway, model, seconds, state, unit, bucket, "
        "is_observed, cost, highest_cost, expiry_at, gone_at, began_at, duration "
        f"FROM videos WHERE {where}",
        values,
    )


def _count(db: sqlite3.Connection, source: str, found: Statistics) -> None:
    lines = db.execute(
        "SELECT gateway, model, seconds, state, unit, bucket, count(*), sum(is_observed), "
        f"total(cost), total(highest_cost), count(cost) FROM {source} GROUP BY 1, 2, 3, 4, 5, 6"
    )
    for gateway, model, seconds, word, unit, bucket, n, observed, cost, highest, priced in lines:
        outcome = found.kinds.setdefault(Kind(gateway, model, seconds), Outcome())
        state = HistoryState(word)
        outcome.states[state] += n
        if bucket is not None:
            outcome.durations.count += n
            outcome.durations.observed += observed
            outcome.durations.buckets[bucket] += n
        if priced:
            is_loss = state in (HistoryState.FAILED, HistoryState.EXPIRED)
            money = Money(cost, max(0.0, highest - cost), cost if is_loss else 0.0)
            outcome.money.setdefault(unit or "", Money()).add(money)


def _expire(db: sqlite3.Connection, source: str, found: Statistics, now: float) -> None:
    """Move what is stored as ready, and has expired since, to the lost ones."""
    hint = "INDEXED BY videos_ready" if source == "videos" else ""
    lines = db.execute(
        "SELECT gateway, model, seconds, unit, gone_at IS NOT NULL AND gone_at <= ?, count(*), "
        f"total(cost), count(cost) FROM {source} {hint} "
        "WHERE state = 'ready' AND expiry_at <= ? GROUP BY 1, 2, 3, 4, 5",
        (now, now),
    )
    for gateway, model, seconds, unit, is_certain, count, cost, priced in lines:
        outcome = found.kinds[Kind(gateway, model, seconds)]
        if not is_certain:
            outcome.maybe_lost += count
            continue
        outcome.states[HistoryState.READY] -= count
        outcome.states[HistoryState.EXPIRED] += count
        if priced:
            outcome.money[unit or ""].on_failures += cost


def _rank(db: sqlite3.Connection, kind: Kind, durations: Durations) -> None:
    """Find the median and the 90 % by their places in the index."""
    n = durations.count

    def at(place: int) -> list[float]:
        lines = db.execute(
            "SELECT duration FROM videos WHERE duration IS NOT NULL AND gateway = ? AND model = ? "
            "AND seconds IS ? ORDER BY duration LIMIT 2 OFFSET ?",
            (kind.gateway, kind.model, kind.seconds, place),
        )
        return [duration for (duration,) in lines]

    if n:
        middle = at((n - 1) // 2)
        durations.median = middle[0] if n % 2 else sum(middle) / len(middle)
        durations.p90 = at(_place_of_p90(n))[0]


def _rank_chosen(db: sqlite3.Connection, found: Statistics) -> None:
    """Find the median and the 90 % of the chosen videos."""
    lists: dict[Kind, list[float]] = {}
    columns = "gateway, model, seconds, duration"
    lines = db.execute(f"SELECT {columns} FROM temp.chosen WHERE duration IS NOT NULL")
    for *kind, duration in lines:
        lists.setdefault(Kind(*kind), []).append(duration)
    for kind, durations in lists.items():
        durations.sort()
        known = found.kinds[kind].durations
        known.median = statistics.median(durations)
        known.p90 = durations[_place_of_p90(len(durations))]


def _place_of_p90(n: int) -> int:
    return -(-n * 9 // 10) - 1


def _hours(db: sqlite3.Connection, source: str) -> tuple[Hour, ...]:
    lines = db.execute(
        f"SELECT CAST(began_at / {_SLOT} AS INTEGER), duration FROM {source} "
        f"ORDER BY began_at DESC LIMIT {HOURS_FROM}"
    )
    hours = tuple(Hour() for _hour in range(24))
    known: dict[int, Hour] = {}
    for slot, duration in lines:
        hour = known.get(slot)
        if hour is None:
            hour = known[slot] = hours[_hour_of(slot * _SLOT)]
        hour.count += 1
        if duration is not None:
            hour.durations.append(duration)
    return hours


def _hour_of(moment: float) -> int:
    """The hour of the day on this machine's clock; a moment that no calendar has counts as 0."""
    try:
        return time.localtime(moment).tm_hour
    except (OverflowError, ValueError, OSError):
        return 0
