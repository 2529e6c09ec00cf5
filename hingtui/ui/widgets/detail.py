"""The details of one video, as text."""

from __future__ import annotations

import math

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from hingtui.model.eta import Basis, Expiry
from hingtui.model.explain import diagnose
from hingtui.model.video import USUAL_LIFE, Status, Video
from hingtui.monitor import Row, row_state_of
from hingtui.monitor.state_words import row_state_icon, row_state_word
from hingtui.text.cell_width import legible, steady
from hingtui.text.clean import date_and_time, human_bytes, human_duration, time_of_day
from hingtui.text.i18n import _, ngettext
from hingtui.ui.advice import advice_text
from hingtui.ui.table.cells import RenderContext, coarse_ago
from hingtui.ui.table.row_state import row_state_style

_HISTORY_SHOWN = 12
_LINES_SHOWN = 200
"""Lines of one text: ten thousand would take Textual seconds, at every redraw."""


class DetailPane(VerticalScroll):
    """Shows the details of the row under the cursor."""

    def compose(self) -> ComposeResult:
        yield Static(id="detail-text", markup=False)

    def show(self, row: Row | None, context: RenderContext | None) -> None:
        """Show this row, or nothing."""
        text = Text(_("Nothing selected."))
        if row is not None and context is not None:
            text = detail_text(row, context)
        for lines in self.query("#detail-text").results(Static):
            lines.update(text)


def detail_text(row: Row, context: RenderContext) -> Text:
    """Every field, the whole prompt, errors with advice, and the history."""
    palette = context.palette
    state = row_state_of(row, context.now)
    text = Text()
    text.append(
        f"{row_state_icon(state)} {row_state_word(state)}\n",
        row_state_style(state, palette),
    )
    facts = _facts(row, context)
    room = max((cell_len(name) for name, _value, _style in facts), default=0)
    for name, value, style in facts:
        text.append(name + " " * (room - cell_len(name) + 2), palette.muted)
        text.append(steady(value) + "\n", style)
    for heading, lines, style in _paragraphs(row, context):
        if heading:
            text.append(f"\n{heading}\n", palette.strong)
        for line in lines[:_LINES_SHOWN]:
            text.append(steady(line) + "\n", style)
        if (left := len(lines) - _LINES_SHOWN) > 0:
            more = ngettext("{n} more line", "{n} more lines", left)
            text.append(more.format(n=left) + "\n", palette.muted)
    return text


_Fact = tuple[str, str, Style]


def _facts(row: Row, context: RenderContext) -> list[_Fact]:
    """Name, value and style of every field that is known."""
    plain = context.palette.plain
    facts: list[tuple[str, str]] = [(_("Id"), row.id)]
    video = row.video
    if video is not None:
        is_over = video.progress is None or row.is_final
        progress = "" if is_over else f"{video.progress:g}%"
        left = "" if context.left is None else f"~{human_duration(context.left)}"
        seconds = "" if video.seconds is None else _("{n} s").format(n=f"{video.seconds:g}")
        took = ""
        cost = "" if video.cost is None else f"{video.cost.amount:g} {video.cost.unit}"
        started, ended = video.created_at, video.completed_at
        if row.is_final and started is not None and ended is not None:
            took = human_duration(ended - started)
        facts += [
            (_("Id there"), video.remote_id),
            (_("Server says"), video.raw_status),
            (_("Progress"), progress),
            (_("Time left"), left),
            (_("Model"), video.model),
            (_("Size"), video.size),
            (_("Length"), seconds),
            (_("Remix of"), video.remixed_from),
            (_("Cost"), cost),
            (_("Created"), _moment(video.created_at)),
            (_("Finished"), _moment(video.completed_at) if row.is_final else ""),
            (_("Took"), took),
        ]
    if row.asked_at is not None and row.is_old:
        facts.append((_("As of"), coarse_ago(context.now - row.asked_at)))
    shown = [(name, value, plain) for name, value in facts if value]
    return shown + _endings(row, context)


def _endings(row: Row, context: RenderContext) -> list[_Fact]:
    """When the file vanishes, and where it was saved."""
    palette = context.palette
    facts: list[_Fact] = []
    ends, video = row.expiry, row.video
    if ends is not None:
        left = ends.at - context.now
        mark = "~" if ends.is_estimate else ""
        words = f"{mark}{date_and_time(ends.at)}"
        if left > 0:
            words += " " + _("(in {time})").format(time=mark + human_duration(left))
        facts.append((_("Expires"), words, palette.plain))
        facts.append((_("Known from"), _basis(ends, video), palette.muted))
    elif video is not None and video.status is Status.READY:
        is_kept = video.usual_life == math.inf
        words = _("never: your own server keeps it") if is_kept else _("unknown")
        facts.append((_("Expires"), words, palette.plain))
    if row.saved is not None:
        facts.append((_("Saved as"), legible(row.saved), palette.success))
        if row.saved_bytes is not None:
            facts.append((_("File size"), human_bytes(row.saved_bytes), palette.plain))
        if not row.is_verified:
            words = _("no: nothing in the file proves that it is whole")
            facts.append((_("Verified"), words, palette.warning))
    return facts


def _basis(ends: Expiry, video: Video | None) -> str:
    """Where the time of expiry comes from, in words."""
    if ends.basis is Basis.SERVER:
        return _("the server")
    if ends.basis is Basis.LINK:
        return _("the signed link")
    life = USUAL_LIFE if video is None or video.usual_life is None else video.usual_life
    hours = round(life / 3600)
    return ngettext(
        "estimated: about {n} hour after completion",
        "estimated: about {n} hours after completion",
        hours,
    ).format(n=hours)


def _paragraphs(row: Row, context: RenderContext) -> list[tuple[str, list[str], Style]]:
    palette = context.palette
    blocks: list[tuple[str, list[str], Style]] = []
    video = row.video
    if video is not None and video.error is not None:
        has_failed = video.status is Status.FAILED
        advice = _("The gateway gave up on this video; ask for it again where you made it.")
        heading = _("Why it failed") if has_failed else _("Error")
        beneath = [video.error.code] if video.error.code else []
        beneath += [advice] if has_failed else []
        blocks.append((heading, video.error.message.split("\n"), palette.error))
        blocks.append(("", beneath, palette.muted))
    if row.download is not None and row.download.error is not None:
        blocks.append((_("Download"), _error_lines(row.download.error, context), palette.warning))
    if row.last_error is not None:
        lines = _error_lines(row.last_error.error, context)
        lines.append(_("Since {time}").format(time=time_of_day(row.last_error.since)))
        blocks.append((_("Last question"), lines, palette.warning))
    if video is not None and video.prompt:
        blocks.append((_("Prompt"), video.prompt.split("\n"), palette.plain))
    if row.history:
        lines = [
            f"{time_of_day(seen.at)}  {seen.raw_status or seen.status.value}"
            + ("" if seen.progress is None else f"  {seen.progress:g}%")
            for seen in reversed(row.history[-_HISTORY_SHOWN:])
        ]
        blocks.append((_("Seen"), lines, palette.muted))
    return blocks


def _error_lines(error: Exception, context: RenderContext) -> list[str]:
    """An error in lines: what happened, what to do, the server's words, its request id."""
    diagnosis = diagnose(error)
    lines = [diagnosis.what, advice_text(diagnosis.advice, context.key_for)]
    if diagnosis.details:
        lines.append(_("In its words: {words}").format(words=diagnosis.details))
    if diagnosis.request_id:
        lines.append(_("Request id for support: {id}").format(id=diagnosis.request_id))
    return [line for line in lines if line]


def _moment(moment: float | None) -> str:
    return "" if moment is None else date_and_time(moment)
