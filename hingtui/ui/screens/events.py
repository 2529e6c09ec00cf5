"""The list of events: what toasts said, and other changes. Enter answers with an event's video."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from hingtui.model.key import VideoKey
from hingtui.monitor import RowState
from hingtui.monitor.state_words import row_state_icon
from hingtui.text.clean import time_of_day
from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.event_log import Event, EventKind, EventLog
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.list_box import ListBox
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.key_bar import FooterKey

_STATES = {
    EventKind.READY: RowState.READY,
    EventKind.SAVED: RowState.SAVED,
    EventKind.FAILED: RowState.FAILED,
    EventKind.EXPIRED: RowState.EXPIRED,
}
_BEFORE_TEXT = 12
"""Cells of the time and the icon."""
_AROUND_LIST = 8
"""Cells of the box beside the list, about."""
_REFRESH_EVERY = 1.0
"""Seconds between two checks for new events."""


class EventList(OptionList):
    """Events, the newest first, one or more lines each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False, id="down"),
        Binding("k", "cursor_up", show=False, id="up"),
        Binding("g", "first", show=False, id="top"),
        Binding("G", "last", show=False, id="bottom"),
    ]


class EventsDialog(Dialog[VideoKey]):
    """Shows what has happened in this run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding("e", "dismiss_nothing", show=False, id="events"),
    ]

    def __init__(self, log: EventLog, palette: Palette) -> None:
        super().__init__()
        self._log = log
        self._palette = palette
        self._shown: list[Event] = []
        self._count = -1
        self._width = 0

    def compose(self) -> ComposeResult:
        with ListBox(id="events-box", classes="box"):
            yield Label(_("Events"), classes="title", markup=False)
            yield EventList(id="events", classes="list", markup=False, compact=True)
            words = _("Enter selects the video, Esc closes")
            yield Label(words, classes="hint keys", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter where the event is about a video, and Escape."""
        enter = [] if self._video is None else [FooterKey("enter", _("Select"), 1)]
        return [*enter, *super().footer_keys()]

    @property
    def _video(self) -> VideoKey | None:
        """The video of the event under the cursor."""
        at = self.query_one(EventList).highlighted
        return None if at is None or not self._shown else self._shown[at].key

    def on_mount(self) -> None:
        """Show what there is, and later what is new."""
        self.query_one(EventList).focus()
        self.set_interval(_REFRESH_EVERY, self.show_new)
        self.show_new()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.when_laid_out(self.show_new)

    def show_new(self) -> None:
        """List the events anew if there are others or another width; keep the cursor's event."""
        events = self.query_one(EventList)
        # Before the first layout the width is guessed: keys typed meanwhile move in the list.
        width = events.scrollable_content_region.width or self.app.size.width - _AROUND_LIST
        if (self._log.count, width) == (self._count, self._width):
            return
        at = events.highlighted
        chosen = self._shown[at] if at else None  # on the newest it stays on the newest
        self._count, self._width = self._log.count, width
        self._shown = list(self._log.newest_first())
        events.clear_options()
        events.add_options(Option(self._line(event, width)) for event in self._shown)
        if not self._shown:
            events.add_option(Option(Text(_("Nothing has happened yet.")), disabled=True))
            return
        places = (place for place, event in enumerate(self._shown) if event is chosen)
        events.highlighted = next(places, 0)

    def _line(self, event: Event, width: int) -> Text:
        icon, style = self._sign(event.kind)
        text = Text()
        text.append(f"{time_of_day(event.at)} ", self._palette.muted)
        text.append(f" {icon} ", style)
        first, *further = wrapped(event.text, width - _BEFORE_TEXT)
        text.append(first, self._palette.plain)
        for piece in further:
            text.append(f"\n{'':{_BEFORE_TEXT}}{piece}", self._palette.plain)
        return text

    def _sign(self, kind: EventKind) -> tuple[str, Style]:
        if (state := _STATES.get(kind)) is not None:
            return row_state_icon(state), row_state_style(state, self._palette)
        if kind is EventKind.ERROR:
            return "✗", self._palette.error
        return ("!", self._palette.warning) if kind is EventKind.WARNING else (" ", Style.null())

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.show_keys()

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        if (key := self._video) is not None:
            self.dismiss(key)
