"""The header: counts, the next expiry, and the state of the gateway, on one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from hingtui.model.eta import Expiry
from hingtui.monitor import GatewayState, GatewayStatus, RowState, StatusCounts
from hingtui.text.cell_width import fit, legible
from hingtui.text.clean import human_duration, time_of_day
from hingtui.text.i18n import _
from hingtui.ui.table.cells import SOON, VERY_SOON
from hingtui.ui.table.row_state import row_state_icon, row_state_style, row_state_word
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.same_text import same_text

_COUNTED = (
    RowState.QUEUED,
    RowState.GENERATING,
    RowState.READY,
    RowState.DOWNLOADING,
    RowState.SAVED,
    RowState.FAILED,
    RowState.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class HeaderState:
    """What the header shows."""

    counts: StatusCounts
    gateway_status: GatewayStatus
    now: float
    """Unix seconds on the server's clock."""
    gateway: str
    """The gateway's host, "" to show none."""
    is_demo: bool
    filter: str = ""
    """The words that rows are filtered by, "" for all rows."""
    shown: int = 0
    """Rows that the filter lets through."""


class Header(Static):
    """One line, repainted only when it changes."""

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._line = Text()

    def show(self, state: HeaderState, palette: Palette) -> None:
        """Show this state."""
        line = header_line(state, palette, self.app.size.width)
        if not same_text(line, self._line):
            self._line = line
            self.update(line, layout=False)


def header_line(state: HeaderState, palette: Palette, width: int) -> Text:
    """How many videos are in which state, the next expiry, and the state of the gateway."""
    words, style = _gateway_words(state.gateway_status, palette)
    right = Text(words, style)
    left = Text(" hingtui ", palette.strong)
    if state.is_demo:
        left.append(" DEMO ", palette.filled)
        left.append(" ")
    if state.filter:
        words = _("filter {words}: {n}").format(words=fit(state.filter, 20), n=state.shown)
        left.append(f" {words} ", palette.accent)
    expiry = _next_expiry(state.counts.next_expiry(), state.now, palette)
    room = width - cell_len(left.plain) - cell_len(right.plain) - 2
    for with_words, end in ((True, expiry), (False, expiry), (False, Text())):
        middle = _counts(state.counts.counts, palette, with_words=with_words)
        middle.append_text(end)
        if cell_len(middle.plain) <= room:
            break
    left.append_text(middle)
    gateway = legible(state.gateway)
    if gateway and cell_len(left.plain) + cell_len(right.plain) + cell_len(gateway) + 5 < width:
        right = Text(f"{gateway} ", palette.muted) + right
    return _spread(left, right, width)


def _counts(counts: Counter[RowState], palette: Palette, *, with_words: bool) -> Text:
    """How many rows are in which state; without words where there is no room for them."""
    text = Text()
    for state in _COUNTED:
        if counts[state]:
            words = f"{counts[state]} {row_state_word(state)}" if with_words else f"{counts[state]}"
            text.append(f" {row_state_icon(state)} {words} ", row_state_style(state, palette))
    return text


def _gateway_words(status: GatewayStatus, palette: Palette) -> tuple[str, Style]:
    match status.state:
        case GatewayState.STARTING:
            return _("starting") + " ", palette.muted
        case GatewayState.NO_TOKEN:
            return _("no token") + " ", palette.warning
        case GatewayState.DENIED:
            return _("token refused") + " ", palette.error
        case GatewayState.PAUSED:
            return _("paused") + " ", palette.warning
        case GatewayState.SLOWED:
            until = _clock(status.until)
            return _("slowed down until {time}").format(time=until) + " ", palette.warning
        case GatewayState.OFFLINE:
            since = _clock(status.since)
            return _("offline since {time}").format(time=since) + " ", palette.error
        case _:
            return _("online") + " ", palette.success


def _next_expiry(soonest: Expiry | None, now: float, palette: Palette) -> Text:
    """When the next file that is not saved yet vanishes; empty when none does."""
    if soonest is None:
        return Text()
    left = soonest.at - now
    mark = "~" if soonest.is_estimate else ""
    words = _("next expiry in {time}").format(time=mark + human_duration(left))
    style = palette.muted
    if left < SOON:
        style = palette.error if left < VERY_SOON else palette.warning
    return Text(f"  {words}", style)


def _clock(moment: float | None) -> str:
    return "" if moment is None else time_of_day(moment)


def _spread(left: Text, right: Text, width: int) -> Text:
    """Both ends of one line; the left gives way when there is no room."""
    room = width - cell_len(right.plain) - 1
    if cell_len(left.plain) > room:
        kept = fit(left.plain, max(0, room))
        left.truncate(cell_len(kept), overflow="crop")
    gap = max(1, width - cell_len(left.plain) - cell_len(right.plain))
    return left + Text(" " * gap) + right
