"""Which rows are shown, and by what they are sorted. No widgets; `row_order` keeps the order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from hingtui.monitor import Row, RowState, row_state_of
from hingtui.monitor.attention import Attention, attention_of
from hingtui.text.i18n import _

_FINISH_STEP = 15.0
"""Seconds: running videos whose estimated ends are closer than this keep their order."""
SortKey = tuple[float | str, ...]


class Sort(Enum):
    """What rows are sorted by; the value is the key of its column, or says that it has none."""

    ATTENTION = "attention"
    """What a person has to act on first."""
    STATUS = "status"
    PROGRESS = "progress"
    TIME = "time"
    """The soonest to be finished first, then the last to have finished."""
    EXPIRY = "expiry"
    GATEWAY = "gateway"
    MODEL = "model"
    SHAPE = "shape"
    TITLE = "title"
    ID = "id"
    COST = "cost"
    """The highest first; dollars before other units."""
    ADDED = "added"
    """The newest first; ids added together keep the order they were given in."""


def sort_of(name: str | None) -> Sort:
    """The sort of this name, as state.toml keeps it; by attention for any other text."""
    return next((sort for sort in Sort if sort.value == name), Sort.ATTENTION)


def sorted_column(sort: Sort) -> str:
    """The column that shows what the rows are sorted by, "" for none."""
    return Sort.STATUS.value if sort is Sort.ATTENTION else sort.value


def sort_name(sort: Sort) -> str:
    """What a sort is called, in the language in use."""
    return {
        Sort.ATTENTION: _("what needs you first"),
        Sort.STATUS: _("by status"),
        Sort.PROGRESS: _("by progress"),
        Sort.TIME: _("by time left"),
        Sort.EXPIRY: _("by expiry"),
        Sort.GATEWAY: _("by gateway"),
        Sort.MODEL: _("by model"),
        Sort.SHAPE: _("by size"),
        Sort.TITLE: _("by prompt"),
        Sort.ID: _("by id"),
        Sort.COST: _("by cost"),
        Sort.ADDED: _("newest first"),
    }[sort]


STATE_GROUPS: tuple[tuple[RowState, ...], ...] = (
    (RowState.READY,),
    (RowState.DOWNLOADING, RowState.WAITING),
    (RowState.GENERATING, RowState.STALLED),
    (RowState.QUEUED, RowState.ASKING, RowState.MISSING, RowState.UNKNOWN),
    (RowState.SAVED,),
    (RowState.FAILED, RowState.EXPIRED),
)
"""What the keys 1 to 6 show: the states that belong together, named after the first."""


@dataclass(frozen=True, slots=True)
class RowView:
    """A filter and a sort."""

    filter: str = ""
    """The words that a person typed, for `row_filter`."""
    group: int = 0
    """The group of states that is shown, from 1; 0 for all."""
    sort: Sort = Sort.ATTENTION
    is_reversed: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether some rows may be hidden."""
        return bool(self.filter or self.group)

    def shows_state(self, state: RowState) -> bool:
        """Whether rows in this state are shown at all."""
        return not self.group or state in STATE_GROUPS[self.group - 1]


def sort_key(row: Row, sort: Sort, now: float, remaining: float | None) -> SortKey:
    """What a row is sorted by; keys of one sort can be compared.

    `now` is in Unix seconds, `remaining` the estimated seconds until it is finished.
    Where a row has no value it comes last. Expiry breaks a tie, then the newest is first.
    """
    return (*_first(row, sort, now, remaining), _expires_at(row, now), -row.added_at)


def _first(row: Row, sort: Sort, now: float, remaining: float | None) -> SortKey:
    video = row.video
    match sort:
        case Sort.ATTENTION:
            attention = attention_of(row, now)
            is_running = attention is Attention.RUNNING
            return (attention, _finished_at(now, remaining) if is_running else 0.0)
        case Sort.STATUS:
            return (list(RowState).index(row_state_of(row, now)),)
        case Sort.PROGRESS:
            is_running = video is not None and not video.status.is_final
            progress = video.progress if video is not None and is_running else None
            return (math.inf if progress is None else -progress,)
        case Sort.TIME:
            if remaining is not None:
                return (0, _finished_at(now, remaining))
            completed = None if video is None else video.completed_at
            return (1, math.inf) if completed is None else (1, -completed)
        case Sort.GATEWAY:
            return _text(row.gateway)
        case Sort.MODEL:
            return _text(video.model if video else "")
        case Sort.SHAPE:
            return _text("" if video is None else video.size)
        case Sort.TITLE:
            return _text(video.prompt if video else "")
        case Sort.ID:
            return _text(row.id)
        case Sort.COST:
            cost = video.cost if video is not None else None
            return (2,) if cost is None else (cost.unit != "USD", -cost.amount)
        case _:
            return ()


def _text(text: str) -> SortKey:
    """Rows without a text come last."""
    return (0, text.casefold()) if text else (1, "")


def _finished_at(now: float, remaining: float | None) -> float:
    if remaining is None:
        return math.inf
    return (now + remaining) // _FINISH_STEP


def _expires_at(row: Row, now: float) -> float:
    """When an unsaved file expires; infinity where nothing does, or it has happened."""
    expiry = row.expiry if row.saved is None else None
    return math.inf if expiry is None or expiry.at <= now else expiry.at
