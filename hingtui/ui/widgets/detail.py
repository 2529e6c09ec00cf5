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
from hingtui.text.cell_width import legible, steady
from hingtui.text.clean import date_and_time, human_bytes, human_duration, time_of_day
from hingtui.text.i18n import _, ngettext
from hingtui.ui.advice import advice_text
from hingtui.ui.table.cells import RenderContext, coarse_ago
from hingtui.ui.table.row_state import row_state_icon, row_state_style, row_state_word

_HISTORY_SHOWN = 12
_LINES_SHOWN = 200
"""Of one text: ten thousand take Textual seconds, each second."""


class DetailPane(VerticalScroll):
    """Follows the cursor; it is given a row and the sight of it."""

    def compose(self) -> ComposeResult:
        yield Static(id="detail-text", markup=False)

    def show(self, watched: Row | None, sight: RenderContext | None) -> None:
        """Show this row, or nothing."""
        text = Text(_("Nothing selected."))
        if watched is not None and sight is not None:
            text = detail_text(watched, sight)
        for lines in self.query("#detail-text").results(Static):
            lines.update(text)


def detail_text(watched: Row, sight: RenderContext) -> Text:
    """Every field, the whole prompt, errors with what to do, and the history."""
    palette = sight.palette
    standing = row_state_of(watched, sight.now)
    text = Text()
    text.append(
        f"{row_state_icon(standing)} {row_state_word(standing)}\n",
        row_state_style(standing, palette),
    )
    facts = _facts(watched, sight)
    room = max((cell_len(name) for name, _value, _style in facts), default=0)
    for name, value, style in facts:
        text.append(name + " " * (room - cell_len(name) + 2), palette.muted)
        text.append(steady(value) + "\n", style)
    for heading, lines, style in _paragraphs(watched, sight):
        if heading:
            text.append(f"\n{heading}\n", palette.strong)
        for line in lines[:_LINES_SHOWN]:
            text.append(steady(line) + "\n", style)
        if (left := len(lines) - _LINES_SHOWN) > 0:
            more = ngettext("{n} more line", "{n} more lines", left)
            text.append(more.format(n=left) + "\n", palette.muted)
    return text


_Fact = tuple[str, str, Style]


def _facts(watched: Row, sight: RenderContext) -> list[_Fact]:
    """Name, value and style of each thing that is known."""
    plain = sight.palette.plain
    facts: list[tuple[str, str]] = [(_("Id"), watched.id)]
    video = watched.video
    if video is not None:
        is_over = video.progress is None or watched.is_final
        progress = "" if is_over else f"{video.progress:g}%"
        left = "" if sight.left is None else f"~{human_duration(sight.left)}"
        seconds = "" if video.seconds is None else _("{n} s").format(n=f"{video.seconds:g}")
        took = ""
        cost = "" if video.cost is None else f"{video.cost.amount:g} {video.cost.unit}"
        started, ended = video.created_at, video.completed_at
        if watched.is_final and started is not None and ended is not None:
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
            (_("Finished"), _moment(video.completed_at) if watched.is_final else ""),
            (_("Took"), took),
        ]
    if watched.asked_at is not None and watched.is_old:
        facts.append((_("As of"), coarse_ago(sight.now - watched.asked_at)))
    shown = [(name, value, plain) for name, value in facts if value]
    return shown + _endings(watched, sight)


def _endings(watched: Row, sight: RenderContext) -> list[_Fact]:
    """When the file vanishes, and where it was saved."""
    palette = sight.palette
    facts: list[_Fact] = []
    ends, video = watched.expiry, watched.video
    if ends is not None:
        left = ends.at - sight.now
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
    if watched.saved is not None:
        facts.append((_("Saved as"), legible(watched.saved), palette.success))
        if watched.saved_bytes is not None:
            facts.append((_("File size"), human_bytes(watched.saved_bytes), palette.plain))
        if not watched.is_verified:
            words = _("no: nothing in the file proves that it is whole")
            facts.append((_("Verified"), words, palette.warning))
    return facts


def _basis(ends: Expiry, video: Video | None) -> str:
    """Where the moment comes from, in words."""
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


def _paragraphs(watched: Row, sight: RenderContext) -> list[tuple[str, list[str], Style]]:
    palette = sight.palette
    blocks: list[tuple[str, list[str], Style]] = []
    video = watched.video
    if video is not None and video.error is not None:
        has_failed = video.status is Status.FAILED
        advice = _("The gateway gave up on this video; ask for it again where you made it.")
        heading = _("Why it failed") if has_failed else _("Error")
        beneath = [video.error.code] if video.error.code else []
        beneath += [advice] if has_failed else []
        blocks.append((heading, video.error.message.split("\n"), palette.error))
        blocks.append(("", beneath, palette.muted))
    if watched.saving is not None and watched.saving.error is not None:
        blocks.append((_("Download"), _told(watched.saving.error, sight), palette.warning))
    if watched.trouble is not None:
        lines = _told(watched.trouble.error, sight)
        lines.append(_("Since {time}").format(time=time_of_day(watched.trouble.since)))
        blocks.append((_("Last question"), lines, palette.warning))
    if video is not None and video.prompt:
        blocks.append((_("Prompt"), video.prompt.split("\n"), palette.plain))
    if watched.history:
        lines = [
            f"{time_of_day(seen.at)}  {seen.raw_status or seen.status.value}"
            + ("" if seen.progress is None else f"  {seen.progress:g}%")
            for seen in reversed(watched.history[-_HISTORY_SHOWN:])
        ]
        blocks.append((_("Seen"), lines, palette.muted))
    return blocks


def _told(error: Exception, sight: RenderContext) -> list[str]:
    """An error in lines: what, what to do, the server's words, its request id."""
    told = diagnose(error)
    lines = [told.what, advice_text(told.advice, sight.key_for)]
    if told.said:
        lines.append(_("In its words: {words}").format(words=told.said))
    if told.request_id:
        lines.append(_("Request id for support: {id}").format(id=told.request_id))
    return [line for line in lines if line]


def _moment(moment: float | None) -> str:
    return "" if moment is None else date_and_time(moment)
