"""The history and its statistics: what was ever watched, searched as one types.

Everything is read in threads. A search that is not wanted any more is ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Input, Static

from hingtui.model.errors import StorageError
from hingtui.model.key import VideoKey
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.statistics_text import statistics_lines
from hingtui.storage.history import Interrupted, Statistics
from hingtui.text.i18n import _
from hingtui.ui.history_actions import HistoryActions
from hingtui.ui.history_context import HistoryContext
from hingtui.ui.history_view import Found, HistoryView, count_text, note_text
from hingtui.ui.notifications import Toast
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.help import HelpBox
from hingtui.ui.table.piece_text import line_text
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.filter_bar import FilterInput
from hingtui.ui.widgets.history_detail import history_detail
from hingtui.ui.widgets.history_table import HistoryTable
from hingtui.ui.widgets.key_bar import FooterKey

if TYPE_CHECKING:
    from hingtui.ui.toasts import ToastApp

_TALL = 20
"""Lines of the terminal from which there is room for the details."""
Result = TypeVar("Result")


class HistoryScreen(Dialog[VideoKey]):
    """Two views of what the words find: the videos, and their figures."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding("t,tab", "switch", show=False, id="history"),
        Binding("slash,ideographic_comma,fullwidth_solidus", "search", show=False, id="filter"),
        Binding("o", "act('open')", show=False, id="open"),
        Binding("O", "act('reveal')", show=False, id="reveal"),
        Binding("y", "act('copy_id')", show=False, id="copy_id"),
        Binding("P", "act('copy_prompt')", show=False, id="copy_prompt"),
        Binding("F", "act('copy_path')", show=False, id="copy_path"),
        Binding("a", "act('watch')", show=False, id="add"),
    ]

    def __init__(self, given: HistoryContext, palette: Palette) -> None:
        super().__init__()
        self._given = given
        self._palette = palette
        self._view: HistoryView | None = None
        self._is_opening = False
        self._found: Found | None = None
        self._figures: Statistics | None = None
        self._is_statistics = False
        self._actions = HistoryActions(
            copy=given.copy,
            play=given.play,
            reveal=given.reveal,
            watch=given.watch,
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="history-box"):
            with Horizontal(id="history-head"):
                yield Static(id="history-tabs", markup=False)
                yield Static("/", id="history-slash", markup=False)
                yield FilterInput(
                    placeholder=_("words, model:…, status:…, since:7d, today"), compact=True
                )
                yield Static(id="history-found", markup=False)
            yield HistoryTable(self._palette)
            yield Static(id="history-detail", markup=False)
            with HelpBox(id="statistics-box"):
                yield Static(id="statistics", markup=False)
            yield Static(id="history-note", markup=False)

    def on_mount(self) -> None:
        """Show what there is."""
        self._table.now = self._given.now()
        self._show_tab()
        self._search("")

    def on_unmount(self) -> None:
        """Close the file."""
        if self._view is not None:
            self._view.next_search()
            self.app.run_worker(self._in_thread(self._view.close), exit_on_error=False)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.when_laid_out(self._show_figures)
        self._show_detail_room()

    def footer_keys(self) -> Sequence[FooterKey]:
        """The keys of this screen, or of its input."""
        if isinstance(self.focused, FilterInput):
            return self.focused.footer_keys()
        keys = self._given.keys
        other = _("History") if self._is_statistics else _("Statistics")
        shown = [(keys.keys_of("history"), other, 1), (keys.keys_of("filter"), _("Filter"), 2)]
        if not self._is_statistics:
            shown += [
                (keys.keys_of("open"), _("Open"), 3),
                (("O",), _("Folder"), 5),
                (keys.keys_of("add"), _("Watch again"), 4),
                (keys.keys_of("copy_id"), _("Copy id"), 6),
                (keys.keys_of("copy_prompt"), _("Copy prompt"), 7),
                (keys.keys_of("copy_path"), _("Copy path"), 8),
            ]
        bound = [FooterKey(names[0], label, rank) for names, label, rank in shown if names]
        return [*bound, FooterKey("escape", _("Close"))]

    @property
    def _table(self) -> HistoryTable:
        return self.query_one(HistoryTable)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await run_in_daemon_thread(work, "history")

    def _search(self, text: str) -> None:
        """Look for the words of `text`; an earlier search is ended."""
        search = self._view.next_search() if self._view is not None else 0
        self._start(self._find(search, text), "history search")

    async def _find(self, search: int, text: str) -> None:
        view = self._view
        if view is None:
            if self._is_opening:
                return  # what is typed then is looked for
            self._is_opening = True
            view = self._view = await self._in_thread(self._given.open_view)
            search, text = view.next_search(), self.query_one(FilterInput).value
        found = await self._in_thread(partial(view.find, search, text))
        self._found, self._figures = found, None
        self._table.show(found.numbers, found.words.highlighted)
        self._show_count(found)
        if self._is_statistics:
            await self._compute()

    async def _compute(self) -> None:
        """Compute the figures of what was found."""
        if self._view is None or self._found is None:
            return
        search = self._view.next_search()
        wanted = self._found.words.wanted
        self._figures = await self._in_thread(partial(self._view.statistics, search, wanted))
        self._show_figures()

    def _start(self, work: Awaitable[None], group: str) -> None:
        """Run it; an error of the history is shown in place of what was wanted."""

        async def run() -> None:
            try:
                await work
            except Interrupted:
                return  # there is a newer search
            except StorageError as error:
                self._note(str(error))

        self.run_worker(run(), group=group, exit_on_error=False)

    def _note(self, text: str) -> None:
        note = self.query_one("#history-note", Static)
        note.update(Text(text))
        note.display = bool(text)

    def _show_count(self, found: Found) -> None:
        self.query_one("#history-found", Static).update(count_text(found))
        self._note(note_text(found))
        self.query_one("#history-box").set_class(not found.numbers, "-empty")
        self._show_detail()

    def _show_tab(self) -> None:
        """Show one of the two views."""
        is_statistics = self._is_statistics
        tabs = Text()
        for name, is_shown in ((_("History"), not is_statistics), (_("Statistics"), is_statistics)):
            style = (
                self._palette.strong + self._palette.primary if is_shown else self._palette.muted
            )
            tabs.append(f" {name} ", style)
        self.query_one("#history-tabs", Static).update(tabs)
        self._table.display = not is_statistics
        self._table.want_visible()
        box = self.query_one("#statistics-box", HelpBox)
        box.display = is_statistics
        self._show_detail_room()
        self.set_focus(box if is_statistics else self._table)

    def _show_detail_room(self) -> None:
        has_room = self.app.size.height >= _TALL and not self._is_statistics
        self.query_one("#history-detail", Static).display = has_room

    def _show_figures(self) -> None:
        if self._figures is None or not self._is_statistics:
            return
        # While it is hidden, it has none: the screen's, without its padding and its scrollbar.
        width = self.query_one("#statistics-box", HelpBox).scrollable_content_region.width
        lines = statistics_lines(self._figures, max(40, width or self.app.size.width - 3))
        shown = Text("\n", no_wrap=True).join(line_text(line, self._palette) for line in lines)
        self.query_one("#statistics", Static).update(shown)

    @on(HistoryTable.Wanted)
    def _load(self, event: HistoryTable.Wanted) -> None:
        async def load() -> None:
            if self._view is None:
                return
            try:
                read = await self._in_thread(partial(self._view.load, event.numbers))
            except Interrupted:  # by a search, which may leave the table as it is
                self._table.forget(event.numbers)
                raise
            self._table.take(read)
            self._show_detail()

        self._start(load(), "history rows")

    @on(DataTable.RowHighlighted)
    def _cursor_moved(self) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        """Show what is known of the video under the cursor."""
        pane = self.query_one("#history-detail", Static)
        shown, view = self._table.selected, self._view
        if shown is None or view is None or not pane.display:
            pane.update("")
            return

        async def show() -> None:
            changes = await self._in_thread(partial(view.changes, shown.video.key))
            if self._table.selected is shown:
                width = max(20, self.app.size.width - 4)
                now = self._given.now()
                pane.update(history_detail(shown, changes, self._palette, width, now))

        self._start(show(), "history detail")

    def action_switch(self) -> None:
        """Show the other view."""
        self._is_statistics = not self._is_statistics
        self._show_tab()
        if self._is_statistics and self._figures is None:
            self._start(self._compute(), "history search")
        self._show_figures()

    def action_search(self) -> None:
        """Type words."""
        self.set_focus(self.query_one(FilterInput))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._show_tab()

    def action_dismiss_nothing(self) -> None:
        """Leave the input, then clear it, then close."""
        typed = self.query_one(FilterInput)
        if self.focused is typed or typed.value:
            typed.value = ""
            self._show_tab()
        else:
            self.dismiss(None)

    def action_act(self, name: str) -> None:
        """Do something with the video under the cursor."""
        shown = self._table.selected
        if shown is None or self._is_statistics:
            return

        async def act() -> None:
            self._notify(await self._actions.run(name, shown))

        self.app.run_worker(act(), group="actions", exit_on_error=False)

    def _notify(self, toast: Toast) -> None:
        cast("ToastApp", self.app).notify(
            toast.text, severity=toast.severity, markup=False, is_event=toast.is_event
        )
