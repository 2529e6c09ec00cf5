"""A DataTable of videos: keyed by id, updated cell by cell, its cursor stays on its video.

It is given rows and asks nobody; it knows nothing of servers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from hingtui.monitor import Watched
from hingtui.ui.cells import Sight
from hingtui.ui.columns import ColumnPlan, plan_columns


class VideoTable(DataTable[Text], inherit_bindings=False):
    """Shows rows in the order given; draws only what is visible and has changed."""

    # DataTable's own, but for Enter: that one belongs to the dashboard, and stands in its footer.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("pageup,ctrl+b", "page_up", show=False),
        Binding("pagedown,ctrl+f", "page_down", show=False),
        Binding("home,ctrl+home", "scroll_top", show=False),
        Binding("end,ctrl+end", "scroll_bottom", show=False),
    ]

    class CursorMoved(Message):
        """The cursor stands on another video now, or on none."""

        def __init__(self, video_id: str | None) -> None:
            super().__init__()
            self.video_id = video_id

    def __init__(self, sight: Callable[[Watched], Sight]) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, id="videos")
        self._sight = sight
        self._plan: tuple[ColumnPlan, ...] = ()
        self._rows: dict[str, Watched] = {}
        self._order: list[str] = []
        self._drawn: dict[str, tuple[Text, ...]] = {}
        self._stale: set[str] = set()
        self._cursor_id: str | None = None
        self._is_rebuilding = False

    @property
    def cursor_id(self) -> str | None:
        """The id of the video under the cursor."""
        return self._cursor_id

    @property
    def order(self) -> Sequence[str]:
        """The ids as they stand, from top to bottom."""
        return self._order

    def show(self, rows: Iterable[Watched]) -> None:
        """Show exactly these rows, in this order."""
        self._rows = {watched.id: watched for watched in rows}
        order = list(self._rows)
        if order != self._order:
            self._order = order
            self._rebuild()
        else:
            self.update_rows(order)

    def update_rows(self, video_ids: Iterable[str]) -> None:
        """Something about these may have changed: redraw what is visible, now, the rest later."""
        self._stale.update(video_id for video_id in video_ids if video_id in self._drawn)
        self._draw_visible()

    def update_visible(self) -> None:
        """Time has passed: redraw the cells in sight that show it."""
        self.update_rows(self._visible())

    def redraw(self) -> None:
        """Everything may look different: another theme, another language."""
        self._plan = ()
        self._fit_columns()

    def select(self, video_id: str) -> None:
        """Put the cursor on this video."""
        if video_id in self._drawn:
            self.move_cursor(row=self._order.index(video_id), animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows that come into sight are drawn as they are now."""
        super().watch_scroll_y(old_value, new_value)
        self._draw_visible()

    def on_resize(self) -> None:
        """Another width: other columns may fit."""
        self._fit_columns()

    @on(DataTable.RowHighlighted)
    def _follow_cursor(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if not self._is_rebuilding:
            self._note_cursor()

    def _note_cursor(self) -> None:
        at = self.cursor_row
        video_id = self._order[at] if 0 <= at < len(self._order) else None
        if video_id != self._cursor_id:
            self._cursor_id = video_id
            self.post_message(self.CursorMoved(video_id))

    def _fit_columns(self) -> None:
        if self.size.width == 0:
            return
        plan = plan_columns(self.size.width)
        if plan != self._plan:
            self._plan = plan
            self._rebuild(columns=True)

    def _rebuild(self, *, columns: bool = False) -> None:
        """Lay all rows anew; the cursor stays on its video, the view where it was."""
        if not self._plan:
            return
        top = self.scroll_offset.y
        at = self.cursor_row
        self._is_rebuilding = True
        try:
            with self.app.batch_update():
                self.clear(columns=columns)
                if columns:
                    for plan in self._plan:
                        self.add_column(Text(plan.label), width=plan.width, key=plan.key)
                self._drawn = {video_id: self._cells(video_id) for video_id in self._order}
                self._stale.clear()
                for video_id, cells in self._drawn.items():
                    self.add_row(*cells, key=video_id)
                self._restore_cursor(at)
                self.scroll_to(y=top, animate=False, force=True)
        finally:
            self._is_rebuilding = False
        self._note_cursor()

    def _restore_cursor(self, at: int) -> None:
        if self._cursor_id in self._drawn:
            at = self._order.index(self._cursor_id)
        elif self._cursor_id is None:
            at = 0
        self.move_cursor(row=min(at, len(self._order) - 1), animate=False, scroll=False)

    def _visible(self) -> list[str]:
        first = max(0, self.scroll_offset.y)
        return self._order[first : first + self.size.height]

    def _draw_visible(self) -> None:
        if not self._stale:
            return
        for video_id in self._visible():
            if video_id not in self._stale:
                continue
            self._stale.discard(video_id)
            new = self._cells(video_id)
            old = self._drawn[video_id]
            self._drawn[video_id] = new
            for plan, before, after in zip(self._plan, old, new, strict=True):
                if _differs(before, after):
                    self.update_cell(video_id, plan.key, after)

    def _cells(self, video_id: str) -> tuple[Text, ...]:
        watched = self._rows[video_id]
        sight = self._sight(watched)
        return tuple(plan.cell(watched, sight, plan.width) for plan in self._plan)


def _differs(before: Text, after: Text) -> bool:
    """Whether two texts look different; Rich's own == leaves the style out."""
    return before.plain != after.plain or before.style != after.style or before.spans != after.spans
