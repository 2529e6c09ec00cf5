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
"""What rows are sorted by; the number differs in all rows, so that keys are never compared."""
_MANY = 200
"""Changed rows from which sorting all is cheaper than moving each."""


_LAST: SortKey = (math.inf,)
_BY_ESTIMATE = (Sort.ATTENTION, Sort.TIME)

_log = logging.getLogger(__name__)


class RowOrder:
    """All rows in order, and which of them the view shows."""

    def __init__(
        self,
        remaining: Callable[[Row], float | None],
        shows_gateways: Callable[[], bool] = lambda: False,
    ) -> None:
        """`remaining` estimates the seconds until a video is finished; `shows_gateways` is whether
        a filter finds a gateway's name too."""
        self.view = RowView()
        self._filter = RowFilter()
        self._remaining = remaining
        self._shows_gateways = shows_gateways
        self._places: dict[VideoKey, _Place] = {}
        self._sorted: list[_Place] = []
        self._shown: set[VideoKey] | None = None
        """What the filter lets through; None for all."""
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
        self._texts_have_gateways = shows_gateways()

    @property
    def filter(self) -> RowFilter:
        """The words of the view, parsed."""
        return self._filter

    def keys(self) -> list[VideoKey]:
        """The rows that are shown, from top to bottom."""
        shown = self._shown
        keys = [place[2] for place in self._sorted if shown is None or place[2] in shown]
        return keys[::-1] if self.view.is_reversed else keys

    def use(self, view: RowView, rows: Mapping[VideoKey, Row], now: float) -> None:
        """Show these rows as `view` says (`now`: Unix seconds on this machine's clock)."""
        old, self.view = self.view, view
        self._filter = parse_filter(view.filter)
        if view.sort is not old.sort or not self._places:
            self._arrange(rows, now)
        else:
            self.update(rows, self._places.keys() ^ rows.keys(), now)
        if self._forget_texts() or (view.filter, view.group) != (old.filter, old.group):
            self._match(rows, now)

    def update(
        self, rows: Mapping[VideoKey, Row], changed: Collection[VideoKey], now: float
    ) -> bool:
        """Move the rows that changed, or whose time has come; whether what is shown changed."""
        due = {*changed}
        while self._changes and self._changes[0][0] <= now:
            due.add(heapq.heappop(self._changes)[1])
        for key in due:
            self._texts.pop(key, None)
        if self._forget_texts() or len(due) > _MANY:
            before = self.keys()
            self._arrange(rows, now)
            self._match(rows, now)
            return before != self.keys()
        moved = [self._move(key, rows.get(key), now) for key in due]
        return any(moved)

    def _forget_texts(self) -> bool:
        """Forget the texts if gateways are shown now or no longer; return whether that is so."""
        had_gateways, self._texts_have_gateways = self._texts_have_gateways, self._shows_gateways()
        if had_gateways is self._texts_have_gateways:
            return False
        self._texts.clear()
        return True

    def _arrange(self, rows: Mapping[VideoKey, Row], now: float) -> None:
        """Sort all rows."""
        self._changes, self._due = [], {}
        self._places = {key: self._place(key, row, now) for key, row in rows.items()}
        self._sorted = sorted(self._places.values())

    def _match(self, rows: Mapping[VideoKey, Row], now: float) -> None:
        """Find what the view shows of all rows."""
        for key in self._texts.keys() - rows.keys():
            del self._texts[key]
        self._shown = None
        if self.view.is_filtered:
            self._shown = {key for key, row in rows.items() if self._is_shown(key, row, now)}

    def _move(self, key: VideoKey, row: Row | None, now: float) -> bool:
        old = self._places.get(key)
        if row is None:
            return self._take_out(key, old)
        new = self._place(key, row, now)
        has_moved = old != new
        if has_moved:
            at = -1
            if old is not None:
                at = bisect_left(self._sorted, old)
                del self._sorted[at]
            self._places[key] = new
            has_moved = at != bisect_left(self._sorted, new)
            insort(self._sorted, new)
        if self._shown is None:
            return has_moved
        was_shown, is_shown = key in self._shown, self._is_shown(key, row, now)
        if is_shown:
            self._shown.add(key)
        else:
            self._shown.discard(key)
        return was_shown != is_shown or (is_shown and has_moved)

    def _take_out(self, key: VideoKey, old: _Place | None) -> bool:
        if old is None:
            return False
        del self._sorted[bisect_left(self._sorted, old)]
        del self._places[key]
        if self._shown is None:
            return True
        was_shown = key in self._shown
        self._shown.discard(key)
        return was_shown

    def _place(self, key: VideoKey, row: Row, now: float) -> _Place:
        """Where a row belongs."""
        number = self._numbers.setdefault(key, len(self._numbers))
        try:
            at = changes_at(row, now)
            if at < math.inf and self._due.get(key) != at:
                self._due[key] = at
                heapq.heappush(self._changes, (at, key))
            sort = self.view.sort
            needs_estimate = sort in _BY_ESTIMATE and not row.is_final
            remaining = self._remaining(row) if needs_estimate else None
            return (sort_key(row, sort, now, remaining), number, key)
        except Exception as error:  # noqa: BLE001 - all other rows are shown in order
            self._report(key, error)
            return (_LAST, number, key)

    def _is_shown(self, key: VideoKey, row: Row, now: float) -> bool:
        try:
            if self.view.group and not self.view.shows_state(row_state_of(row, now)):
                return False
            if not self._filter.terms:
                return True
            text = self._texts.get(key)
            if text is None:
                text = self._texts[key] = shown_text(
                    row, now, with_gateway=self._texts_have_gateways
                )
            return self._filter.matches(row, now, text)
        except Exception as error:  # noqa: BLE001 - on an error, show the row
            self._report(key, error)
            return True

    def _report(self, key: VideoKey, error: Exception) -> None:
        if key not in self._failed:
            self._failed.add(key)
            _log.error("%s has no place in the order", key.id, exc_info=error)
