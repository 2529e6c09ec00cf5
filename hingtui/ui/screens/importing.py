"""The dialog that shows an account's list page by page, and answers with what is to be watched."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label, Static

from hingtui.model.errors import HingtuiError
from hingtui.monitor import Monitor
from hingtui.monitor.list_poller import Listed
from hingtui.text.i18n import _
from hingtui.ui.import_list import ImportList, Reading
from hingtui.ui.import_text import empty_message, import_title, none_left, state_message
from hingtui.ui.screens.dialogs import Dialog
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.import_table import ImportTable
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.filter_bar import FilterBar
from hingtui.ui.widgets.key_bar import FooterKey, HasFooterKeys

if TYPE_CHECKING:
    from hingtui.ui.keys import LiveKeys

NEAR_END = 20
"""Rows from the cursor to the last one from which on the next page is read."""
_REFRESH_EVERY = 1.0
"""Seconds between two redraws of what is watched by now, and of the countdowns."""

Chosen = Mapping[str, Sequence[Listed]]
"""By gateway, the entries to be watched."""

_log = logging.getLogger(__name__)


class ImportDialog(Dialog[Chosen]):
    """Shows what the account holds. Enter answers with what is marked, else with the selected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding("i", "dismiss_nothing", show=False, id="import"),
        Binding("a", "app.add_ids", show=False, id="add"),
        Binding("enter", "accept", show=False),
        Binding("space", "mark", show=False, id="mark"),
        Binding("V", "mark_range", show=False, id="mark_range"),
        Binding("ctrl+a", "mark_all", show=False, id="mark_all"),
        Binding("asterisk,fullwidth_asterisk", "invert", show=False, id="mark_invert"),
        Binding("slash,ideographic_comma,fullwidth_solidus", "filter", show=False, id="filter"),
        Binding("r", "read_again", show=False, id="ask"),
        Binding("tab,right", "gateway(1)", show=False),
        Binding("shift+tab,left", "gateway(-1)", show=False),
    ]

    def __init__(
        self,
        monitor: Monitor,
        gateways: Sequence[str],
        palette: Palette,
        keys: LiveKeys,
        *,
        first: str,
    ) -> None:
        """`first` is the one of the gateways whose list is shown at the beginning."""
        super().__init__()
        self._monitor = monitor
        self._palette = palette
        self._live_keys = keys
        self._lists = [ImportList(name) for name in gateways]
        self._at = list(gateways).index(first)
        self._answer = ""
        """What a key could not do, until the next one."""

    def compose(self) -> ComposeResult:
        with Vertical(id="import-box", classes="box"):
            yield Label(id="import-title", markup=False)
            yield ImportTable(self._render_context())
            yield Static(id="import-empty", markup=False)
            yield FilterBar()
            yield Static(id="import-state", markup=False)

    def on_mount(self) -> None:
        """Read the first page."""
        self._table.focus()
        self.set_interval(_REFRESH_EVERY, self._time_passed)
        self._read()

    def on_resize(self) -> None:
        """A higher table may show the end of what was read."""
        self.when_laid_out(self._read_ahead)

    def footer_keys(self) -> Sequence[FooterKey]:
        """The keys of the filter's line while it has the focus, else those of the list."""
        if isinstance(self.focused, HasFooterKeys):
            return self.focused.footer_keys()
        close = FooterKey("escape", _("Close"))
        others = [FooterKey("tab", _("Gateway"), 2)] if len(self._lists) > 1 else []
        if not self._list.rows:
            return [*others, close]
        keys = self._live_keys
        named = [
            FooterKey((keys.keys_of(name) or ("",))[0], label, rank)
            for name, label, rank in (
                ("mark", _("Mark"), 2),
                ("mark_all", _("Mark all"), 4),
                ("mark_range", _("Mark range"), 5),
                ("filter", _("Filter"), 3),
            )
            if keys.keys_of(name)
        ]
        return [FooterKey("enter", _("Add"), 1), *named, *others, close]

    @property
    def _list(self) -> ImportList:
        return self._lists[self._at]

    @property
    def _table(self) -> ImportTable:
        return self.query_one(ImportTable)

    def _render_context(self) -> RenderContext:
        return RenderContext(self._monitor.now(), self._palette)

    def _read(self) -> None:
        """Ask for the next page, unless one is on its way or there is none."""
        reading = self._list
        if not reading.begin():
            return
        self._show()

        async def read() -> None:
            try:
                page = await self._monitor.list_page(
                    reading.gateway, reading.after, lambda: self.is_attached
                )
                if page is None:
                    return  # closed meanwhile
                reading.take(page, self._monitor.gateways[reading.gateway].gateway.clock_lead)
            except HingtuiError as error:
                reading.fail(error)
            except Exception as error:  # noqa: BLE001 - the dialog says so, and can try again
                _log.exception("the list of %s could not be read", reading.gateway)
                reading.fail(error)
            if self.is_attached:
                self._show()
                self.when_laid_out(self._read_ahead)

        self.app.run_worker(read(), group="import", exit_on_error=False)

    def _read_ahead(self) -> None:
        """Read on where the table is not full, or the cursor comes near the end."""
        table, reading = self._table, self._list
        if reading.words or reading.state is not Reading.MORE:
            return  # a filter is about what was read: it must not cause all pages to be read
        left = len(table.order) - 1 - table.cursor_row
        if left < NEAR_END or len(table.order) < table.size.height:
            self._read()

    @on(DataTable.RowHighlighted)
    def _cursor_moved(self) -> None:
        self._read_ahead()

    @on(ImportTable.EndReached)
    def _go_on(self) -> None:
        if self._list.state is Reading.MORE:
            self._read()

    def _show(self) -> None:
        """Show what was read of the current gateway's list."""
        shown, table, watched = self._list, self._table, self._monitor.rows
        table.context = self._render_context()
        table.marks, table.matched = shown.marks, shown.filter
        table.show(shown.shown(watched, self._monitor.now()), shown.rows, watched)
        names = [each.gateway for each in self._lists]
        title = import_title(names, shown.gateway, self._palette.muted)
        self.query_one("#import-title", Label).update(title)
        status, key_for = self._monitor.status_of(shown.gateway), self._live_keys.key_for
        empty = empty_message(shown, len(table.order), status, key_for)
        self.query_one("#import-empty", Static).update(Text(empty))
        self.query_one("#import-box").set_class(bool(empty), "-empty")
        self.show_keys()
        self._show_state()

    def _time_passed(self) -> None:
        """Redraw what changes without a key: countdowns, and what is watched."""
        self._table.context = self._render_context()
        self._table.update_visible()
        self._show_state()

    def _show_state(self) -> None:
        state = self.query_one("#import-state", Static)
        shown, rows = self._list, self._monitor.rows
        marked = sum(len(each.marks - rows.keys()) for each in self._lists)
        state.set_class(shown.state is Reading.FAILED, "-failed")
        count, key_for = len(self._table.order), self._live_keys.key_for
        status = self._monitor.status_of(shown.gateway)
        words = state_message(shown, count, marked, status, key_for)
        state.update(Text(self._answer or words))

    def _change_marks(self) -> None:
        self._answer = none_left(self._table.order, self._monitor.rows)
        self._table.redraw_all()
        self._show_state()

    def action_mark(self) -> None:
        """Mark the video, or take its mark away, and go on to the next."""
        if (key := self._table.cursor_key) is None:
            return
        self._list.mark(key, self._monitor.rows)
        self._change_marks()
        if key in self._monitor.rows:
            self._say_watched()
        self._table.action_cursor_down()

    def action_mark_range(self) -> None:
        """Mark all from the one marked last to this one."""
        if (key := self._table.cursor_key) is not None:
            self._list.mark_range(key, self._table.order, self._monitor.rows)
            self._change_marks()

    def action_mark_all(self) -> None:
        """Mark all that are shown."""
        self._list.mark_all(self._table.order, self._monitor.rows)
        self._change_marks()

    def action_invert(self) -> None:
        """Mark those that are not marked, and the other way round."""
        self._list.invert(self._table.order, self._monitor.rows)
        self._change_marks()

    def _say_watched(self) -> None:
        self._answer = _("It is watched already.")
        self._show_state()

    def action_accept(self) -> None:
        """Answer with what is marked, at all gateways; else with the video under the cursor."""
        watched = self._monitor.rows
        selected = None if any(each.marks for each in self._lists) else self._table.cursor_key
        found = {each.gateway: each.chosen(watched, selected) for each in self._lists}
        chosen = {gateway: entries for gateway, entries in found.items() if entries}
        if chosen:
            self.dismiss(chosen)
        elif self._table.order:
            self._say_watched()

    def action_read_again(self) -> None:
        """Ask again for the page that did not come, or read the list anew."""
        at = self._at
        if self._list.state in (Reading.END, Reading.MORE, Reading.NO_LIST):
            fresh = ImportList(self._list.gateway)
            fresh.marks = self._list.marks
            fresh.use_filter(self._list.words)
            self._lists[at] = fresh
        self._read()

    def action_gateway(self, step: int) -> None:
        """Show the list of the next or previous gateway."""
        if len(self._lists) < 2:
            return
        self._at = (self._at + step) % len(self._lists)
        self._answer = ""
        self.query_one(FilterBar).value = self._list.words
        self._show()
        self._read_ahead()

    def action_filter(self) -> None:
        """Type words; only what matches is shown."""
        bar = self.query_one(FilterBar)
        bar.value = self._list.words
        bar.display = True
        bar.take_keys()

    @on(FilterBar.FilterChanged)
    def _filter_changed(self, event: FilterBar.FilterChanged) -> None:
        self._list.use_filter(event.words)
        self._show()
        event.bar.show_matches(len(self._table.order), len(self._list.rows))

    @on(FilterBar.Closed)
    def _filter_closed(self) -> None:
        self.query_one(FilterBar).display = bool(self._list.words)
        self._table.focus()

    def action_back(self) -> None:
        """Show all again; else close."""
        if not self._list.words:
            self.dismiss(None)
            return
        self._list.use_filter("")
        bar = self.query_one(FilterBar)
        bar.value = ""
        bar.display = False
        self._show()
