"""A table of videos: its columns fit its width, and its cursor stays on its video."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.style import Style
from textual import on
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import Row
from hingtui.monitor.row_filter import RowFilter
from hingtui.monitor.row_groups import group_progress
from hingtui.text.cell_width import fit, short_id
from hingtui.text.i18n import _
from hingtui.ui.table.cell import Cell, highlight
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import ColumnLayout, ColumnPlan, ContentWidths, plan_columns
from hingtui.ui.table.group_lines import GroupLines, header_cell, is_header
from hingtui.ui.textual_fixes.row_table import RowTable

_ID_CELLS = 24

_log = logging.getLogger(__name__)


class VideoTable(RowTable[VideoKey], inherit_bindings=False):
    """Shows rows in the order given."""

    # DataTable's own, without Enter: that is a command of the dashboard.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("pageup,ctrl+b", "page_up", show=False),
        Binding("pagedown,ctrl+f", "page_down", show=False),
        Binding("home,ctrl+home", "scroll_top", show=False),
        Binding("end,ctrl+end", "scroll_bottom", show=False),
    ]

    class CursorMoved(Message):
        """The cursor is on another video now, or on none."""

        def __init__(self, key: VideoKey | None) -> None:
            super().__init__()
            self.key = key

    def __init__(self, render_context: Callable[[Row], RenderContext]) -> None:
        super().__init__(id="videos")
        self.cursor_foreground_priority = "renderable"  # colours mean something here
        self._render_context = render_context
        self.matched = RowFilter()
        """Words that are highlighted."""
        self._plan: tuple[ColumnPlan, ...] = ()
        self._widths = ContentWidths()
        self._row_by_key: dict[VideoKey, Row] = {}
        self.groups = GroupLines()
        self._order: list[VideoKey] = []
        self._lines: list[VideoKey] = []
        """The keys of all lines: the videos', and those of the headers of groups."""
        self._cursor_key: VideoKey | None = None
        self._failed: set[VideoKey] = set()
        """Rows whose failure is in the log already."""
        self._layout = ColumnLayout()
        self.marks: set[VideoKey] = set()
        """What a person has marked; `redraw_marks` shows a change."""

    @property
    def cursor_key(self) -> VideoKey | None:
        """The video under the cursor, or the header of a group."""
        return self._cursor_key

    @property
    def cursor_group(self) -> Sequence[VideoKey]:
        """The videos whose header is under the cursor; none while it is on a video."""
        key = self._cursor_key
        return self.groups.members.get(key, ()) if key is not None and is_header(key) else ()

    @property
    def cursor_video(self) -> VideoKey | None:
        """The video under the cursor, or the first one of the group."""
        return next(iter(self.cursor_group), self._cursor_key)

    @property
    def order(self) -> Sequence[VideoKey]:
        """The videos from top to bottom, also those of collapsed groups."""
        return self._order

    def cells_of(self, key: VideoKey) -> tuple[Cell, ...]:
        try:
            if is_header(key):
                return self._header_cells(key)
            row = self._row_by_key[key]
            context = self._render_context(row)
            cells = tuple(plan.cell(row, context, plan.width) for plan in self._plan)
            fields = [plan.field for plan in self._plan]
            if row.status is Status.FAILED or row.download is not None or row.last_error:
                from hingtui.ui.table.reason import (  # not for the first picture
                    reason_fields,
                    spread_reason,
                )

                cells = spread_reason(row, context, self._plan, cells)
                fields = reason_fields(fields, cells)
            return tuple(
                highlight(cell, self.matched.highlighted(field), context.palette.match)
                for cell, field in zip(cells, fields, strict=True)
            )
        except Exception as error:  # noqa: BLE001 - all other rows are shown
            return self._error_cells(key, error)

    def _header_cells(self, key: VideoKey) -> tuple[Cell, ...]:
        rows = [self._row_by_key[member] for member in self.groups.members[key]]
        context = self._render_context(rows[0])
        progress = group_progress(rows, context.now, lambda row: self._render_context(row).left)
        title = self.groups.title(key, rows[0], context.now)
        sign = "+" if key in self.groups.collapsed else "-"
        return tuple(
            header_cell(plan.key, progress, title, context.palette, plan.width, sign)
            for plan in self._plan
        )

    def _error_cells(self, key: VideoKey, error: Exception) -> tuple[Cell, ...]:
        """The cells of a row that cannot be shown, which say so. Logged once."""
        if key not in self._failed:
            self._failed.add(key)
            _log.error("the row of %s cannot be shown", key.id, exc_info=error)
        words = _("{what} cannot be shown; the details are in the log.").format(
            what=short_id(key.id, _ID_CELLS)
        )
        room = max((plan.width for plan in self._plan), default=0)
        return tuple(
            ((fit(words, plan.width) if plan.width == room else "", Style.null()),)
            for plan in self._plan
        )

    def show(
        self, order: list[VideoKey], rows: Mapping[VideoKey, Row], *, stays_first: bool = False
    ) -> None:
        """Show exactly these rows, in this order.

        With `stays_first`, a cursor on the first row stays there: that is the most urgent one.
        """
        before = self._row_by_key
        self._row_by_key = {key: rows[key] for key in order}
        lines = self.groups.arrange(order, rows)
        self._order = self.groups.videos or order
        if lines != self._lines:
            at = self.cursor_row
            self._lines = lines
            # Columns never become narrower: what stands still is easier to read.
            if self._widths.grow(rows[key] for key in order if key not in before):
                self._fit_columns()
            self.set_rows(lines)
            self._restore_cursor(at, stays_first=stays_first)
        self.redraw_all()

    def toggle_group(self) -> bool:
        """Collapse or open the group whose header is under the cursor; False on a video."""
        key = self._cursor_key
        if key is None or not is_header(key):
            return False
        self.groups.toggle(key)
        self.show(list(self._order), self._row_by_key)
        return True

    def lay_out(self, layout: ColumnLayout) -> None:
        """Show these columns, with this one marked as sorted."""
        self._layout = layout
        self._fit_columns()

    def fitting_columns(self, chosen: frozenset[str]) -> frozenset[str]:
        """Those that there is room for now if these are chosen; all while the table is hidden."""
        layout = replace(self._layout, chosen=chosen)
        if not (width := self.size.width):
            return chosen
        return frozenset(one.key for one in plan_columns(width, self._widths, layout))

    def lead_of(self, key: VideoKey) -> str:
        return "*" if key in self.marks else ""

    def mark(self, keys: Iterable[VideoKey], *, is_marked: bool) -> None:
        """Mark these, or take their marks away."""
        if is_marked:
            self.marks.update(keys)
        else:
            self.marks.difference_update(keys)
        self.redraw_all()

    def update_rows(self, keys: Iterable[VideoKey]) -> None:
        """Redraw these where they are visible."""
        if self._widths.grow(self._row_by_key[key] for key in keys if key in self._row_by_key):
            self._fit_columns()
        visible = set(self.visible_keys())
        for key in keys:
            if key in visible:
                self.update_row(key)
            else:
                self.drop_row(key)

    def redraw(self) -> None:
        """Draw everything anew, for another theme."""
        self._plan = ()
        self._fit_columns()

    def select(self, key: VideoKey) -> None:
        """Put the cursor on this video; a collapsed group opens."""
        if self.groups.reveal(key):
            self.show(list(self._order), self._row_by_key)
        if (index := self._index.get(key)) is not None:
            self.move_cursor(row=index, animate=False)
            self._note_cursor()

    def on_resize(self) -> None:
        """Choose the columns that fit the new width."""
        self._fit_columns()

    @on(DataTable.RowHighlighted)
    def _follow_cursor(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._note_cursor()

    def watch_cursor_coordinate(self, old: Coordinate, new: Coordinate) -> None:
        """Note the video at once: keys typed fast act before RowHighlighted arrives."""
        super().watch_cursor_coordinate(old, new)
        self._note_cursor()

    def _note_cursor(self) -> None:
        at = self.cursor_row
        key = self._lines[at] if 0 <= at < len(self._lines) else None
        if key != self._cursor_key:
            self._cursor_key = key
            self.post_message(self.CursorMoved(key))

    def _fit_columns(self) -> None:
        width = self.size.width
        plan = plan_columns(width, self._widths, self._layout) if width else ()
        if plan and plan != self._plan:
            self._plan = plan
            self.set_columns([(column.key, column.label, column.width) for column in plan])
            self.set_rows(self._lines)

    def _restore_cursor(self, at: int, *, stays_first: bool) -> None:
        """Put the cursor back on its video, and scroll with it so that its row stays in place."""
        top = self.scroll_offset.y
        index = None if self._cursor_key is None else self._index.get(self._cursor_key)
        if at == 0 and stays_first:
            self.move_cursor(row=0, animate=False)
        elif index is None:
            self.move_cursor(row=min(at, len(self._lines) - 1), animate=False, scroll=False)
        else:
            self.move_cursor(row=index, animate=False, scroll=False)
            if top > 0:
                self.scroll_to(y=top + index - at, animate=False, force=True)
        self._note_cursor()
