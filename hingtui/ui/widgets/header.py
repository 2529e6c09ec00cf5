"""The header: how many videos are in which state, and what goes on, on one line.

A part of it can be clicked. Where the line is too narrow, its words leave one by one, the least
important first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from hingtui.model.video import Cost
from hingtui.monitor import GatewayStatus, RowState, StatusCounts
from hingtui.monitor.attention import SOON, VERY_SOON
from hingtui.monitor.batch_progress import Batch
from hingtui.monitor.gateway_status import in_best_state
from hingtui.monitor.state_words import row_state_icon, row_state_word, unanswered_word
from hingtui.text.cell_width import fit, legible
from hingtui.text.clean import human_bytes, human_duration
from hingtui.text.i18n import _, ngettext
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.table.row_view import STATE_GROUPS
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.header_part import GATEWAYS, Part, gateway_parts
from hingtui.ui.widgets.same_text import same_text

NEXT_EXPIRY = "next_expiry"
"""What is clicked, besides groups of states."""
_COUNTED: tuple[tuple[RowState, ...], ...] = (
    (RowState.READY,),
    (RowState.DOWNLOADING, RowState.WAITING),
    (RowState.GENERATING, RowState.STALLED),
    (RowState.QUEUED,),
    (RowState.ASKING,),
    (RowState.UNKNOWN, RowState.MISSING),
    (RowState.SAVED,),
    (RowState.FAILED,),
    (RowState.EXPIRED,),
)
"""The states that are counted together."""


@dataclass(frozen=True, slots=True)
class HeaderState:
    """What the header shows."""

    counts: StatusCounts
    gateways: Sequence[tuple[str, GatewayStatus]]
    """The names of the gateways and their states; the only one's host, "" to show none."""
    now: float
    """Unix seconds on this machine's clock."""
    is_demo: bool
    total: int = 0
    """Rows on the watchlist."""
    shown: int = 0
    """Rows that the filter lets through."""
    group: int = 0
    """The group of states that is shown, from 1; 0 for all."""
    marked: int = 0
    batch: Batch | None = None
    """The downloads that run now."""
    speed: float = 0.0
    """Bytes a second, of all downloads together."""
    auto_download: bool = False
    balances: Sequence[tuple[str, Cost]] = ()
    """What is left in accounts, with the gateway's name; "" for the only gateway."""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """The header as it is drawn."""

    text: Text
    targets: tuple[tuple[int, int, int | str], ...]
    """First cell, cell behind the last, and what a click there means."""


class Header(Static):
    """One line, repainted only when it changes."""

    class Clicked(Message):
        """A part of the header was clicked."""

        def __init__(self, target: int | str) -> None:
            super().__init__()
            self.target = target

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._line = HeaderLine(Text(), ())

    def show(self, state: HeaderState, palette: Palette) -> None:
        """Show this state."""
        line = header_line(state, palette, self.app.size.width)
        if not same_text(line.text, self._line.text):
            self.update(line.text, layout=False)
        self._line = line

    def on_click(self, event: events.Click) -> None:
        """Say which part was clicked."""
        for first, end, target in self._line.targets:
            if first <= event.x < end:
                self.post_message(self.Clicked(target))


def header_line(state: HeaderState, palette: Palette, width: int) -> HeaderLine:
    """Everything that there is room for in `width` cells."""
    name = Part([" hingtui ", ""], palette.strong)
    demo = Part([" DEMO ", ""] if state.is_demo else [""], palette.filled)
    total = Part(_total_forms(state), palette.accent if _is_filtered(state) else palette.plain, 0)
    marked = Part([_marked(state), ""], palette.accent + palette.strong)
    counts = [_count(state, states, palette) for states in _COUNTED]
    downloads = Part(_download_forms(state), palette.primary, 2)
    expiry = _next_expiry(state, palette)
    auto_forms = [_("auto on"), _("auto")] if state.auto_download else [_("auto off"), ""]
    auto_style = palette.success if state.auto_download else palette.muted
    auto = Part([f" {form} " if form else "" for form in auto_forms], auto_style)
    host, gateways = gateway_parts(state.gateways, state.now, palette)
    left = [name, demo, total, marked, *counts, downloads, expiry]
    balances = _balances(state, palette)
    right = [balances, host, auto, *gateways]
    ready, downloading, generating, queued, asking, unknown, saved, failed, expired = counts
    first = (balances, host, expiry, saved, queued, asking, unknown, generating, downloading)
    second = (saved, queued, asking, unknown, generating, auto, marked, downloading)
    leaving = (
        *(*first, expired, failed, ready, host, expiry),
        *(downloads, auto, *gateways, name, expiry, demo, downloads, total),
        *(*second, expired, failed, *gateways),
    )
    for part in leaving:
        if _width(left) + _width(right) < width:
            break
        part.shorten()
    return _joined(left, right, width)


def _balances(state: HeaderState, palette: Palette) -> Part:
    """What is left in the accounts whose balance is requested."""
    shown = [f"{legible(name)} {left.text}".strip() for name, left in state.balances]
    words = _("{amounts} left").format(amounts=", ".join(shown))
    return Part([f" {words} ", ""] if shown else [""], palette.muted, GATEWAYS)


def _is_filtered(state: HeaderState) -> bool:
    return state.shown != state.total or bool(state.group)


def _total_forms(state: HeaderState) -> list[str]:
    """`37/200` where rows are hidden."""
    if not state.total:
        return [""]
    numbers = f"{state.shown}/{state.total}" if _is_filtered(state) else f"{state.total}"
    return [f" {numbers} ", ""]


def _marked(state: HeaderState) -> str:
    return " " + _("{n} marked").format(n=state.marked) + " " if state.marked else ""


def _count(state: HeaderState, states: tuple[RowState, ...], palette: Palette) -> Part:
    """How many rows are in these states, under the icon and the word of the first."""
    number = sum(state.counts.counts[one] for one in states)
    group = next(at for at, group in enumerate(STATE_GROUPS, 1) if states[0] in group)
    if not number and (state.group != group or states[0] is not STATE_GROUPS[group - 1][0]):
        return Part([""], palette.plain)
    # Some of them may be in line or wait: they are downloads, but not all of them downloading.
    is_download = states[0] is RowState.DOWNLOADING
    word = ngettext("download", "downloads", number) if is_download else _word(state, states[0])
    short = f" {row_state_icon(states[0])} {number} "
    style = row_state_style(states[0], palette)
    if state.group == group:
        style += Style(underline=True)
    return Part([f"{short}{word} ", short, ""], style, group)


def _word(state: HeaderState, of: RowState) -> str:
    """The word for a state, which is also that of the rows."""
    if of is RowState.ASKING:
        return unanswered_word(of, in_best_state(status for _name, status in state.gateways))
    return row_state_word(of)


def _download_forms(state: HeaderState) -> list[str]:
    if (batch := state.batch) is None:
        return [""]
    words = _("{n} of {m} saved").format(n=batch.done, m=batch.of)
    speed = f"  {human_bytes(state.speed)}/s" if state.speed > 0 else ""
    return [f"  {words}{speed} ", f" {batch.done}/{batch.of}{speed} ", ""]


def _next_expiry(state: HeaderState, palette: Palette) -> Part:
    """When the next file that is not saved yet expires."""
    if (soonest := state.counts.next_expiry()) is None:
        return Part([""], palette.plain)
    left = soonest.at - state.now
    time = ("~" if soonest.is_estimate else "") + human_duration(left)
    style = palette.muted
    if left < SOON:
        style = palette.error + palette.strong if left < VERY_SOON else palette.warning
    words = _("next expiry in {time}").format(time=time)
    shorter = (time, time)
    if state.batch is not None:
        # Behind the speed of downloads, a time alone would be the time that those still take.
        sign = row_state_icon(RowState.EXPIRED)
        shorter = (_("expires in {time}").format(time=time), f"{sign} {time}")
    return Part([*(f"  {form} " for form in (words, *shorter)), ""], style, NEXT_EXPIRY)


def _width(parts: list[Part]) -> int:
    return sum(cell_len(part.forms[0]) for part in parts)


def _joined(left: list[Part], right: list[Part], width: int) -> HeaderLine:
    """Both ends of one line of `width` cells; what is left of too much is cut."""
    gap = max(1, width - _width(left) - _width(right))
    text = Text()
    targets: list[tuple[int, int, int | str]] = []
    at = 0
    for part in (*left, Part([" " * gap], Style.null()), *right):
        shown = fit(part.forms[0], max(0, width - at))
        if shown:
            inked = shown.strip() if part.style.reverse else shown  # no block across several parts
            before, after = shown.split(inked, 1) if inked else (shown, "")
            text.append(before).append(inked, part.style).append(after)
            end = at + cell_len(shown)
            if part.target is not None:
                targets.append((at, end, part.target))
            at = end
    return HeaderLine(text, tuple(targets))
