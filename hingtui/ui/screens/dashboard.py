"""The main screen: shows the rows and turns keys into calls of the monitor.

It asks no server and writes no file: it tells the monitor and shows what the monitor says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import DataTable, Static

from hingtui.model.video import Status
from hingtui.monitor import Changes, GatewayState, Monitor, Row, StatusCounts
from hingtui.text.cell_width import fit, legible, short_id
from hingtui.text.clean import clean_line, one_line
from hingtui.text.i18n import _, ngettext
from hingtui.ui.keys import LiveKeys
from hingtui.ui.messages import VideosChanged
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.row_view import RowView, sort_name
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.textual_fixes.footer import KeyBar
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.detail import DetailPane
from hingtui.ui.widgets.header import banner_line, header_line
from hingtui.ui.widgets.welcome import Welcome, welcome_card

if TYPE_CHECKING:
    from hingtui.ui.widgets.filter_bar import FilterBar

WIDE = 120
"""Cells of width from which the details stand beside the table, not below it."""
TICK, SLOW_TICK = 1.0, 20.0
"""Seconds between two looks at the clock while something counts down, and while nothing does."""
_NAME_CELLS, _ID_CELLS = 44, 32
"""Cells that a toast gives a prompt, and an id: one word, which has to fit on the first line."""

_NEED_A_VIDEO = frozenset(
    ("download", "download_all", "detail", "open", "remove", "cancel", "ask", "ask_all", "copy_id")
)


class Dashboard(Screen[None]):
    """The watchlist, a line about all of it, and the details of one video."""

    class TokenWanted(Message):
        """The person wants to type a token."""

    class OpenWanted(Message):
        """The person wants to see a saved video."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(
        self,
        monitor: Monitor,
        palette: Palette,
        *,
        host: str,
        is_demo: bool,
        notices: list[str],
        keys: LiveKeys,
    ) -> None:
        super().__init__()
        self._keys = keys
        self._places = {command.id: place for place, command in enumerate(keys.commands)}
        self._monitor = monitor
        self.palette = palette
        self._host = host
        self._is_demo = is_demo
        self.notices = notices
        """What to tell in the banner while nothing more urgent is to be told."""
        self._census = StatusCounts()
        self._arrangement = RowView()
        self._keys_for = (True, False)
        self._header = Text()
        self._banner: Text | None = None
        self._ticker: Timer | None = None
        self._tick = TICK

    def compose(self) -> ComposeResult:
        yield Static(id="header", markup=False)
        yield Static(id="banner", markup=False)
        with Container(id="body"):
            yield VideoTable(self._sight)
        yield Container(id="keys")

    def on_mount(self) -> None:
        """Show what is known already."""
        self._census.update(self._monitor.watched, self._monitor.watched, self._monitor.now())
        self._show_rows()
        self._show_host()
        self._ticker = self.set_interval(TICK, self.time_passed)
        self.call_after_refresh(self._mount_keys)

    def _mount_keys(self) -> None:
        """The footer is many widgets: they come once the first picture stands."""
        self.query_one("#keys").mount(KeyBar(show_command_palette=False))

    def on_resize(self) -> None:
        """Another size: the details find their place."""
        self.set_class(self.size.width >= WIDE, "-wide")
        self._show_host()

    def use_palette(self, palette: Palette) -> None:
        """The theme has changed."""
        self.palette = palette
        self._table.redraw()
        self._header, self._banner = Text(), None
        self._show_host()
        self._show_detail()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """As Textual's, but the footer keeps its order: a keymap moves changed keys to the end."""
        active = super().active_bindings
        return dict(sorted(active.items(), key=lambda item: self._place_in_footer(item[1].binding)))

    def _place_in_footer(self, binding: Binding) -> int:
        return self._places.get(binding.id or "", len(self._places))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a video is no key, and not in the footer, while there is none."""
        if action in _NEED_A_VIDEO and not self._monitor.watched:
            return action == "detail" and self._wants_token()
        return super().check_action(action, parameters)

    def _wants_token(self) -> bool:
        return self._monitor.connection.link in (GatewayState.NO_TOKEN, GatewayState.DENIED)

    # What is shown

    @property
    def _table(self) -> VideoTable:
        return self.query_one(VideoTable)

    def _sight(self, watched: Row) -> RenderContext:
        return RenderContext(
            self._monitor.now(), self.palette, self._monitor.remaining(watched), self._keys.key_for
        )

    def _show_rows(self) -> None:
        """Show the rows that the filter lets through, sorted as wanted."""
        watched = self._monitor.watched
        self.query_one("#body").set_class(not watched, "-empty")
        rows = self._arrangement.arrange(watched.values(), self._monitor.now())
        self._table.show(rows)
        if not watched and self._monitor.connection.link is not GatewayState.STARTING:
            self._show_welcome()

    def _show_welcome(self) -> None:
        card = welcome_card(
            needs_token=self._monitor.connection.link is GatewayState.NO_TOKEN,
            host=self._host,
            palette=self.palette,
            key_for=self._keys.key_for,
        )
        if welcome := self.query(Welcome):
            welcome.first().show(card)
        else:
            self.query_one("#body").mount(Welcome(card))

    def _show_host(self) -> None:
        keys_for = (not self._monitor.watched, self._wants_token())
        if keys_for != self._keys_for:
            self._keys_for = keys_for
            self.refresh_bindings()
        connection = self._monitor.connection
        line = header_line(
            self._census,
            connection,
            now=self._monitor.now(),
            host=self._host,
            is_demo=self._is_demo,
            palette=self.palette,
            width=self.size.width,
            needle=self._arrangement.needle,
            shown=len(self._table.order),
        )
        if line != self._header or line.spans != self._header.spans:
            self._header = line
            self.query_one("#header", Static).update(line, layout=False)
        words = banner_line(
            connection,
            urgent=self._urgent(),
            notices=self._told(),
            palette=self.palette,
            key_for=self._keys.key_for,
        )
        if words != self._banner:
            self._banner = words
            banner = self.query_one("#banner", Static)
            banner.set_class(words is not None, "-shown")
            banner.update(words or "")

    def _urgent(self) -> str:
        """What could be lost, or ""."""
        if (trouble := self._monitor.storage_error) is None:
            return ""
        told = _("{trouble} It is tried again; nothing watched here is forgotten.")
        return told.format(trouble=trouble)

    def _told(self) -> Iterable[str]:
        """What else is worth a banner about the user's own files, the most important first."""
        monitor = self._monitor
        if monitor.is_read_only:
            yield _("The watchlist is of a newer hingtui: it is shown, but nothing is saved in it.")
        if monitor.set_aside is not None:
            yield _(
                "The watchlist was damaged. Its backup is used; the bad file is {name}."
            ).format(name=monitor.set_aside.name)
        yield from self.notices

    def _show_detail(self) -> None:
        if not self.query_one("#body").has_class("-detail") or not self.query(DetailPane):
            return
        pane = self.query_one(DetailPane)
        watched = self._selected()
        try:
            pane.show(watched, None if watched is None else self._sight(watched))
        except Exception:
            pane.show(None, None)  # rather nothing than another video's details
            raise

    def _selected(self) -> Row | None:
        return self._monitor.watched.get(self._table.cursor_id or "")

    def time_passed(self) -> None:
        """Countdowns and estimates are a second older."""
        self._census.update(self._monitor.watched, (), self._monitor.now())
        if not self._arrangement.is_steady:
            self._show_rows()
        self._table.update_visible()
        self._show_host()
        self._show_detail()
        tick = TICK if self._census.moving else SLOW_TICK
        if tick != self._tick and self._ticker is not None:
            self._tick = tick
            self._ticker.stop()
            self._ticker = self.set_interval(tick, self.time_passed)

    # What happened

    @on(VideosChanged)
    def _take_changes(self, event: VideosChanged) -> None:
        changes = event.changes
        self._census.update(self._monitor.watched, changes.ids, self._monitor.now())
        if changes.membership:
            self._show_rows()
        else:
            self._table.update_rows(changes.ids)
        self._show_host()
        if self._table.cursor_id in changes.ids or changes.membership:
            self._show_detail()
        self._tell(changes)
        if self._tick == SLOW_TICK:
            self.time_passed()

    def _tell(self, changes: Changes) -> None:
        """A short word on what a person waits for; many at once are counted, not listed."""
        for ids, one, many, severity in (
            (changes.saved, _("Saved: {what}"), _("{n} videos saved"), "information"),
            (changes.ready, _("Ready: {what}"), _("{n} videos are ready"), "information"),
            (changes.failed, _("Failed: {what}"), _("{n} videos failed"), "warning"),
            (changes.not_saved, _("Not saved: {what}"), _("{n} videos not saved"), "error"),
        ):
            if len(ids) == 1:
                self._notify(one.format(what=self._title_of(ids[0])), severity)
            elif ids:
                self._notify(many.format(n=len(ids)), severity)

    def _title_of(self, video_id: str) -> str:
        watched = self._monitor.watched.get(video_id)
        prompt = watched.video.prompt if watched is not None and watched.video else ""
        return fit(one_line(prompt), _NAME_CELLS) if prompt else short_id(video_id, _ID_CELLS)

    def _notify(self, words: str, severity: str = "information") -> None:
        self.app.notify(words, severity=severity, markup=False, timeout=4)  # type: ignore[arg-type]

    @on(VideoTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._show_detail()
        for pane in self.query(DetailPane):
            pane.scroll_home(animate=False)

    @on(DataTable.RowSelected)
    def _row_selected(self) -> None:
        self.action_detail()

    # What a person wants

    def action_add(self) -> None:
        """Ask for ids, then watch them."""
        from hingtui.ui.screens.dialogs import AddDialog

        self.app.push_screen(AddDialog(frozenset(self._monitor.watched)), self._add)

    def _add(self, text: str | None) -> None:
        if text:
            self.app.run_worker(self._watch_found(text), group="wishes", exit_on_error=False)

    async def _watch_found(self, text: str) -> None:
        from hingtui.model.ids import find_ids

        found = await asyncio.to_thread(find_ids, text)  # a hostile paste can take seconds
        result = self._monitor.add(found.ids)
        parts = []
        if result.added:
            n = len(result.added)
            parts.append(ngettext("{n} added", "{n} added", n).format(n=n))
        if result.known:
            parts.append(_("{n} already watched").format(n=len(result.known)))
        if found.rejected:
            some = " ".join(found.rejected[:3])
            parts.append(_("not an id: {words}").format(words=clean_line(some, 60)))
        if parts:
            self._notify(" · ".join(parts), "information" if found.ids else "warning")
        if result.added:
            self._show_rows()
            self._table.select(result.added[0])

    def action_download(self) -> None:
        """Bring the selected video home."""
        if (watched := self._selected()) is not None:
            self.app.run_worker(self._download(watched), group="wishes", exit_on_error=False)

    async def _download(self, watched: Row) -> None:
        if watched.status is not Status.READY:
            self._notify(_("It is not ready yet."), "warning")
            return
        saved = watched.saved
        if saved is not None and await asyncio.to_thread(saved.exists):
            self._notify(_("It is saved already: {path}").format(path=legible(saved)))
            return
        if not self._monitor.save([watched.id]):
            self._notify(_("It is on its way already."))

    def action_download_all(self) -> None:
        """Bring all ready videos home."""
        now = self._monitor.now()
        ids = [w.id for w in self._monitor.watched.values() if w.can_be_saved(now)]
        begun = len(self._monitor.save(ids))
        if begun:
            self._notify(
                ngettext("{n} download begins", "{n} downloads begin", begun).format(n=begun)
            )
        else:
            self._notify(_("Nothing is ready that is not saved yet."))

    def action_cancel(self) -> None:
        """Stop the selected video's download."""
        watched = self._selected()
        if watched is not None and self._monitor.cancel([watched.id]):
            words = _("Download stopped; {key} resumes it.")
            self._notify(words.format(key=self._keys.key_for("download")))
        else:
            self._notify(_("No download of it is running."))

    def action_remove(self) -> None:
        """Take the selected video off the watchlist."""
        if (watched := self._selected()) is not None:
            name = self._title_of(watched.id)
            self._monitor.remove([watched.id])
            self._show_rows()
            words = _("No longer watched: {what} ({key} brings it back)")
            self._notify(words.format(what=name, key=self._keys.key_for("undo")))

    def action_undo(self) -> None:
        """Bring back what was unwatched last."""
        back = self._monitor.restore()
        if back:
            self._show_rows()
            self._table.select(back[0])
        else:
            self._notify(_("Nothing to undo."))

    def action_ask(self) -> None:
        """Ask about the selected video now."""
        if (watched := self._selected()) is not None:
            self._monitor.ask([watched.id])
            self._notify(_("Asking about it now."))

    def action_ask_all(self) -> None:
        """Ask about all unfinished videos now."""
        self._monitor.ask()
        self._notify(_("Asking about all that are not finished."))

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self._monitor.pause(not self._monitor.is_paused)

    def action_detail(self) -> None:
        """Show or hide the details; without a usable token: ask for one."""
        if self._wants_token():
            self.post_message(self.TokenWanted())
            return
        if not self.query(DetailPane):
            self.query_one("#body").mount(DetailPane(can_focus=False))
        self.query_one("#body").toggle_class("-detail")
        self.call_after_refresh(self._show_detail)

    def action_open(self) -> None:
        """Open the saved file in the player."""
        watched = self._selected()
        if watched is None or watched.saved is None:
            words = _("It is not saved yet: {key} downloads it.")
            self._notify(words.format(key=self._keys.key_for("download")), "warning")
        else:
            self.post_message(self.OpenWanted(watched.saved))

    def action_copy_id(self) -> None:
        """Copy the selected video's id."""
        if (watched := self._selected()) is not None:
            self.app.copy_to_clipboard(watched.id)
            self._notify(_("Copied: {what}").format(what=short_id(watched.id, _ID_CELLS)))

    def action_filter(self) -> None:
        """Type words; only rows that hold them all are shown."""
        from hingtui.ui.widgets.filter_bar import FilterBar

        if bars := self.query(FilterBar):
            bar = bars.first()
            bar.value = self._arrangement.needle
            bar.display = True
        else:
            bar = FilterBar(self._arrangement.needle)
            self.mount(bar, before=self.query_one("#keys"))
        bar.focus()

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """The filter is another one now."""
        self._arrange(replace(self._arrangement, needle=event.needle))

    def on_filter_bar_left(self) -> None:
        """The table has the keys again."""
        # Hidden, not removed: Textual keeps every Input that was ever mounted on a screen alive.
        for bar in self.query("FilterBar"):
            bar.display = False
        self._table.focus()

    def action_clear_filter(self) -> None:
        """Show all rows again."""
        if self._arrangement.needle:
            self._arrange(replace(self._arrangement, needle=""))

    def action_sort(self) -> None:
        """Sort by the next thing there is."""
        self._arrange(self._arrangement.next_sort())
        self._notify(_("Sorted {how}").format(how=sort_name(self._arrangement.sort)))

    def action_sort_back(self) -> None:
        """Sort the other way round."""
        self._arrange(replace(self._arrangement, is_reversed=not self._arrangement.is_reversed))

    def _arrange(self, arrangement: RowView) -> None:
        self._arrangement = arrangement
        self._show_rows()
        self._show_host()
        self._show_detail()

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
