"""The header line and the banner below it, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from hingtui.model.eta import Expiry
from hingtui.model.explain import diagnose
from hingtui.monitor import Connection, GatewayState, RowState, StatusCounts
from hingtui.text.cell_width import fit, legible, steady
from hingtui.text.clean import human_duration, time_of_day
from hingtui.text.i18n import _
from hingtui.ui.advice import advice_text
from hingtui.ui.keys import KeyFor
from hingtui.ui.table.cells import SOON, VERY_SOON
from hingtui.ui.table.row_state import row_state_icon, row_state_style, row_state_word
from hingtui.ui.theme.palette import Palette

_COUNTED = (
    RowState.QUEUED,
    RowState.GENERATING,
    RowState.READY,
    RowState.SAVING,
    RowState.SAVED,
    RowState.FAILED,
    RowState.EXPIRED,
)


def header_line(
    counts: StatusCounts,
    connection: Connection,
    *,
    now: float,
    host: str,
    is_demo: bool,
    palette: Palette,
    width: int,
    needle: str = "",
    shown: int = 0,
) -> Text:
    """How many videos do what, the next expiry, and how things stand with the host."""
    state, state_style = _connection_words(connection, palette)
    right = Text(state, state_style)
    left = Text(" hingtui ", palette.strong)
    if is_demo:
        left.append(" DEMO ", palette.filled)
        left.append(" ")
    if needle:
        told = _("filter {words}: {n}").format(words=fit(needle, 20), n=shown)
        left.append(f" {told} ", palette.accent)
    ending = _next_expiry(counts.next_expiry(), now, palette)
    room = width - cell_len(left.plain) - cell_len(right.plain) - 2
    for with_words, end in ((True, ending), (False, ending), (False, Text())):
        middle = _counts(counts.counts, palette, with_words=with_words)
        middle.append_text(end)
        if cell_len(middle.plain) <= room:
            break
    left.append_text(middle)
    host = legible(host)
    if host and cell_len(left.plain) + cell_len(right.plain) + cell_len(host) + 5 < width:
        right = Text(f"{host} ", palette.muted) + right
    return _spread(left, right, width)


def _counts(counts: Counter[RowState], palette: Palette, *, with_words: bool) -> Text:
    """How many rows stand how; without words where there is no room for them."""
    text = Text()
    for standing in _COUNTED:
        if counts[standing]:
            words = (
                f"{counts[standing]} {row_state_word(standing)}"
                if with_words
                else f"{counts[standing]}"
            )
            text.append(f" {row_state_icon(standing)} {words} ", row_state_style(standing, palette))
    return text


def banner_line(
    connection: Connection,
    *,
    urgent: str = "",
    notices: Iterable[str],
    palette: Palette,
    key_for: KeyFor,
) -> Text | None:
    """What a person should know or do about the host or their files; None when all is well.

    What is `urgent` comes first: that the host is offline, the header says too.
    """
    if urgent:
        return Text(f" {legible(urgent)}", palette.warning)
    if (
        connection.link in (GatewayState.DENIED, GatewayState.OFFLINE)
        and connection.error is not None
    ):
        told = diagnose(connection.error, of_all=True)
        words = " ".join(part for part in (told.what, advice_text(told.advice, key_for)) if part)
        if told.said:
            words += f" ({told.said})"
        style = palette.error if connection.link is GatewayState.DENIED else palette.warning
        return Text(f" {steady(words)}", style)
    lines = [f" {legible(notice)}" for notice in notices]
    return Text("\n".join(lines), palette.warning) if lines else None


def _connection_words(connection: Connection, palette: Palette) -> tuple[str, Style]:
    match connection.link:
        case GatewayState.STARTING:
            return _("starting") + " ", palette.muted
        case GatewayState.NO_TOKEN:
            return _("no token") + " ", palette.warning
        case GatewayState.DENIED:
            return _("token refused") + " ", palette.error
        case GatewayState.PAUSED:
            return _("paused") + " ", palette.warning
        case GatewayState.SLOWED:
            until = _clock(connection.until)
            return _("slowed down until {time}").format(time=until) + " ", palette.warning
        case GatewayState.OFFLINE:
            since = _clock(connection.since)
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
