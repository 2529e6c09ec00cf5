"""The commands that choose what the table shows: filter, sort, columns, marks and the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import DataTable

from hingtui.model.key import VideoKey
from hingtui.monitor.attention import needs_person
from hingtui.monitor.row_groups import Grouping
from hingtui.text.i18n import _
from hingtui.ui.notifications import Toast
from hingtui.ui.screens.details import DashboardDetails
from hingtui.ui.table.row_view import STATE_GROUPS, RowView, Sort
from hingtui.ui.widgets.header import NEXT_EXPIRY, Header
from hingtui.ui.widgets.header_part import GATEWAYS
from hingtui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from hingtui.ui.widgets.filter_bar import FilterBar


class TableActions(DashboardDetails):
    """The table's commands. None of them changes a video."""

    _marked_last: VideoKey | None = None
    """Where a range of marks begins."""

    def _use_view(self, view: RowView) -> None:
        self._view = view
        self._show_rows()
        self._show_header()
        self._show_detail()
        for bar in self.query("FilterBar"):
            bar.display = bar.has_focus_within or bool(view.filter)

    def first_picture_drawn(self) -> None:
        """Add the filter's bar, so that it can take keys at once."""
        super().first_picture_drawn()
        self._filter_bar()

    def _filter_bar(self) -> FilterBar:
        from hingtui.ui.widgets.filter_bar import FilterBar

        if bars := self.query(FilterBar):
            return bars.first()
        bar = FilterBar()
        self.mount(bar, before=self.query_one(KeyBar))
        return bar

    def action_filter(self) -> None:
        """Type words; only rows that match them are shown."""
        bar = self._filter_bar()
        bar.value = self._view.filter
        bar.display = True
        bar.take_keys()
        bar.show_matches(len(self._table.order), len(self._monitor.rows))

    def on_filter_bar_filter_changed(self, event: FilterBar.FilterChanged) -> None:
        """Show what the filter lets through now."""
        self._use_view(replace(self._view, filter=event.words))
        event.bar.show_matches(len(self._table.order), len(self._monitor.rows))

    def on_filter_bar_closed(self) -> None:
        """Give the keys back to the table; the bar stays while it hides rows."""
        # Hidden, not removed: Textual keeps every Input that was ever mounted on a screen alive.
        # At once: the change of the words may still be on its way, and looks at the focus.
        self._focus_videos()
        bar = self._filter_bar()
        bar.display = bool(bar.value.strip())

    def _focus_videos(self) -> None:
        self.set_focus(self._table)

    def action_clear_filter(self) -> None:
        """Dismiss what expired unsaved; else show all rows; else take the marks away, and so on."""
        alerts = self._dashboard_context.alerts
        if alerts.dismiss_error():
            self.time_passed()
        elif self._view.is_filtered:
            self._use_view(replace(self._view, filter="", group=0))
        elif self._table.marks:
            self._set_marks(self._table.marks.copy(), is_marked=False)
        elif self.is_detail_open:
            self._choose_detail(False)
        elif alerts.auto_download.dismiss():
            self._show_header()

    def action_show_group(self, group: int) -> None:
        """Show one group of states, 0 for all; the same again shows all."""
        if group > len(STATE_GROUPS) or (group and group == self._view.group):
            group = 0
        self._use_view(replace(self._view, group=group))

    @on(Header.Clicked)
    def _header_clicked(self, event: Header.Clicked) -> None:
        if isinstance(event.target, int):
            self.action_show_group(event.target)
        elif event.target == NEXT_EXPIRY:
            self._go_to_next_expiry()
        elif event.target == GATEWAYS:
            self.action_gateway_health()

    def action_gateway_health(self) -> None:
        """Show how well the gateways work."""
        from hingtui.ui.screens.gateway_health import GatewayHealthDialog

        context = self._dashboard_context
        self.app.push_screen(
            GatewayHealthDialog(
                self._monitor,
                self._gateways,
                context.gateway_settings,
                context.open_history,
                self.palette,
            )
        )

    def _go_to_next_expiry(self) -> None:
        rows = self._monitor.rows
        expiries = [
            (expiry.at, key)
            for key in self._table.order
            if rows[key].saved is None and (expiry := rows[key].expiry) is not None
        ]
        if soonest := min((e for e in expiries if e[0] > self._monitor.now()), default=None):
            self._table.select(soonest[1])

    def action_sort(self) -> None:
        """Choose what the rows are sorted by."""
        from hingtui.ui.screens.choices import SortDialog

        self.app.push_screen(
            SortDialog(self._view.sort, has_gateways=not self._gateways.is_one), self._sort_chosen
        )

    def _sort_chosen(self, sort: Sort | None) -> None:
        if sort is not None:
            self._sort_by(replace(self._view, sort=sort, is_reversed=False))

    def action_sort_back(self) -> None:
        """Sort the other way round."""
        self._sort_by(replace(self._view, is_reversed=not self._view.is_reversed))

    def _sort_by(self, view: RowView) -> None:
        self._dashboard_context.memory.change(sort=view.sort.value, is_reversed=view.is_reversed)
        self._use_view(view)

    @on(DataTable.HeaderSelected)
    def _column_clicked(self, event: DataTable.HeaderSelected) -> None:
        """Sort by the column; by the sorted one, the other way round."""
        clicked = event.column_key.value
        sort = Sort.ATTENTION if clicked == "status" else Sort(clicked)
        is_same = sort is self._view.sort
        is_reversed = is_same and not self._view.is_reversed
        self._sort_by(replace(self._view, sort=sort, is_reversed=is_reversed))

    def action_columns(self) -> None:
        """Choose the columns."""
        from hingtui.ui.screens.choices import ColumnsDialog

        self.app.push_screen(
            ColumnsDialog(
                self._columns,
                has_gateways=not self._gateways.is_one,
                fitting=self._table.fitting_columns,
            ),
            self._columns_chosen,
        )

    def _columns_chosen(self, columns: frozenset[str] | None) -> None:
        if columns is not None:
            self._columns = columns
            self._dashboard_context.memory.change(columns=tuple(sorted(columns)))
            self._show_rows()

    def action_group(self) -> None:
        """Group by what was added together, then by prompt, then not at all."""
        choices = list(Grouping)
        groups = self._table.groups
        groups.use(choices[(choices.index(groups.grouping) + 1) % len(choices)])
        self._dashboard_context.memory.change(grouping=groups.grouping.value)
        self._show_order()
        self._show_header()
        words = {
            Grouping.NONE: _("Not grouped."),
            Grouping.BATCH: _("Grouped by what was added together."),
            Grouping.PROMPT: _("Grouped by prompt."),
        }
        text = words[groups.grouping]
        if groups.grouping is not Grouping.NONE and not groups.members:
            text += " " + _("No two videos belong together.")
        self._notify(Toast(text, kind="grouping", is_event=False))

    def action_mark(self) -> None:
        """Mark the row or its whole group, or take the marks away, and go on to the next."""
        key = self._table.cursor_video
        if key is not None:
            keys = self._table.cursor_group or [key]
            self._set_marks(keys, is_marked=not self._table.marks.issuperset(keys))
            self._marked_last = key
            self._table.action_cursor_down()

    def _shown(self) -> list[VideoKey]:
        """The videos that a person sees, or could scroll to, in their order."""
        return list(self._table.order)

    def action_mark_range(self) -> None:
        """Mark all rows from the one marked last to this one."""
        order = self._shown()
        key = self._table.cursor_video
        if key is None or key not in order:
            return
        start = self._marked_last if self._marked_last in order else key
        ends = sorted((order.index(start), order.index(key))) if start is not None else [0, 0]
        self._set_marks(order[ends[0] : ends[1] + 1], is_marked=True)
        self._marked_last = key

    def action_mark_invert(self) -> None:
        """Mark the rows that are shown and not marked, and the other way round."""
        shown = set(self._shown())
        marked = self._table.marks & shown
        self._set_marks(shown - marked, is_marked=True)
        self._set_marks(marked, is_marked=False)

    def action_mark_all(self) -> None:
        """Mark all rows that are shown."""
        self._set_marks(self._shown(), is_marked=True)

    def _set_marks(self, keys: Iterable[VideoKey], *, is_marked: bool) -> None:
        self._table.mark(keys, is_marked=is_marked)
        self._show_header()

    def action_next_attention(self) -> None:
        """To the next row that needs a person."""
        self._go_to_attention(1)

    def action_previous_attention(self) -> None:
        """To the previous row that needs a person."""
        self._go_to_attention(-1)

    def _go_to_attention(self, step: int) -> None:
        order, rows, now = self._table.order, self._monitor.rows, self._monitor.now()
        here = self._table.cursor_video
        start = order.index(here) if here in order else 0
        if self._table.cursor_group and step > 0:
            start -= 1  # the first video of the group is the next one
        for distance in range(1, len(order) + 1):
            key = order[(start + step * distance) % len(order)]
            if needs_person(rows[key], now):
                self._table.select(key)
                return
        self._notify(Toast(_("No video needs you now.")))

    def action_down(self) -> None:
        """One row down."""
        self._table.action_cursor_down()

    def action_up(self) -> None:
        """One row up."""
        self._table.action_cursor_up()

    def action_top(self) -> None:
        """To the first row."""
        self._table.move_cursor(row=0)

    def action_bottom(self) -> None:
        """To the last row."""
        self._table.move_cursor(row=max(0, self._table.row_count - 1))
