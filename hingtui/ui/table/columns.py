"""The columns of the table, and which of them fit into a width."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from hingtui.monitor import Row, RowState
from hingtui.monitor.state_words import row_state_word
from hingtui.text.cell_width import steady
from hingtui.text.i18n import _, mark
from hingtui.ui.table import cells
from hingtui.ui.table.cell import Cell
from hingtui.ui.table.cells import RenderContext

PADDING = 2
"""Cells that a table puts around each column."""
_TITLE_LEAST, _TITLE_GOOD = 16, 30
"""Least cells of the prompt, and cells it gets before a less important column is shown."""
_SCROLLBAR = 1
_NARROW = 100
"""Cells of width below which time left and expiry share a column."""
_TINY = 40
"""Cells of width below which the status gets a third: its icon says the state too."""
_MODEL_LEAST, _MODEL_MOST = 12, 24
_GATEWAY_MOST = 14

CellOf = Callable[[Row, RenderContext, int], Cell]
"""What stands in a column for a row, in so many cells."""


@dataclass(slots=True)
class ContentWidths:
    """The widest contents of columns that are as wide as what they hold, in cells."""

    model: int = 0
    shape: int = 0
    gateway: int = 0
    cost: int = 0
    _seen: set[str] = dataclasses.field(default_factory=set)
    """Texts that were measured."""

    def grow(self, rows: Iterable[Row]) -> bool:
        """Make room for these rows too; whether any column became wider."""
        before = (self.model, self.shape, self.gateway, self.cost)
        for row in rows:
            self.gateway = max(self.gateway, cell_len(row.gateway))
            if row.video is None:
                continue
            if (model := row.video.model) not in self._seen:
                self._seen.add(model)
                self.model = max(self.model, cell_len(steady(model)))
            if (shape := cells.shape_of(row)) not in self._seen:
                self._seen.add(shape)
                self.shape = max(self.shape, cell_len(steady(shape)))
            if row.video.cost is not None:
                self.cost = max(self.cost, cell_len(row.video.cost.text))
        return (self.model, self.shape, self.gateway, self.cost) != before


class Column(NamedTuple):  # a dataclass takes five times as long to make
    """One column, whether it is shown or not."""

    key: str
    name: str
    """To be translated: `column_name` is."""
    cell: CellOf
    size: Callable[[int, ContentWidths], int]
    """Its cells, by the width of the table and by what it holds."""
    title_keeps: int = 0
    """Cells that the prompt must still have if it is shown: the more, the less important it is."""
    field: str = ""
    """The field of `row_filter` that it shows, where that has another name."""
    has_figures: bool = False
    is_optional: bool = True
    is_usual: bool = True
    """Whether it is shown if nothing else was chosen."""


def _status_size(width: int, _contents: ContentWidths) -> int:
    return status_width() if width >= _TINY else min(status_width(), max(8, width // 3))


def _model_size(width: int, contents: ContentWidths) -> int:
    return min(_MODEL_MOST if width < 180 else 40, max(5, contents.model))


COLUMNS = {
    column.key: column
    for column in (
        Column("status", mark("STATUS"), cells.status_cell, _status_size, is_optional=False),
        Column(
            "progress",
            mark("PROGRESS"),
            cells.progress_cell,
            lambda width, _contents: 12 if width < _NARROW else 20,
            title_keeps=_TITLE_LEAST,
            field="error",
        ),
        Column(
            "time",
            mark("TIME"),
            cells.time_cell,
            lambda _width, _contents: 11,
            title_keeps=_TITLE_LEAST,
            has_figures=True,
        ),
        Column(
            "expiry",
            mark("EXPIRES"),
            cells.expiry_cell,
            lambda _width, _contents: 9,
            title_keeps=_TITLE_LEAST,
            has_figures=True,
        ),
        Column(
            "gateway",
            mark("GATEWAY"),
            cells.gateway_cell,
            lambda _width, contents: min(_GATEWAY_MOST, max(3, contents.gateway)),
            title_keeps=_TITLE_GOOD - 6,
        ),
        Column("model", mark("MODEL"), cells.model_cell, _model_size, title_keeps=_TITLE_GOOD),
        Column(
            "shape",
            mark("SIZE"),
            cells.shape_cell,
            lambda _width, contents: min(16, max(4, contents.shape)),
            title_keeps=_TITLE_GOOD,
            field="size",
        ),
        Column(
            "title",
            mark("PROMPT"),
            cells.title_cell,
            lambda width, _contents: width,  # it gets what the others leave
            field="prompt",
            is_optional=False,
        ),
        Column(
            "id",
            mark("ID"),
            cells.id_cell,
            lambda _width, _contents: 24,
            title_keeps=_TITLE_GOOD + 10,
        ),
        Column(
            "cost",
            mark("COST"),
            cells.cost_cell,
            lambda _width, contents: min(16, max(4, contents.cost)),
            title_keeps=_TITLE_LEAST,
            has_figures=True,
            is_usual=False,
        ),
    )
}
"""All columns by their keys, from left to right."""
USUAL_COLUMNS = frozenset(key for key, column in COLUMNS.items() if column.is_usual)
ALWAYS = frozenset(key for key, column in COLUMNS.items() if not column.is_optional)
"""Columns that cannot be left out."""
_BY_IMPORTANCE = sorted(COLUMNS.values(), key=lambda column: column.title_keeps)
"""Of those that are equally important, the left one comes first."""


def column_name(key: str) -> str:
    """What a column is called, in the language in use."""
    return _(COLUMNS[key].name)


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column as it is to be shown."""

    key: str
    label: str
    width: int
    """Cells, without padding."""
    cell: CellOf
    field: str
    """The field of `row_filter` that it shows."""


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """Which columns a person wants, and by which the rows are sorted."""

    chosen: frozenset[str] = USUAL_COLUMNS
    sorted_by: str = ""
    is_reversed: bool = False
    has_gateways: bool = False
    """Whether there are several gateways: with one, its column would say the same everywhere."""


def plan_columns(
    width: int, contents: ContentWidths, layout: ColumnLayout
) -> tuple[ColumnPlan, ...]:
    """The columns for a table `width` cells wide; the least important are left out first."""
    left = width - _SCROLLBAR - PADDING  # the title's own padding
    sizes: dict[str, int] = {}
    for column in _BY_IMPORTANCE:
        key = column.key
        if key == "title" or not _is_wanted(key, width, layout, sizes):
            continue
        size = max(column.size(width, contents), cell_len(_label(key, layout)))
        if key == "model":  # shorten the name before dropping the column
            size = min(size, max(_MODEL_LEAST, left - PADDING - column.title_keeps))
        if key in ALWAYS or left - size - PADDING >= column.title_keeps:
            sizes[key] = size
            left -= size + PADDING
    sizes["title"] = max(1, left)
    return tuple(_planned(COLUMNS[key], sizes, layout) for key in COLUMNS if key in sizes)


def _is_wanted(key: str, width: int, layout: ColumnLayout, shown: Container[str]) -> bool:
    if key == "gateway" and not layout.has_gateways:
        return False
    if key == "expiry" and width < _NARROW and "time" in shown:
        return False  # `time` shows both
    return key in layout.chosen or key in ALWAYS


def _planned(column: Column, sizes: Mapping[str, int], layout: ColumnLayout) -> ColumnPlan:
    key, size, label = column.key, sizes[column.key], _label(column.key, layout)
    if column.has_figures:
        label = " " * (size - cell_len(label)) + label  # at the right, as they are
    shows_both = key == "time" and "expiry" not in sizes
    cell = cells.time_or_expiry_cell if shows_both else column.cell
    return ColumnPlan(key, label, size, cell, column.field or key)


def _label(key: str, layout: ColumnLayout) -> str:
    """The name of a column, with an arrow if the rows are sorted by it."""
    arrow = (" ▾" if layout.is_reversed else " ▴") if key == layout.sorted_by else ""
    return column_name(key) + arrow


def status_width() -> int:
    """Room for the icon and the longest word in the language in use."""
    return 2 + max(cell_len(row_state_word(state)) for state in RowState)
