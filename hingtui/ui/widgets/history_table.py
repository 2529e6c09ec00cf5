"""The table of the history: videos by number, read when they come into view."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.message import Message

from hingtui.monitor.history_text import (
    cost_text,
    model_text,
    prompt_text,
    row_state,
    state_text,
    took_text,
    when_text,
)
from hingtui.text.cell_width import cells_of, fit_middle
from hingtui.text.i18n import _
from hingtui.ui.history_view import ShownVideo
from hingtui.ui.table.cell import Cell, highlight, number_cell, text_cell
from hingtui.ui.table.list_keys import LIST_KEYS
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.textual_fixes.row_table import RowTable
from hingtui.ui.theme.palette import Palette

_AHEAD = 100
"""Rows that are read before and behind those in view."""
_MOST_READ = 3000
"""Videos that are kept in memory."""
_WIDE = 110
"""Cells from which there are a gateway's column and whole dates."""
_MEDIUM, _NARROW = 96, 70
"""Cells from which there are duration and cost, and the model."""


class HistoryTable(RowTable[int], inherit_bindings=False):
    """Shows the videos with these numbers."""

    BINDINGS = LIST_KEYS

    class Wanted(Message):
        """These videos are about to be shown, and have not been read."""

        def __init__(self, numbers: Sequence[int]) -> None:
            super().__init__()
            self.numbers = numbers

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="history")
        self.cursor_foreground_priority = "renderable"  # colours mean something here
        self.palette = palette
        self.now = 0.0
        """Unix seconds: what has expired by then is shown as expired."""
        self.highlighted: tuple[str, ...] = ()
        self._videos: dict[int, ShownVideo] = {}
        self._numbers: Sequence[int] = ()
        self._asked: set[int] = set()
        self._plan: tuple[int, ...] = ()

    @property
    def selected(self) -> ShownVideo | None:
        """The video under the cursor; None if there is none, or it has not been read."""
        at = self.cursor_row
        return self._videos.get(self._numbers[at]) if 0 <= at < len(self._numbers) else None

    def show(self, numbers: Sequence[int], highlighted: tuple[str, ...]) -> None:
        """Show these videos, from the first one on."""
        self.highlighted = highlighted
        self._numbers = numbers
        self._asked.clear()
        self._videos.clear()
        self.set_rows(numbers)
        self.redraw_all()
        self.move_cursor(row=0, animate=False)
        self.want_visible()

    def take(self, videos: dict[int, ShownVideo]) -> None:
        """These videos were read."""
        if len(self._videos) + len(videos) > _MOST_READ:
            self._videos.clear()
            self._asked = set(videos)
        self._videos |= videos
        for n in videos:
            self.update_row(n)

    def forget(self, numbers: Sequence[int]) -> None:
        """These videos could not be read: they are asked for again when they are in view."""
        self._asked.difference_update(numbers)

    def want_visible(self) -> None:
        """Ask for the videos in view, and some around them, that have not been read."""
        visible = self.visible_keys()
        if not visible:
            return
        first = self._index[visible[0]]
        around = self._numbers[max(0, first - _AHEAD) : first + len(visible) + _AHEAD]
        if any(n not in self._asked for n in visible):
            wanted = [n for n in around if n not in self._asked]
            self._asked.update(wanted)
            self.post_message(self.Wanted(wanted))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in view."""
        super().watch_scroll_y(old_value, new_value)
        self.want_visible()

    def on_resize(self) -> None:
        """Choose the columns for the new width."""
        self._fit_columns()
        self.want_visible()

    def _fit_columns(self) -> None:
        width = self.size.width
        is_wide = width >= _WIDE
        if is_wide:
            fixed = (16, 13, 12, 20, 7, 13)
        elif width >= _MEDIUM:
            fixed = (11, 13, 0, 16, 7, 13)
        else:  # the details have the rest
            fixed = (11, 13, 0, 14 if width >= _NARROW else 0, 0, 0)
        used = sum(cells + 2 for cells in fixed if cells)
        plan = (*fixed, max(8, width - used - 3))
        if plan == self._plan:
            return
        self._plan = plan
        took, cost = (
            " " * max(0, cells - cells_of(name)) + name
            for name, cells in ((_("TOOK"), plan[4]), (_("COST"), plan[5]))
        )
        names = (_("STARTED"), _("STATUS"), _("GATEWAY"), _("MODEL"), took, cost, _("PROMPT"))
        columns = zip(names, plan, strict=True)
        self.set_columns([(str(at), name, w) for at, (name, w) in enumerate(columns) if w])
        self.set_rows(self._numbers)

    def cells_of(self, key: int) -> tuple[Cell, ...]:
        shown = self._videos.get(key)
        if shown is None:
            return tuple((("", Style.null()),) for cells in self._plan if cells)
        video, palette = shown.video, self.palette
        state = video.state(self.now)
        text, style = state_text(state), row_state_style(row_state(state), palette)
        if shown.is_moved:
            text, style = f"! {_('file moved')}", palette.warning
        when, _state, gateway, model, took, cost, prompt = self._plan
        begun = when_text(video)
        cells = (
            text_cell(begun if when >= len(begun) else begun[5:], palette.muted, when),
            text_cell(text, style, _state),
            text_cell(video.entry.gateway, palette.plain, gateway),
            text_cell(fit_middle(model_text(video), model), palette.plain, model),
            number_cell(took_text(video), palette.plain, took),
            number_cell(cost_text(video), palette.plain, cost),
            highlight(
                text_cell(prompt_text(video), palette.plain, prompt),
                self.highlighted,
                palette.match,
            ),
        )
        return tuple(cell for cell, width in zip(cells, self._plan, strict=True) if width)
