"""Keep the rows that are shown in order, at the cost of what changed. No widgets.

Every second some row changes, and sorting ten thousand of them takes a tenth of one. So each row's
key is kept, and a row that changed is moved alone.
"""

from __future__ import annotations

import heapq
import logging
import math
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping

from hingtui.model.key import VideoKey
from hingtui.monitor import Row, row_state_of
from hingtui.monitor.attention import changes_at
from hingtui.monitor.row_filter import RowFilter, parse_filter, shown_text
from hingtui.ui.table.row_view import RowView, Sort, SortKey, sort_key

_Place = tuple[SortKey, int, VideoKey]
"""What rows are sorted by; the number is unlike for all rows, so that keys are never compared."""
_MANY = 200
"""Changed rows from which sorting all is cheaper than moving each."""


_LAST: SortKey = (math.inf,)

_log = logging.getLogger(__name__)


class RowOrder:
    """The rows that a view shows, from top to bottom."""

    def __init__(self, remaining: Callable[[Row], float | None]) -> None:
        """`remaining` estimates the seconds until a video is finished."""
        self.view = RowView()
        self._filter = RowFilter()
        self._remaining = remaining
        self._places: dict[VideoKey, _Place] = {}
        self._sorted: list[_Place] = []
        self._numbers: dict[VideoKey, int] = {}
        """By row, the order in which they came; it outlives the row, for an undo."""
        self._changes: list[tuple[float, VideoKey]] = []
        """When a row changes by the time alone; a heap."""
        self._due: dict[VideoKey, float] = {}
        """What was last put on the heap for a row."""
        self._failed: set[VideoKey] = set()
        """Rows whose failure is in the log already."""
        self._texts: dict[VideoKey, str] = {}
        """What the filter looks through, for rows that did not change since."""

    @property
    def filter(self) -> RowFilter:
        """The words of the view, parsed."""
        return self._filter

    def keys(self) -> list[VideoKey]:
        """The rows from top to bottom."""
        keys = [place[2] for place in self._sorted]
        return keys[::-1] if self.view.is_reversed else keys

    def use(self, view: RowView, rows: Mapping[VideoKey, Row], now: float) -> None:
        """Show these rows as `view` says (`now`: Unix seconds on the gateway's clock)."""
        if view.filter != self.view.filter:
            self._filter = parse_filter(view.filter)
        self.view = view
        self._arrange(rows, now)

    def update(
        self, rows: Mapping[VideoKey, Row], changed: Collection[VideoKey], now: float
    ) -> bool:
        """Move the rows that changed, or whose time has come; whether the order is another one."""
        due = {*changed}
        while self._changes and self._changes[0][0] <= now:
            due.add(heapq.heappop(self._changes)[1])
        for key in due:
            self._texts.pop(key, None)
        if len(due) > _MANY:
            before = [place[2] for place in self._sorted]
            self._arrange(rows, now)
            return before != [place[2] for place in self._sorted]
        moved = [self._move(key, rows.get(key), now) for key in due]
        return any(moved)

    def _arrange(self, rows: Mapping[VideoKey, Row], now: float) -> None:
        self._changes, self._due = [], {}
        for key in self._texts.keys() - rows.keys():
            del self._texts[key]
        self._places = {
            key: place
            for key, row in rows.items()
            if (place := self._place(key, row, now)) is not None
        }
        self._sorted = sorted(self._places.values())

    def _move(self, key: VideoKey, row: Row | None, now: float) -> bool:
        old = self._places.get(key)
        new = None if row is None else self._place(key, row, now)
        if old == new:
            return False
        if old is not None:
            at = bisect_left(self._sorted, old)
            del self._sorted[at]
        if new is None:
            del self._places[key]
            return True
        self._places[key] = new
        to = bisect_left(self._sorted, new)
        insort(self._sorted, new)
        return old is None or at != to

    def _place(self, key: VideoKey, row: Row, now: float) -> _Place | None:
        """Where a row belongs; None if it is not shown."""
        number = self._numbers.setdefault(key, len(self._numbers))
        try:
            at = changes_at(row, now)
            if at < math.inf and self._due.get(key) != at:
                self._due[key] = at
                heapq.heappush(self._changes, (at, key))
            if not self._is_shown(key, row, now):
                return None
            sort = self.view.sort
            needs_estimate = sort in (Sort.ATTENTION, Sort.TIME) and not row.is_final
            remaining = self._remaining(row) if needs_estimate else None
            return (sort_key(row, sort, now, remaining), number, key)
        except Exception as error:  # noqa: BLE001 - all other rows are shown in order
            if key not in self._failed:
                self._failed.add(key)
                _log.error("%s has no place in the order", key.id, exc_info=error)
            return (_LAST, number, key)

    def _is_shown(self, key: VideoKey, row: Row, now: float) -> bool:
        if not self.view.shows_state(row_state_of(row, now)):
            return False
        if not self._filter.terms:
            return True
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = shown_text(row, now)
        return self._filter.matches(row, now, text)
