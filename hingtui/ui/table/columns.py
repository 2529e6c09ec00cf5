"""Choose the columns that fit into a width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len

from hingtui.monitor import Row, RowState
from hingtui.text.i18n import _
from hingtui.ui.table import cells
from hingtui.ui.table.cell import Cell
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.row_state import row_state_word

PADDING = 2
"""Cells that a table puts around each column."""
_TITLE_LEAST, _TITLE_GOOD = 16, 30
"""Least cells of the prompt, and cells it gets before a less important column is shown."""
_SCROLLBAR = 1


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column as it is to be shown."""

    key: str
    label: str
    width: int
    """Cells, without padding."""
    cell: Callable[[Row, RenderContext, int], Cell]


def plan_columns(width: int) -> tuple[ColumnPlan, ...]:
    """The columns for a table `width` cells wide; the least important are left out first."""
    status = ColumnPlan("status", _("STATUS"), _status_width(), cells.status_cell)
    narrow = 12 if width < 100 else 20
    progress = ColumnPlan("progress", _("PROGRESS"), narrow, cells.progress_cell)
    time = ColumnPlan("time", _("TIME"), 11, cells.time_cell)
    expiry = ColumnPlan("expiry", _("EXPIRES"), 8, cells.expiry_cell)
    shape = ColumnPlan("shape", _("SIZE"), 13, cells.shape_cell)
    model = ColumnPlan("model", _("MODEL"), 20 if width < 180 else 29, cells.model_cell)
    video_id = ColumnPlan("id", _("ID"), 24, cells.id_cell)

    left = width - _SCROLLBAR - PADDING  # the title's own padding
    shown = [status]
    left -= status.width + PADDING
    for column, least in (
        (progress, _TITLE_LEAST),
        (expiry, _TITLE_LEAST),
        (time, _TITLE_LEAST),
        (model, _TITLE_GOOD),
        (shape, _TITLE_GOOD),
        (video_id, _TITLE_GOOD + 10),
    ):
        if left - column.width - PADDING >= least:
            shown.append(column)
            left -= column.width + PADDING
    title = ColumnPlan("title", _("PROMPT"), max(1, left), cells.title_cell)
    order = (status, progress, time, expiry, model, shape, title, video_id)
    return tuple(column for column in order if column in shown or column is title)


def _status_width() -> int:
    """Room for the icon and the longest word in the language in use."""
    return 2 + max(cell_len(row_state_word(state)) for state in RowState)
