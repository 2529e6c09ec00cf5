"""A piece of the header's line, and the pieces about gateways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

from hingtui.model.errors import Unreachable
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.cell_width import legible
from hingtui.text.clean import time_of_day
from hingtui.text.i18n import _
from hingtui.ui.theme.palette import Palette

GATEWAYS = "gateways"
"""What a click on the gateways means."""
_CALM = {
    GatewayState.ONLINE: "✓",
    GatewayState.CONNECTING: "·",
    GatewayState.STARTING: "·",
}
"""The signs of states that need no words where there are several gateways."""
_LONG_AGO = 600.0
"""Seconds since the last answer from which on the gateway may well be offline by now."""


@dataclass(slots=True)
class Part:
    """A piece of the line."""

    forms: list[str]
    """From the longest to the shortest; the last may be ""."""
    style: Style
    target: int | str | None = None
    """What a click on it means: a group of states, NEXT_EXPIRY or GATEWAYS."""

    def shorten(self) -> bool:
        """Use the next shorter form, if there is one."""
        if len(self.forms) == 1:
            return False
        del self.forms[0]
        return True


def gateway_parts(
    gateways: Sequence[tuple[str, GatewayStatus]], now: float, palette: Palette
) -> tuple[Part, list[Part]]:
    """Which gateways there are, and the states worth a word; all of them where there is one."""
    if len(gateways) == 1:
        [(name, status)] = gateways
        words, style = gateway_text(status, now, palette)
        is_fine = status.state is GatewayState.ONLINE
        host = Part([f" {legible(name)}" if name else "", ""], palette.muted, GATEWAYS)
        return host, [Part([f" {words} ", *([""] if is_fine else [])], style, GATEWAYS)]
    states = {status.state for _name, status in gateways}
    if states == {GatewayState.PAUSED}:
        return Part([""], palette.muted), [Part([f" {_('paused')} "], palette.warning, GATEWAYS)]
    calm = [(name, each) for name, each in gateways if each.state in _CALM]
    names = " ".join(f"{legible(name)} {_CALM[each.state]}" for name, each in calm)
    online = sum(each.state is GatewayState.ONLINE for _name, each in calm)
    short = _("{n} online").format(n=online) if online else ""
    parts = []
    for name, status in gateways:
        if status.state not in _CALM:
            words, style = gateway_text(status, now, palette)
            parts.append(
                Part([f" {legible(name)}: {words} ", f" {legible(name)} ! "], style, GATEWAYS)
            )
    return Part([f" {names}", f" {short}", ""] if calm else [""], palette.muted, GATEWAYS), parts


def gateway_text(status: GatewayStatus, now: float, palette: Palette) -> tuple[str, Style]:
    """The words for the state of a gateway, and their style."""
    match status.state:
        case GatewayState.STARTING:
            return _("starting"), palette.muted
        case GatewayState.NO_TOKEN:
            return _("no token"), palette.warning
        case GatewayState.DENIED:
            return _("token refused"), palette.error
        case GatewayState.PAUSED:
            return _("paused"), palette.warning
        case GatewayState.SLOWED:
            until = _clock(status.until)
            return _("slowed down until {time}").format(time=until), palette.warning
        case GatewayState.OFFLINE:
            is_silent = isinstance(status.error, Unreachable)
            words = _("offline since {time}") if is_silent else _("failing since {time}")
            return words.format(time=_clock(status.since)), palette.error
        case GatewayState.NOT_SET:
            return _("not in the settings"), palette.warning
        case GatewayState.CONNECTING:
            return _("not connected yet"), palette.muted
        case _ if status.since is not None and now - status.since >= _LONG_AGO:
            words = _("last answer at {time}")
            return words.format(time=_clock(status.since)), palette.muted
        case _:
            return _("online"), palette.success


def _clock(moment: float | None) -> str:
    return "" if moment is None else time_of_day(moment)
