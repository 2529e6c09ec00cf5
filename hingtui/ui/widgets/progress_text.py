"""The lines of the details about a running video: its progress, the time passed, the time left.

Must not import widgets: it is tested without a screen.
"""

from __future__ import annotations

from hingtui.model.estimate import Estimate, EstimateBasis
from hingtui.model.video import Video
from hingtui.monitor import Row
from hingtui.text.clean import human_duration, human_estimate
from hingtui.text.i18n import _, ngettext
from hingtui.ui.table.cell import Cell
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.progress_bar import bar
from hingtui.ui.widgets.detail_field import Field

_WIDEST = 40
"""Cells of the bar of the time."""
_NARROWEST = 12
_BEYOND = 1.25
"""The bar reaches so many times beyond the usual duration, and beyond the estimated end."""
_MARK = "|"
_LABELS = 16
"""Cells for the column of labels."""


def running_fields(row: Row, context: RenderContext, width: int) -> list[Field]:
    """Of a video that is not finished: the time passed and the time left, in `width` cells."""
    if row.video is None or row.is_final:
        return []
    palette = context.palette
    drawn = time_bar(row, context, width - _LABELS)
    return [
        Field(_("Stalled"), still_text(row, context), palette.warning),
        Field(_("Elapsed"), elapsed_text(row, context), palette.plain, drawn),
        Field(_("Time left"), time_left_text(row.video, context.estimate), palette.plain),
    ]


def time_left_text(video: Video, estimate: Estimate | None) -> str:
    """The time left and what it rests on, "" where nothing is known."""
    if estimate is None:
        return ""
    left = human_estimate(estimate.seconds)
    if estimate.basis is EstimateBasis.PROGRESS:
        return _("~{time}, from its progress").format(time=left)
    model = video.model or _("videos")
    if video.seconds is not None:
        model = _("{model} of {n} s").format(model=model, n=f"{video.seconds:g}")
    text = ngettext(
        "~{time}, from {n} earlier {model}", "~{time}, from {n} earlier {model}", estimate.earlier
    )
    return text.format(time=left, n=estimate.earlier, model=model)


def elapsed_text(row: Row, context: RenderContext) -> str:
    """For how long it has been running, beside how long it usually takes."""
    if (age := _age(row, context)) is None:
        return ""
    if context.usual is None:
        return human_duration(age)
    text = _("{time}, usually {usual}")
    return text.format(time=human_duration(age), usual=human_duration(context.usual))


def still_text(row: Row, context: RenderContext) -> str:
    """For how long a stalled video has not changed."""
    if not row.is_stalled or row.pace is None:
        return ""
    still = context.now + row.clock_lead - row.pace.still_since
    text = _("no change for {time}, longer than 19 of 20 earlier videos")
    if not row.is_stalled_by_earlier:
        text = _("no change for {time}, far longer than before")
    return text.format(time=human_duration(max(0.0, still)))


def time_bar(row: Row, context: RenderContext, room: int) -> Cell:
    """The time passed as a bar, with a mark where such videos are usually finished."""
    width = min(_WIDEST, room)
    age = _age(row, context)
    if age is None or context.usual is None or width < _NARROWEST:
        return ()
    left = 0.0 if context.left is None else context.left
    span = _BEYOND * max(context.usual, age + left)
    at = min(width - 1, int(width * context.usual / span))
    palette = context.palette
    pieces = bar(age / span, "", width, palette.track, palette.filled)
    return _marked(pieces, at)


def _marked(pieces: Cell, at: int) -> Cell:
    """The bar with the mark in the cell number `at`."""
    marked, begin = [], 0
    for text, style in pieces:
        place = at - begin
        if 0 <= place < len(text):
            text_with = f"{text[:place]}{_MARK}{text[place + 1 :]}"
            marked.append((text_with, style))
        else:
            marked.append((text, style))
        begin += len(text)
    return tuple(marked)


def _age(row: Row, context: RenderContext) -> float | None:
    """Seconds since its creation; None where that is not known, or it is finished."""
    video = row.video
    if video is None or row.is_final or video.created_at is None:
        return None
    return max(0.0, row.age(video.created_at, context.now))
