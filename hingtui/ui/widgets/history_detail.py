"""What the history knows about one video, as a few lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from hingtui.monitor.history_text import cost_text, row_state, state_text, took_text, when_text
from hingtui.monitor.state_words import row_state_word
from hingtui.monitor.statistics_text import length_text, money_text
from hingtui.monitor.status_counts import RowState
from hingtui.storage.history import StatusChange
from hingtui.text.cell_width import legible, short_id
from hingtui.text.clean import date_and_time, human_bytes, one_line, time_of_day
from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.history_view import ShownVideo
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.theme.palette import Palette

LINES = 6
"""Lines of the details; the first ones matter most."""
_PROMPT_LINES = 2
_ID_CELLS = 40


def history_detail(
    shown: ShownVideo,
    changes: Sequence[StatusChange],
    palette: Palette,
    width: int,
    now: float,
) -> Text:
    """Prompt, problem, file, facts, and what was seen when, in lines of `width` cells."""
    video = shown.video
    about = video.entry.video
    lines: list[Text] = []

    def add(text: str, style: Style, *, most: int) -> None:
        if text:
            lines.extend(Text(line, style) for line in wrapped(text, width)[:most])

    state = row_state(video.state(now))
    facts = [when_text(video), video.entry.gateway]
    if about is not None:
        if about.prompt:
            add(one_line(about.prompt), palette.strong, most=_PROMPT_LINES)
        if about.error is not None:
            add(one_line(about.error.message or about.error.code), palette.error, most=2)
        facts += [about.model, length_text(about.seconds), about.size]
    add(_file_text(shown), palette.warning if shown.is_moved else palette.plain, most=2)
    head = Text(state_text(video.state(now)), row_state_style(state, palette))
    facts += [_("took {time}").format(time=took) if (took := took_text(video)) else ""]
    facts += [cost_text(video)]
    if video.refunded and about is not None and about.cost is not None:
        amount = money_text(video.refunded, about.cost.unit)
        facts.append(_("refunded {amount}").format(amount=amount))
    facts.append(short_id(video.entry.id, _ID_CELLS))
    head.append(" · " + " · ".join(legible(fact) for fact in facts if fact), palette.plain)
    lines.append(head)
    add(_changes_text(changes), palette.muted, most=2)
    return Text("\n", no_wrap=True).join(lines[:LINES])


def _file_text(shown: ShownVideo) -> str:
    entry = shown.video.entry
    if entry.saved is None:
        return ""
    path = legible(entry.saved)
    if shown.is_moved:
        return _("Not there any more: {path}").format(path=path)
    size = f" ({human_bytes(entry.saved_bytes)})" if entry.saved_bytes is not None else ""
    return f"{path}{size}"


def _changes_text(changes: Sequence[StatusChange]) -> str:
    parts = []
    for at, change in enumerate(changes):
        moment = date_and_time(change.at) if at == 0 else time_of_day(change.at)
        word = row_state_word(RowState(change.status.value))
        parts.append(f"{moment} {word}")
    return " → ".join(parts)
