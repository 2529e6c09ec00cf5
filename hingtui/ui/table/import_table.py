"""The table of an account's list: what is watched already is grey, and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message

from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.monitor.row_filter import RowFilter
from hingtui.text.cell_width import fit
from hingtui.text.i18n import _
from hingtui.ui.import_list import WATCHED
from hingtui.ui.table import cells
from hingtui.ui.table.cell import Cell, highlight, number_cell
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import PADDING, ColumnPlan, ContentWidths, column_name, status_width
from hingtui.ui.table.list_keys import LIST_KEYS
from hingtui.ui.textual_fixes.row_table import RowTable

_CREATED, _EXPIRES = 11, 9
_MODEL_LEAST, _MODEL_MOST = 12, 28
_TITLE_LEAST, _TITLE_GOOD = 16, 24
"""Least cells of the prompt, and cells it keeps where the model is shown."""
_SCROLLBAR = 1


class ImportTable(RowTable[VideoKey], inherit_bindings=False):
    """Shows entries of the list in the order given."""

    BINDINGS = LIST_KEYS

    class EndReached(Message):
        """The cursor was to go on behind the last row."""

    def __init__(self, context: RenderContext) -> None:
        super().__init__(id="account")
        self.cursor_foreground_priority = "renderable"  # colours mean something here
        self.context = context
        """The time and the palette to draw with."""
        self.matched = RowFilter()
        """Words that are highlighted."""
        self.marks: set[VideoKey] = set()
        self._rows: Mapping[VideoKey, Row] = {}
        self._watched: Mapping[VideoKey, Row] = {}
        self._plan: tuple[ColumnPlan, ...] = ()
        self._contents = ContentWidths()
        self.order: Sequence[VideoKey] = ()

    @property
    def cursor_key(self) -> VideoKey | None:
        """The video under the cursor."""
        at = self.cursor_row
        return self.order[at] if 0 <= at < len(self.order) else None

    def show(
        self,
        order: Sequence[VideoKey],
        rows: Mapping[VideoKey, Row],
        watched: Mapping[VideoKey, Row],
    ) -> None:
        """Show these of the rows; the cursor stays on its video. `watched` is the watchlist."""
        key = self.cursor_key
        self._rows, self._watched = rows, watched
        self.order = order
        self._contents.grow(rows[each] for each in order)
        if not self._fit_columns():
            self.set_rows(order)
        at = self._index.get(key, min(self.cursor_row, len(order) - 1)) if key else 0
        self.move_cursor(row=max(0, at), animate=False)
        self.redraw_all()

    def action_cursor_down(self) -> None:
        """One row down; at the last one, ask for more."""
        if self.cursor_row >= len(self.order) - 1:
            self.post_message(self.EndReached())
        super().action_cursor_down()

    def on_resize(self) -> None:
        """Choose the columns that fit the new width."""
        self._fit_columns()

    def lead_of(self, key: VideoKey) -> str:
        return "*" if key in self.marks and key not in self._watched else ""

    def cells_of(self, key: VideoKey) -> tuple[Cell, ...]:
        row, context = self._watched.get(key, self._rows[key]), self.context
        drawn = tuple(
            highlight(
                plan.cell(row, context, plan.width),
                self.matched.highlighted(plan.field),
                context.palette.match,
            )
            for plan in self._plan
        )
        if key not in self._watched:
            return drawn
        word = (f"{_(WATCHED)}  ", context.palette.muted)
        return tuple(
            _in_grey(cell, context.palette.muted, word if plan.key == "title" else None, plan.width)
            for plan, cell in zip(self._plan, drawn, strict=True)
        )

    def _fit_columns(self) -> bool:
        """Lay the columns out for the width there is; whether that changed them."""
        plan = plan_import_columns(self.size.width, self._contents) if self.size.width else ()
        if not plan or plan == self._plan:
            return False
        self._plan = plan
        self.set_columns([(column.key, column.label, column.width) for column in plan])
        self.set_rows(self.order)
        return True


def plan_import_columns(width: int, contents: ContentWidths) -> tuple[ColumnPlan, ...]:
    """The columns for a table so many cells wide; the least important are left out first."""
    wanted = (
        ("status", status_width(), 0),
        ("created", _CREATED, _TITLE_LEAST),
        ("expiry", _EXPIRES, _TITLE_LEAST),
        ("model", min(_MODEL_MOST, max(5, contents.model)), _TITLE_GOOD),
    )
    left = width - _SCROLLBAR - PADDING
    sizes: dict[str, int] = {}
    for key, size, least in wanted:
        size = max(size, cell_len(_name(key)))
        if key == "model":  # shorten the name before dropping the column
            size = min(size, max(_MODEL_LEAST, left - PADDING - least))
        if key == "status" or left - size - PADDING >= least:
            sizes[key] = size
            left -= size + PADDING
    sizes["title"] = max(1, left)
    return tuple(_column(key, size) for key, size in sizes.items())


def _column(key: str, size: int) -> ColumnPlan:
    label = _name(key)
    if key in ("created", "expiry"):
        label = " " * (size - cell_len(label)) + label  # above the figures
    return ColumnPlan(key, label, size, _CELLS[key], key)


def _name(key: str) -> str:
    return _("CREATED") if key == "created" else column_name(key)


def _created_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """How long ago it was asked for."""
    created = row.video.created_at if row.video else None
    if created is None:
        return ()
    return number_cell(
        cells.coarse_ago(row.age(created, context.now)), context.palette.muted, width
    )


_CELLS = {
    "status": cells.status_cell,
    "created": _created_cell,
    "expiry": cells.expiry_cell,
    "model": cells.model_cell,
    "title": cells.title_cell,
}


def _in_grey(cell: Cell, style: Style, word: tuple[str, Style] | None, width: int) -> Cell:
    """The cell without its colours, behind a word where one is given."""
    text = "".join(piece for piece, _style in cell)
    if word is None:
        return ((text, style),)
    return word, (fit(text, max(0, width - cell_len(word[0]))), style)
