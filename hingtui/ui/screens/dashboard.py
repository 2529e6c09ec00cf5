"""The main screen: turns each command into a call, and shows what comes of it.

It asks no server and writes no file; `video_actions` does that through the monitor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events, on
from textual.message import Message
from textual.widgets import DataTable

from hingtui.model.key import VideoKey
from hingtui.monitor import Monitor
from hingtui.text.i18n import _
from hingtui.ui.explanations import why_not_asking
from hingtui.ui.messages import GalleryChosen
from hingtui.ui.notifications import Toast
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.screens.gallery_view import GalleryView
from hingtui.ui.tag_actions import TagActions
from hingtui.ui.theme.palette import Palette

if TYPE_CHECKING:
    from hingtui.ui.screens.importing import Chosen

_NEED_A_VIDEO = frozenset(
    (
        *("download", "download_all", "detail", "open", "remove", "remove_saved", "cancel"),
        *("cancel_all", "ask", "ask_all", "copy_id", "mark", "mark_range", "mark_invert"),
        *("tag", "group", "mark_all", "next_attention", "previous_attention", "filter", "sort"),
        *(
            "copy_prompt",
            "copy_path",
            "copy_raw",
            "copy_curl",
            "reveal",
            "play",
            "strip_back",
            "strip_forward",
        ),
        *("gallery", "detail_down", "detail_up", "detail_page_down", "detail_page_up"),
    )
)


class Dashboard(GalleryView):
    """The watchlist and its commands."""

    class TokenRequested(Message):
        """The person is about to type the token of a gateway."""

        def __init__(self, gateway: str) -> None:
            super().__init__()
            self.gateway = gateway

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(monitor, palette, context)
        self._tag_actions = TagActions(monitor, self._action_context)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While there are no videos, what needs one has no key and is not in the footer."""
        if action in _NEED_A_VIDEO and not self._monitor.rows:
            return action == "detail" and self._needs_token()
        if action == "close_detail" and not self.is_detail_open:
            return False
        return super().check_action(action, parameters)

    def footer_label(self, command: str, label: str, /) -> str:
        """Without a token, the key of the details asks for one."""
        if command == "detail" and self._needs_token():
            return _("Token")
        return super().footer_label(command, label)

    @on(DataTable.RowSelected)
    @on(GalleryChosen)
    def _video_chosen(self) -> None:
        self.action_detail()

    def action_add(self) -> None:
        """Ask for ids, then watch them."""
        self._ask_for_ids("")

    def action_import(self) -> None:
        """Show the account's list, then watch what was chosen."""
        from hingtui.ui.screens.importing import ImportDialog

        status, row = self._monitor.gateway_status, self._selected()
        if why := why_not_asking(status, is_paused=False, key_for=self._key_for):
            self._notify(Toast(why, "warning"))
            return
        gateways = list(self._monitor.gateways)
        first = row.gateway if row is not None and row.gateway in gateways else gateways[0]
        keys = self._dashboard_context.keys
        dialog = ImportDialog(self._monitor, gateways, self.palette, keys, first=first)
        self.app.push_screen(dialog, self._import)

    def _import(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self._finish(self._actions.add_listed(chosen))
        else:  # by now it may be known that there is no list
            self._show_rows(stays_first=True)

    def on_paste(self, event: events.Paste) -> None:
        """A paste anywhere adds videos: show what was found in it first."""
        if event.text.strip():
            event.stop()
            self._ask_for_ids(event.text)

    def _ask_for_ids(self, text: str) -> None:
        from hingtui.ui.screens.dialogs import AddDialog

        known = frozenset(key.id for key in self._monitor.rows)
        hosts, add_key = self._dashboard_context.foreign_hosts, self._key_for("add_gateway")
        self.app.push_screen(AddDialog(known, text, hosts, add_key), self._add)

    def _add(self, text: str | None) -> None:
        if text:
            self._start(self._actions.add(text, self._dashboard_context.gateways_by_url))

    def action_download(self) -> None:
        """Download the selected video."""
        self._start(self._actions.download())

    def action_download_all(self) -> None:
        """Download all ready videos."""
        self._finish(self._actions.download_all())

    def action_auto(self) -> None:
        """Download automatically, or no longer."""
        self._notify(self._dashboard_context.alerts.auto_download.toggle())
        self._show_header()

    def action_cancel(self) -> None:
        """Stop the selected video's download."""
        self._finish(self._actions.cancel())

    def action_remove(self) -> None:
        """Take the selected videos off the watchlist; ask first where a download would stop."""
        running = sum(row.is_downloading for row in self._targets())
        if not running:
            self._finish(self._actions.remove())
            return
        from hingtui.ui.screens.dialogs import RemoveDialog

        self.app.push_screen(RemoveDialog(running, self._key_for("undo")), self._remove_confirmed)

    def _remove_confirmed(self, is_wanted: bool | None) -> None:
        if is_wanted:
            self._finish(self._actions.remove())

    def action_remove_saved(self) -> None:
        """Take all saved videos off the watchlist."""
        self._finish(self._actions.remove_saved())

    def action_cancel_all(self) -> None:
        """Stop all downloads."""
        self._finish(self._actions.cancel_all())

    def action_undo(self) -> None:
        """Watch again what was taken off last."""
        self._finish(self._actions.undo())

    def action_tag(self) -> None:
        """Type a tag for the selected videos."""
        from hingtui.ui.screens.tag_dialog import TagDialog

        targets = self._targets()
        if not targets:
            return
        known = dict.fromkeys(tag for row in self._monitor.rows.values() for tag in row.tags)
        self.app.push_screen(TagDialog(len(targets), sorted(known)), self._tag)

    def _tag(self, text: str | None) -> None:
        if text:
            self._finish(self._tag_actions.tag(text))

    def action_ask(self) -> None:
        """Ask about the selected video now."""
        self._finish(self._actions.ask())

    def action_ask_all(self) -> None:
        """Ask about all unfinished videos now."""
        self._finish(self._actions.ask_all())

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self._finish(self._actions.pause())

    def action_detail(self) -> None:
        """Show or hide the details, or the rows of a group; without a token: ask for one."""
        if self._table.toggle_group():
            return
        if self._needs_token():
            name = self._gateways.without_token(self._selected())
            self.post_message(self.TokenRequested(name))
            return
        self.toggle_detail()

    def action_events(self) -> None:
        """List what has happened in this run."""
        from hingtui.ui.screens.events import EventsDialog

        log = self._dashboard_context.event_log
        self.app.push_screen(EventsDialog(log, self.palette), self._select)

    def action_history(self) -> None:
        """Show the history and its statistics."""
        from hingtui.ui.history_context import HistoryContext
        from hingtui.ui.history_view import HistoryView
        from hingtui.ui.screens.history import HistoryScreen

        context, now = self._dashboard_context, self._monitor.clock.time
        given = HistoryContext(
            open_view=lambda: HistoryView(context.open_history(), now),
            now=now,
            watch=self._watch_again,
            copy=self._copy,
            play=context.play,
            reveal=context.reveal,
            keys=context.keys,
        )
        self.app.push_screen(HistoryScreen(given, self.palette), self._select)

    def _watch_again(self, key: VideoKey) -> bool:
        added = self._monitor.add([key.id], gateway=key.gateway).added
        if added:
            self._show_rows()
        return bool(added)

    def _select(self, key: VideoKey | None) -> None:
        """Put the cursor on this video; one that the filter hides is shown again."""
        if key is None:
            return
        if key in self._monitor.rows and key not in self._table.order:
            self._use_view(replace(self._view, filter="", group=0))
        if key in self._table.order:
            self._table.select(key)
        else:
            self._notify(Toast(_("It is no longer watched."), is_event=False))
