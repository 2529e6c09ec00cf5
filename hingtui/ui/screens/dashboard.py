"""The main screen: turns each command into a call, and shows what comes of it.

It asks no server and writes no file; `video_actions` does that through the monitor.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import DataTable

from hingtui.monitor import Monitor, Row
from hingtui.text.i18n import _
from hingtui.ui.notifications import Toast
from hingtui.ui.screens.layout import DashboardContext, DashboardLayout
from hingtui.ui.table.row_view import sort_name
from hingtui.ui.theme.palette import Palette
from hingtui.ui.video_actions import ActionContext, Outcome, VideoActions
from hingtui.ui.widgets.detail import DetailPane

if TYPE_CHECKING:
    from hingtui.ui.widgets.filter_bar import FilterBar

_NEED_A_VIDEO = frozenset(
    ("download", "download_all", "detail", "open", "remove", "cancel", "ask", "ask_all", "copy_id")
)


class Dashboard(DashboardLayout):
    """The watchlist and its commands."""

    class TokenRequested(Message):
        """The person is about to type a token."""

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(monitor, palette, context)
        self._actions = VideoActions(
            monitor, ActionContext(self._targets, self._copy, context.play, self._key_for)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While there are no videos, what needs one has no key and is not in the footer."""
        if action in _NEED_A_VIDEO and not self._monitor.rows:
            return action == "detail" and self._needs_token()
        return super().check_action(action, parameters)

    def _targets(self) -> list[Row]:
        """The rows that a command is about."""
        row = self._selected()
        return [] if row is None else [row]

    @on(DataTable.RowSelected)
    def _row_selected(self) -> None:
        self.action_detail()

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)

    def _finish(self, outcome: Outcome) -> None:
        """Show what came of an action."""
        if outcome.rows_changed:
            self._show_rows()
        if outcome.select is not None:
            self._table.select(outcome.select)
        if outcome.toast is not None:
            self._notify(outcome.toast)

    def _start(self, action: Coroutine[object, object, Outcome]) -> None:
        """Run an action that waits for a thread. The app's worker reports what goes wrong."""

        async def act() -> None:
            self._finish(await action)

        self.app.run_worker(act(), group="actions", exit_on_error=False)

    def action_add(self) -> None:
        """Ask for ids, then watch them."""
        from hingtui.ui.screens.dialogs import AddDialog

        known = frozenset(key.id for key in self._monitor.rows)
        self.app.push_screen(AddDialog(known), self._add)

    def _add(self, text: str | None) -> None:
        if text:
            self._start(self._actions.add(text))

    def action_download(self) -> None:
        """Download the selected video."""
        self._start(self._actions.download())

    def action_download_all(self) -> None:
        """Download all ready videos."""
        self._finish(self._actions.download_all())

    def action_cancel(self) -> None:
        """Stop the selected video's download."""
        self._finish(self._actions.cancel())

    def action_remove(self) -> None:
        """Take the selected video off the watchlist."""
        self._finish(self._actions.remove())

    def action_undo(self) -> None:
        """Watch again what was taken off last."""
        self._finish(self._actions.undo())

    def action_ask(self) -> None:
        """Ask about the selected video now."""
        self._finish(self._actions.ask())

    def action_ask_all(self) -> None:
        """Ask about all unfinished videos now."""
        self._finish(self._actions.ask_all())

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self._finish(self._actions.pause())

    def action_open(self) -> None:
        """Open the saved file in the player."""
        self._start(self._actions.open())

    def action_copy_id(self) -> None:
        """Copy the selected video's id."""
        self._finish(self._actions.copy_id())

    def action_detail(self) -> None:
        """Show or hide the details; without a usable token: ask for one."""
        if self._needs_token():
            self.post_message(self.TokenRequested())
            return
        if not self.query(DetailPane):
            self.query_one("#body").mount(DetailPane(can_focus=False))
        self.query_one("#body").toggle_class("-detail")
        self.call_after_refresh(self._show_detail)

    def action_filter(self) -> None:
        """Type words; only rows that hold them all are shown."""
        from hingtui.ui.widgets.filter_bar import FilterBar

        if bars := self.query(FilterBar):
            bar = bars.first()
            bar.value = self._view.filter
            bar.display = True
        else:
            bar = FilterBar(self._view.filter)
            self.mount(bar, before=self.query_one("#keys"))
        bar.focus()

    def on_filter_bar_filter_changed(self, event: FilterBar.FilterChanged) -> None:
        """Show what the filter lets through now."""
        self._use_view(replace(self._view, filter=event.words))

    def on_filter_bar_closed(self) -> None:
        """Hide the bar and give the keys back to the table."""
        # Hidden, not removed: Textual keeps every Input that was ever mounted on a screen alive.
        for bar in self.query("FilterBar"):
            bar.display = False
        self._table.focus()

    def action_clear_filter(self) -> None:
        """Show all rows again."""
        if self._view.filter:
            self._use_view(replace(self._view, filter=""))

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._use_view(self._view.next_sort())
        self._notify(Toast(_("Sorted {how}").format(how=sort_name(self._view.sort))))

    def action_sort_back(self) -> None:
        """Sort the other way round."""
        self._use_view(replace(self._view, is_reversed=not self._view.is_reversed))

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
