"""The layout of the main screen: draws what the monitor has. The commands are in `dashboard`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Static

from hingtui.monitor import (
    Changes,
    GatewayState,
    Monitor,
    Row,
    RowState,
    StatusCounts,
)
from hingtui.monitor.row_groups import grouping_of
from hingtui.text.i18n import _
from hingtui.ui.arrivals import arrival_toasts
from hingtui.ui.gateway_events import GatewayEvents
from hingtui.ui.gateway_view import GatewayView
from hingtui.ui.messages import VideosChanged
from hingtui.ui.notifications import Toast, change_toasts, note_changes
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.screens.footer_screen import FooterScreen
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import USUAL_COLUMNS, ColumnLayout
from hingtui.ui.table.row_order import RowOrder
from hingtui.ui.table.row_view import RowView, sort_of, sorted_column
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.textual_fixes.wide_cuts import keep_wide_characters
from hingtui.ui.theme.palette import Palette
from hingtui.ui.watchlist_notices import storage_problem, watchlist_notices
from hingtui.ui.widgets.banner import Banner, banner_messages
from hingtui.ui.widgets.header import Header, HeaderState
from hingtui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from hingtui.ui.toasts import ToastApp
    from hingtui.ui.widgets.detail import DetailPane

TICK, SLOW_TICK = 1.0, 20.0
"""Seconds between two redraws while something counts down, and while nothing does."""


class DashboardLayout(FooterScreen):
    """The watchlist, a line about all of it, and the details of one video."""

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(context.keys)
        keep_wide_characters(self)
        self._monitor = monitor
        self.palette = palette
        self._dashboard_context = context
        self._key_for = context.keys.key_for
        self._counts = StatusCounts()
        self._order = RowOrder(monitor.remaining, lambda: len(monitor.gateways) > 1)
        remembered = context.memory.state
        self._view = RowView(
            sort=sort_of(remembered.sort), is_reversed=bool(remembered.is_reversed)
        )
        columns = remembered.columns
        self._columns = USUAL_COLUMNS if columns is None else frozenset(columns)
        self._gateways = GatewayView(monitor, context.gateway_hosts)
        self._gateway_events = GatewayEvents(context.event_log)
        self._bindings_shown_for = (True, False)
        """Whether the footer was last drawn for no videos, and for a missing token."""
        self._ticker: Timer | None = None
        self._tick = TICK

    def compose(self) -> ComposeResult:
        self._use_size_classes()
        yield Header()
        yield Banner()
        with Container(id="body"):
            yield VideoTable(self._render_context)
            yield Static(id="no-match", markup=False)
        yield KeyBar(self.footer_keys)

    def on_mount(self) -> None:
        """Show what is known already."""
        self._table.groups.use(grouping_of(self._dashboard_context.memory.state.grouping))
        self._counts.update(self._monitor.rows, self._monitor.rows, self._monitor.now())
        self._dashboard_context.alerts.rows_loaded()
        self._show_rows()
        self._show_header()
        self._ticker = self.set_interval(TICK, self.time_passed)

    def first_picture_drawn(self) -> None:
        """Add what the first picture did not need. Called by the app.

        `call_after_refresh` would be too soon: while an app is mounted, Textual 8.2.8 draws nothing
        and runs those callbacks anyway.
        """

    def _compositor_refresh(self) -> None:
        """As that of Textual 8.2.8, which while an app is mounted renders what it does not show."""
        if not self.app._batch_count:
            if len(self.app.screen_stack) > 2:
                from hingtui.ui.textual_fixes.behind_dialogs import redraw_dialogs_over

                redraw_dialogs_over(self)
            super()._compositor_refresh()

    def _use_size_classes(self) -> None:
        """Have the classes that Textual 8.2.8 sets at the first resize: it would style again."""
        app = self.app
        for length, breakpoints in zip(
            app.size, (app.HORIZONTAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS), strict=True
        ):
            self.add_class(
                max((least, name) for least, name in breakpoints or () if length >= least)[1]
            )

    def on_resize(self) -> None:
        self._show_header()

    def use_palette(self, palette: Palette) -> None:
        """The theme has changed."""
        self.palette = palette
        self._table.redraw()
        self._show_header()
        self._show_detail()

    def _needs_token(self) -> bool:
        return bool(self._gateways.without_token(self._selected()))

    @property
    def _table(self) -> VideoTable:
        return self.query_one(VideoTable)

    def _render_context(self, row: Row) -> RenderContext:
        monitor = self._monitor
        estimate = monitor.estimate(row)
        return RenderContext(
            monitor.now(),
            self.palette,
            None if estimate is None else estimate.seconds,
            self._key_for,
            monitor.status_of(row.gateway),
            self._gateways.label(row.gateway),
            estimate,
            monitor.usual_duration(row),
        )

    def _show_rows(self, *, stays_first: bool = False) -> None:
        """Show the rows that the view lets through, in order."""
        rows = self._monitor.rows
        is_starting = self._monitor.gateway_status.state is GatewayState.STARTING
        self.query_one("#body").set_class(not rows and not is_starting, "-empty")
        self._order.use(self._view, rows, self._monitor.now())
        self._table.matched = self._order.filter
        self._table.lay_out(
            ColumnLayout(
                self._columns,
                sorted_column(self._view.sort),
                self._view.is_reversed,
                has_gateways=not self._gateways.is_one,
            )
        )
        self._show_order(stays_first=stays_first)
        if not rows and not is_starting:
            self._show_welcome()

    def _show_order(self, *, stays_first: bool = False) -> None:
        """Show the rows in the order that they have now."""
        table = self._table
        table.show(self._order.keys(), self._monitor.rows, stays_first=stays_first)
        is_empty = not table.order and bool(self._monitor.rows)
        no_match = self.query_one("#no-match", Static)
        if is_empty:
            words = _("No video matches. {key} shows all.")
            no_match.update(words.format(key=self._key_for("clear_filter")))
        self.query_one("#body").set_class(is_empty, "-no-match")

    def _show_welcome(self) -> None:
        from hingtui.ui.widgets.welcome import Welcome, welcome_card  # not for the first picture

        card = partial(
            welcome_card,
            needs_token=self._monitor.gateway_status.state is GatewayState.NO_TOKEN,
            has_list=self._gateways.has_list,
            gateway=self._gateways.first_host(),
            palette=self.palette,
            key_for=self._key_for,
        )
        if welcome := self.query(Welcome):
            welcome.first().show(card)
        else:
            self.query_one("#body").mount(Welcome(card))

    def _show_header(self) -> None:
        """Show the header and the banner, and the footer if other commands are possible now."""
        shown_for = (not self._monitor.rows, self._needs_token())
        if shown_for != self._bindings_shown_for:
            self._bindings_shown_for = shown_for
            self.refresh_bindings()
        state = HeaderState(
            self._counts,
            self._gateways.states(),
            self._monitor.now(),
            self._dashboard_context.is_demo,
            total=len(self._monitor.rows),
            shown=len(self._table.order),
            group=self._view.group,
            marked=len(self._table.marks),
            batch=self._dashboard_context.alerts.batch,
            speed=self._monitor.queue.speed,
            auto_download=self._monitor.auto_download,
            balances=self._gateways.balances(),
        )
        self.query_one(Header).show(state, self.palette)
        messages = banner_messages(
            self._gateways.states(),
            alerts=self._dashboard_context.alerts.banner(self._counts.counts[RowState.READY]),
            urgent=storage_problem(self._monitor),
            notices=[*watchlist_notices(self._monitor), *self._dashboard_context.notices],
            palette=self.palette,
            key_for=self._key_for,
        )
        self.query_one(Banner).show(messages)

    def _show_detail(self) -> None:
        pane = self._detail_pane
        if pane is None or not self.query_one("#body").has_class("-detail"):
            return
        row = self._selected()
        context = None if row is None else self._render_context(row)
        pane.show(row, context)

    @property
    def _detail_pane(self) -> DetailPane | None:
        """None before the details were first open."""
        return cast("DetailPane | None", next(iter(self.query("DetailPane")), None))

    def _selected(self) -> Row | None:
        return None if (key := self._table.cursor_key) is None else self._monitor.rows.get(key)

    def time_passed(self) -> None:
        """Redraw countdowns and estimates."""
        self._counts.update(self._monitor.rows, (), self._monitor.now())
        self._show_alerts()
        if self._order.update(self._monitor.rows, (), self._monitor.now()):
            self._show_order(stays_first=True)
        self._table.update_visible()
        self._show_header()
        self._show_detail()
        is_busy = self._counts.changing or self._dashboard_context.alerts.needs_ticks
        tick = TICK if is_busy else SLOW_TICK
        if tick != self._tick and self._ticker is not None:
            self._tick = tick
            self._ticker.stop()
            self._ticker = self.set_interval(tick, self.time_passed)

    @on(VideosChanged)
    def _videos_changed(self, event: VideosChanged) -> None:
        changes = event.changes
        if not self.children:
            return  # the app is being closed
        self._counts.update(self._monitor.rows, changes.keys, self._monitor.now())
        has_moved = self._order.update(self._monitor.rows, changes.keys, self._monitor.now())
        self._show_alerts(changes)
        if changes.membership:
            self._show_rows(stays_first=True)
        elif has_moved:
            self._show_order(stays_first=True)
        self._table.update_rows(changes.keys)
        self._show_header()
        if self._table.cursor_key in changes.keys or changes.membership:
            self._show_detail()
        if changes.gateway:
            self._gateway_events.note(self._gateways.states())
        self._show_toasts(changes)
        if self._tick == SLOW_TICK:
            self.time_passed()

    def _show_alerts(self, changes: Changes | None = None) -> None:
        """Let the alerts see what changed and what time it is, and show what they say."""
        for toast in self._dashboard_context.alerts.update(changes):
            self._notify(toast)

    def _show_toasts(self, changes: Changes) -> None:
        note_changes(self._dashboard_context.event_log, changes, self._monitor.rows)
        for toast in (*change_toasts(changes, self._monitor.rows), *arrival_toasts(changes)):
            self._notify(toast)

    def _notify(self, toast: Toast) -> None:
        cast("ToastApp", self.app).notify(
            toast.text,
            severity=toast.severity,
            markup=False,
            kind=toast.kind,
            key=toast.key,
            is_event=toast.is_event,
        )
