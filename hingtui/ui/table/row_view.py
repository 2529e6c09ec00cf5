"""The rows that are shown and their order: filter and sort. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from hingtui.monitor import Row, RowState, row_state_of
from hingtui.text.i18n import _

_LAST = float("inf")
_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            RowState.READY,
            RowState.DOWNLOADING,
            RowState.WAITING,
            RowState.GENERATING,
            RowState.QUEUED,
            RowState.UNKNOWN,
            RowState.ASKING,
            RowState.MISSING,
            RowState.FAILED,
            RowState.EXPIRED,
            RowState.SAVED,
        )
    )
}


class Sort(Enum):
    """What rows are sorted by; the value is the key of its column, "" for none."""

    ADDED = ""
    """The newest first; ids added together keep the order they were given in."""
    STATUS = "status"
    """What needs attention first."""
    PROGRESS = "progress"
    EXPIRY = "expiry"
    """The soonest to vanish first."""
    MODEL = "model"
    TITLE = "title"


def sort_name(sort: Sort) -> str:
    """What a sort is called, in the language in use."""
    return {
        Sort.ADDED: _("newest first"),
        Sort.STATUS: _("by status"),
        Sort.PROGRESS: _("by progress"),
        Sort.EXPIRY: _("by expiry"),
        Sort.MODEL: _("by model"),
        Sort.TITLE: _("by prompt"),
    }[sort]


@dataclass(frozen=True, slots=True)
class RowView:
    """A filter and a sort."""

    filter: str = ""
    """Words that a row must all contain, in any order and case."""
    sort: Sort = Sort.ADDED
    is_reversed: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether the order changes only when rows come or go."""
        return not self.filter and self.sort is Sort.ADDED

    def next_sort(self) -> RowView:
        """Sorted by the next column."""
        sorts = list(Sort)
        following = sorts[(sorts.index(self.sort) + 1) % len(sorts)]
        return replace(self, sort=following, is_reversed=False)

    def arrange(self, rows: Iterable[Row], now: float) -> list[Row]:
        """The rows to show, in order."""
        words = self.filter.casefold().split()
        kept = [row for row in rows if _holds(row, words)] if words else list(rows)
        kept.sort(key=lambda row: -row.added_at)
        if self.sort is not Sort.ADDED:
            kept.sort(key=_key(self.sort, now))
        if self.is_reversed:
            kept.reverse()
        return kept


def _holds(row: Row, words: list[str]) -> bool:
    video = row.video
    texts = [row.id]
    if video is not None:
        texts += [video.prompt, video.model, video.raw_status, video.status.value, video.size]
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words)


def _key(sort: Sort, now: float) -> Callable[[Row], tuple[float, str]]:
    def key(row: Row) -> tuple[float, str]:
        video = row.video
        match sort:
            case Sort.STATUS:
                return (_RANK[row_state_of(row, now)], "")
            case Sort.PROGRESS:
                is_running = video is not None and not video.status.is_final
                progress = video.progress if video is not None and is_running else None
                return (_LAST if progress is None else -progress, "")
            case Sort.EXPIRY:
                ends = row.expiry if row.saved is None else None
                return (ends.at if ends is not None and ends.at > now else _LAST, "")
            case Sort.MODEL:
                return (0 if video and video.model else 1, video.model if video else "")
            case _:
                return (0 if video and video.prompt else 1, video.prompt if video else row.id)

    return key
