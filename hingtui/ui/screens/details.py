"""The details on the main screen: when they are open, what they show, how they are scrolled.

They are open from a certain width on, until the person opens or closes them: that is remembered.
"""

from __future__ import annotations

from textual import on
from textual.binding import Binding, BindingsMap
from textual.timer import Timer

from hingtui.monitor import Monitor
from hingtui.text.i18n import _
from hingtui.ui.notifications import Toast
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.screens.toast_place import DashboardToasts
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.theme.palette import Palette

VERY_WIDE = 160
"""Cells of width from which the details are open unless the person closed them."""
_GATHER = 0.1
"""Seconds between two rows' details while the cursor moves."""


class DashboardDetails(DashboardToasts):
    """The main screen with the details of the row under the cursor."""

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(monitor, palette, context)
        # Not BINDINGS: those are read at import, before the language of their labels is known.
        close = Binding("q", "close_detail", _("Close"), id="quit")
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap([close])])
        self._choice = context.memory.state.details
        """Whether the person wants the details open; None before they have chosen."""
        self._is_open = self._is_drawn = False
        self._detail_timer: Timer | None = None
        self._was_moved_on = False

    def on_resize(self) -> None:
        """Open or close them unless the person has done so."""
        if self._is_drawn:
            self._open_by_width()

    def first_picture_drawn(self) -> None:
        """Open the details, if they are to be open."""
        super().first_picture_drawn()
        self._is_drawn = True
        self._open_by_width()

    def _open_by_width(self) -> None:
        is_wide = self.size.width >= VERY_WIDE
        self._open_detail(is_wide if self._choice is None else self._choice)

    @property
    def is_detail_open(self) -> bool:
        """Whether the details of a row can be seen."""
        return self._is_open and bool(self._monitor.rows)

    def _open_detail(self, is_open: bool) -> None:
        if self._is_open == is_open:
            return
        self._is_open = is_open
        body = self.query_one("#body")
        if is_open and self._detail_pane is None:
            from hingtui.ui.widgets.detail import DetailPane

            context = self._dashboard_context
            folder = self._monitor.queue.folder
            body.mount(DetailPane(context.keys, folder))
        body.set_class(is_open, "-detail")
        self.refresh_bindings()
        self.call_after_refresh(self._show_detail)

    def toggle_detail(self) -> None:
        """The person opens or closes the details, which is remembered."""
        self._choose_detail(not self._is_open)

    def _choose_detail(self, is_open: bool) -> None:
        self._choice = is_open
        self._dashboard_context.memory.change(details=is_open)
        self._open_detail(is_open)

    def action_close_detail(self) -> None:
        """Close the details in this run: the key that quits the program does this first."""
        self._choice = False
        self._open_detail(False)

    @on(VideoTable.CursorMoved)
    def _cursor_moved(self) -> None:
        """Draw the details; not for every row that a held key passes."""
        if self._detail_timer is not None:
            self._was_moved_on = True
            return
        self._was_moved_on = False
        self._detail_timer = self.set_timer(_GATHER, self._cursor_rests)
        self._show_detail()

    def _cursor_rests(self) -> None:
        self._detail_timer = None
        if self._was_moved_on:
            self._cursor_moved()

    def _scroll_detail(self, pages: float, lines: int = 0) -> None:
        if not self.is_detail_open:
            words = _("The details are closed: {key} shows them.")
            self._notify(Toast(words.format(key=self._key_for("detail")), is_event=False))
        elif (pane := self._detail_pane) is not None:
            pane.scroll_text(round(pages * pane.page) + lines)

    def action_detail_down(self) -> None:
        """Scroll the details down by a line."""
        self._scroll_detail(0, 1)

    def action_detail_up(self) -> None:
        """Scroll the details up by a line."""
        self._scroll_detail(0, -1)

    def action_detail_page_down(self) -> None:
        """Scroll the details down by half of what is visible."""
        self._scroll_detail(1)

    def action_detail_page_up(self) -> None:
        """Scroll the details up by half of what is visible."""
        self._scroll_detail(-1)
