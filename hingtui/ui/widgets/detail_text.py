"""The details of one video as text: what a person must know first, then facts, then history.

Values stand beside their labels, and their further lines beneath them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from hingtui.model.eta import Basis, Expiry
from hingtui.model.video import USUAL_LIFE, Status, Video
from hingtui.monitor import Row, row_state_of
from hingtui.monitor.attention import SOON, VERY_SOON
from hingtui.monitor.state_words import row_state_icon, row_word
from hingtui.text.cell_width import cells, fit, legible
from hingtui.text.clean import date_and_time, human_bytes, human_duration, one_line, time_of_day
from hingtui.text.i18n import _, ngettext
from hingtui.text.wrap import wrapped
from hingtui.ui.table.cells import RenderContext, coarse_ago
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.widgets.detail_field import Field
from hingtui.ui.widgets.problem_text import problem_fields
from hingtui.ui.widgets.progress_curve import progress_curve
from hingtui.ui.widgets.progress_text import running_fields

_HISTORY_SHOWN = 60
_LINES_SHOWN = 200
"""Lines of one text: ten thousand would take Textual seconds, at every redraw."""
_NARROWEST = 14
"""Cells of a value's column; where there are fewer, it stands beneath its label."""
_CURVE_WIDTH, _CURVE_HEIGHT = 40, 3
_BEFORE_PICTURE = 1
"""The section below which the picture is: how it ends, and the file."""
PICTURE = Style(meta={"picture": True})
"""The style of the lines that are left free for the picture."""


@dataclass(frozen=True, slots=True)
class DetailLayout:
    """The room there is."""

    width: int = 72
    """Cells."""
    is_low: bool = False
    """Only some lines are visible: the first four show the problem and the prompt."""
    picture_lines: int = 0
    """Lines to leave free for a picture."""
    caption: str = ""
    """What stands below it."""
    preview: Sequence[Field] = ()
    """What is known of the saved file."""


def detail_text(row: Row, context: RenderContext, layout: DetailLayout | None = None) -> Text:
    """Everything known about a row."""
    layout = layout or DetailLayout()
    palette = context.palette
    state = row_state_of(row, context.now)
    sections = [
        [field for field in section if field.text]
        for section in (
            _first(row, context, layout),
            [*_endings(row, context), *_file(row, context), *layout.preview],
            running_fields(row, context, layout.width),
            _facts(row, context),
        )
    ]
    column = max((cells(f.label) for section in sections for f in section), default=0) + 2
    text = Text()
    heading = f"{row_state_icon(state)} {row_word(row, state, context.gateway)}"
    text.append(heading + "\n", row_state_style(state, palette))
    for number, section in enumerate(sections):
        if number and section:
            text.append("\n")
        for field in section:
            _append(text, field, column, layout.width, palette.muted)
        if number == _BEFORE_PICTURE and layout.picture_lines:
            text.append("\n")
            text.append("\n" * layout.picture_lines, PICTURE)
            if layout.caption:
                text.append(f"{fit(layout.caption, layout.width)}\n", palette.muted)
    _append_history(text, row, context, layout.width)
    text.rstrip()
    return text


def picture_line(text: Text) -> int | None:
    """The first line of details that is left free for a picture; None where none is."""
    for span in text.spans:
        if span.style is PICTURE:
            return text.plain.count("\n", 0, span.start)
    return None


def _append(text: Text, field: Field, column: int, width: int, muted: Style) -> None:
    """Add a field with a hanging indent; beneath its label where there is too little room."""
    if width - column < _NARROWEST:
        if field.label:
            text.append(f"{fit(field.label, width)}\n", muted)
        column, label = min(2, max(0, width - 2)), ""
    else:
        label = field.label
    lines = field.text.split("\n")
    for line in lines[:_LINES_SHOWN]:
        for piece in wrapped(line, width - column):
            text.append(label + " " * (column - cells(label)), muted)
            text.append(f"{piece}\n", field.style)
            label = ""
    if field.bar:
        text.append(" " * column)
        for piece, style in field.bar:
            text.append(piece, style)
        text.append("\n")
    if (left := len(lines) - _LINES_SHOWN) > 0:
        more = ngettext("{n} more line", "{n} more lines", left)
        text.append(" " * column + more.format(n=left) + "\n", muted)


def _first(row: Row, context: RenderContext, layout: DetailLayout) -> list[Field]:
    """The prompt, what is wrong, and what to do."""
    plain = context.palette.plain
    prompt = row.video.prompt if row.video is not None else ""
    problems = [field for field in problem_fields(row, context) if field.text]
    whole = Field(_("Prompt"), prompt, plain)
    if not problems or not prompt or not layout.is_low:
        return [whole, *problems]
    short = fit(one_line(prompt), max(1, layout.width - 16))
    if short == prompt:
        return [whole, *problems]
    return [Field(_("Prompt"), short, plain), *problems, Field(_("In full"), prompt, plain)]


def _endings(row: Row, context: RenderContext) -> Iterator[Field]:
    """When the file vanishes."""
    palette = context.palette
    ends, video = row.expiry, row.video
    if ends is not None:
        left = ends.at - context.now
        mark = "~" if ends.is_estimate else ""
        words = f"{mark}{date_and_time(ends.at)}"
        style = palette.plain
        if left > 0:
            words += " " + _("(in {time})").format(time=mark + human_duration(left))
            if row.saved is None and left < SOON:
                style = palette.error + palette.strong if left < VERY_SOON else palette.warning
        yield Field(_("Expires"), words, style)
        yield Field(_("Known from"), _basis(ends, video), palette.muted)
    elif video is not None and video.status is Status.READY:
        is_kept = video.usual_life == math.inf
        words = _("never: your own gateway keeps it") if is_kept else _("unknown")
        yield Field(_("Expires"), words, palette.plain)


def _basis(ends: Expiry, video: Video | None) -> str:
    """Where the time of expiry comes from, in words."""
    if ends.basis is Basis.SERVER:
        return _("the gateway")
    if ends.basis is Basis.LINK:
        return _("the signed link")
    life = USUAL_LIFE if video is None or video.usual_life is None else video.usual_life
    hours = round(life / 3600)
    return ngettext(
        "estimated: about {n} hour after completion",
        "estimated: about {n} hours after completion",
        hours,
    ).format(n=hours)


def _file(row: Row, context: RenderContext) -> Iterator[Field]:
    """Where the file was saved."""
    palette = context.palette
    paths = "\n".join(map(legible, row.paths))
    if row.saved is None:
        if paths:
            words = _("{n} of {total} files").format(
                n=len(row.paths), total=max(len(row.files), row.video.outputs if row.video else 1)
            )
            yield Field(_("Saved so far"), f"{words}\n{paths}", palette.warning)
        return
    yield Field(_("Saved as"), paths, palette.success)
    if row.saved_bytes is not None:
        yield Field(_("File size"), human_bytes(row.saved_bytes), palette.plain)
    if not row.is_verified:
        words = _("no: nothing in the file proves that it is whole")
        yield Field(_("Verified"), words, palette.warning)


def _facts(row: Row, context: RenderContext) -> list[Field]:
    """Every other field, those that are not known with an empty text."""
    video = row.video
    facts: list[tuple[str, str]] = []
    if video is not None:
        is_over = video.progress is None or row.is_final
        facts += [
            (_("Model"), video.model),
            (_("Size"), video.size),
            (_("Length"), _seconds(video)),
            (_("Cost"), video.cost.text if video.cost else ""),
            (_("Remix of"), video.remixed_from),
            (_("Gateway says"), video.raw_status),
            (_("Progress"), "" if is_over else f"{video.progress:g}%"),
            (_("Created"), _moment(video.created_at, row)),
            (_("Finished"), _moment(video.completed_at, row) if row.is_final else ""),
            (_("Took"), _took(row, video)),
        ]
    facts.append((_("Tags"), " ".join(f"#{tag}" for tag in row.tags)))
    facts.append((_("Gateway"), legible(context.gateway_label)))
    facts.append((_("Id"), row.id))
    facts.append((_("Id in response"), video.remote_id if video is not None else ""))
    if row.asked_at is not None and row.is_old:
        facts.append((_("Updated"), coarse_ago(context.now - row.asked_at)))
    return [Field(label, value, context.palette.plain) for label, value in facts]


def _seconds(video: Video) -> str:
    return "" if video.seconds is None else _("{n} s").format(n=f"{video.seconds:g}")


def _took(row: Row, video: Video) -> str:
    if not row.is_final or video.created_at is None or video.completed_at is None:
        return ""
    return human_duration(video.completed_at - video.created_at)


def _moment(moment: float | None, row: Row) -> str:
    """A time that the gateway named, as this machine's clock shows it."""
    return "" if moment is None else date_and_time(moment - row.clock_lead)


def _append_history(text: Text, row: Row, context: RenderContext, width: int) -> None:
    """Add what was seen when, the newest first, under a curve of the progress."""
    palette, history = context.palette, row.history
    if not history:
        return
    text.append("\n" + _("Seen") + "\n", palette.strong)
    until = history[-1].at if row.is_final else context.now
    scales = ("100%", "", "  0%")
    room = min(_CURVE_WIDTH, width - 5)
    curve = progress_curve(history, until, room, _CURVE_HEIGHT)
    for scale, line in zip(scales, curve, strict=False):
        text.append(f"{scale:5}", palette.muted)
        text.append(f"{line}\n", palette.primary)
    if curve:
        first = next(entry.at for entry in history if entry.progress is not None)
        begin, end = time_of_day(first), time_of_day(until)
        text.append(f"{'':5}{begin}{end:>{max(9, room - len(begin))}}\n\n", palette.muted)
    for seen in reversed(history[-_HISTORY_SHOWN:]):
        progress = "" if seen.progress is None else f"  {seen.progress:g}%"
        line = f"{time_of_day(seen.at)}  {seen.raw_status or seen.status.value}{progress}"
        for number, piece in enumerate(wrapped(line, width - 10)):
            text.append(" " * (10 if number else 0) + piece + "\n", palette.muted)
