"""Choose the columns that fit into a width, as wide as what they hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from hingtui.monitor import Row, RowState
from hingtui.monitor.state_words import row_state_word
from hingtui.text.cell_width import steady
from hingtui.text.i18n import _
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
_FIGURES = frozenset(("time", "expiry", "cost"))
_MODEL_LEAST, _MODEL_MOST = 12, 24
_GATEWAY_MOST = 14
_IMPORTANCE = (
    ("status", 0),
    ("progress", _TITLE_LEAST),
    ("time", _TITLE_LEAST),
    ("expiry", _TITLE_LEAST),
    ("cost", _TITLE_LEAST),
    ("gateway", _TITLE_GOOD - 6),
    ("model", _TITLE_GOOD),
    ("shape", _TITLE_GOOD),
    ("id", _TITLE_GOOD + 10),
)
"""The columns besides the prompt, the most important first; each is shown if the prompt then still
has so many cells."""


COLUMNS = (
    "status",
    "progress",
    "time",
    "expiry",
    "gateway",
    "model",
    "shape",
    "title",
    "id",
    "cost",
)
"""The keys of all columns, from left to right."""
USUAL_COLUMNS = frozenset(COLUMNS) - {"cost"}
"""Those that are shown if nothing else was chosen."""
ALWAYS = frozenset(("status", "title"))
"""Columns that cannot be left out."""


def column_name(key: str) -> str:
    """What a column is called, in the language in use."""
    return {
        "status": _("STATUS"),
        "progress": _("PROGRESS"),
        "time": _("TIME"),
        "expiry": _("EXPIRES"),
        "gateway": _("GATEWAY"),
        "model": _("MODEL"),
        "shape": _("SIZE"),
        "title": _("PROMPT"),
        "id": _("ID"),
        "cost": _("COST"),
    }[key]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column as it is to be shown."""

    key: str
    label: str
    width: int
    """Cells, without padding."""
    cell: Callable[[Row, RenderContext, int], Cell]
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


def plan_columns(
    width: int, contents: ContentWidths, layout: ColumnLayout
) -> tuple[ColumnPlan, ...]:
    """The columns for a table `width` cells wide; the least important are left out first."""
    is_narrow = width < _NARROW
    sizes = {
        "status": status_width() if width >= _TINY else min(status_width(), max(8, width // 3)),
        "progress": 12 if is_narrow else 20,
        "time": 11,
        "expiry": 9,
        "gateway": min(_GATEWAY_MOST, max(3, contents.gateway)),
        "model": min(_MODEL_MOST if width < 180 else 40, max(5, contents.model)),
        "shape": min(16, max(4, contents.shape)),
        "id": 24,
        "cost": min(16, max(4, contents.cost)),
    }
    left = width - _SCROLLBAR - PADDING  # the title's own padding
    shown = {"title"}
    for key, least in _IMPORTANCE:
        if key not in layout.chosen and key not in ALWAYS:
            continue
        if key == "gateway" and not layout.has_gateways:
            continue
        if is_narrow and key == "expiry" and "time" in shown:
            continue  # `time` shows both
        room = max(sizes[key], cell_len(_label(key, layout)))
        if key == "model":  # shorten the name before dropping the column
            room = min(room, max(_MODEL_LEAST, left - PADDING - least))
        if key == "status" or left - room - PADDING >= least:
            sizes[key] = room
            shown.add(key)
            left -= room + PADDING
    sizes["title"] = max(1, left)
    return tuple(
        ColumnPlan(
            key,
            _aligned(key, _label(key, layout), sizes[key]),
            sizes[key],
            _cell(key, shown),
            _FIELDS.get(key, key),
        )
        for key in COLUMNS
        if key in shown
    )


def _aligned(key: str, label: str, width: int) -> str:
    """The label above figures stands at the right, as they do."""
    return " " * (width - cell_len(label)) * (key in _FIGURES) + label


def _label(key: str, layout: ColumnLayout) -> str:
    """The name of a column, with an arrow if the rows are sorted by it."""
    arrow = (" ▾" if layout.is_reversed else " ▴") if key == layout.sorted_by else ""
    return column_name(key) + arrow


def _cell(key: str, shown: set[str]) -> Callable[[Row, RenderContext, int], Cell]:
    if key == "time" and "expiry" not in shown:
        return cells.time_or_expiry_cell
    return _CELLS[key]


def status_width() -> int:
    """Room for the icon and the longest word in the language in use."""
    return 2 + max(cell_len(row_state_word(state)) for state in RowState)


_CELLS: Mapping[str, Callable[[Row, RenderContext, int], Cell]] = {
    "status": cells.status_cell,
    "progress": cells.progress_cell,
    "time": cells.time_cell,
    "expiry": cells.expiry_cell,
    "gateway": cells.gateway_cell,
    "model": cells.model_cell,
    "shape": cells.shape_cell,
    "title": cells.title_cell,
    "id": cells.id_cell,
    "cost": cells.cost_cell,
}
_FIELDS = {"title": "prompt", "shape": "size", "progress": "error"}
"""The field of `row_filter` that a column shows, where its name is another one."""
