"""Let the reason of a failure reach across PROGRESS, TIME and EXPIRES, beside the prompt."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from hingtui.model.video import Status
from hingtui.monitor import Row, row_state_of
from hingtui.text.i18n import _
from hingtui.ui.table.cell import JOINED, Cell, text_cell
from hingtui.ui.table.cells import RenderContext, error_line, prompt_cell, short_error
from hingtui.ui.table.columns import PADDING, ColumnPlan

_REACHED = ("progress", "time", "expiry")
_LEAST = 24
"""Cells below which a failed video's reason stands before the prompt, where there is more room."""


def spread_reason(
    row: Row, context: RenderContext, plan: Sequence[ColumnPlan], cells: Sequence[Cell]
) -> tuple[Cell, ...]:
    """The cells of a row, with its reason across as many of these columns as it needs.

    The reason of a failed video may take the place of when it ended; any other one reaches only
    across empty cells, since an expiry is worth more.
    """
    drawn = list(cells)
    # They stand next to each other, whichever of them are shown.
    places = [at for at, column in enumerate(plan) if column.key in _REACHED]
    text = _reason(row, context)
    if not text or not places:
        return tuple(drawn)
    is_failed = row.status is Status.FAILED
    if is_failed and _room(plan, places) < _LEAST:
        return tuple(drawn)
    if not is_failed and plan[places[0]].key != "progress":
        return tuple(drawn)
    taken = places[:1]
    for at in places[1:]:
        if cell_len(text) <= _room(plan, taken) or not (is_failed or not drawn[at]):
            break
        taken.append(at)
    if is_failed:
        drawn[taken[0]] = text_cell(text, context.palette.error, _room(plan, taken))
        for at, column in enumerate(plan):
            if column.key == "title":
                drawn[at] = prompt_cell(row, context, column.width)
    elif len(taken) > 1:
        style = drawn[taken[0]][0][1]
        drawn[taken[0]] = text_cell(text, style, _room(plan, taken))
    for at in taken[1:]:
        drawn[at] = JOINED
    return tuple(drawn)


def reason_fields(fields: Sequence[str], cells: Sequence[Cell]) -> list[str]:
    """The fields of `row_filter` that the cells show; "error" where one reaches further."""
    following = (*cells[1:], None)
    return [
        "error" if after is JOINED else own for own, after in zip(fields, following, strict=True)
    ]


def _room(plan: Sequence[ColumnPlan], places: Sequence[int]) -> int:
    """Cells from the first to the last of these neighbouring columns."""
    return sum(plan[at].width for at in places) + PADDING * (len(places) - 1)


def _reason(row: Row, context: RenderContext) -> str:
    """Why it failed: in a few words, and for a video in those of the gateway too."""
    short = short_error(row, row_state_of(row, context.now)) or ""
    if row.status is not Status.FAILED:
        return short
    own = error_line(row)
    if not short or short.casefold() == own.casefold():
        return own
    if row.video is None or row.video.error is None:
        return short
    return _("{what}: {reason}").format(what=short, reason=own)
