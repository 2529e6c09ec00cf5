"""The lines about the health of each gateway. Must not import widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from hingtui.model.errors import StorageError
from hingtui.model.video import Cost
from hingtui.monitor import GatewayStatus, Monitor
from hingtui.monitor.gateway_health import DAYS, Ended, Health, ended_rows, health_of
from hingtui.storage.history import History, HistoryState, HistoryVideo, Search
from hingtui.storage.settings import GatewaySettings
from hingtui.text.cell_width import cells, legible
from hingtui.text.clean import human_duration
from hingtui.text.i18n import _, ngettext
from hingtui.text.wrap import wrapped
from hingtui.ui.gateway_view import GatewayView
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.header_part import gateway_text

_MOST = 2000
"""Videos of the history, the last ones, that are looked at."""
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """What the dialog says of one gateway."""

    name: str
    label: str
    status: GatewayStatus
    family: str
    """"" while that is not found out."""
    health: Health
    left: Cost | None
    """What is left in the account, if known."""
    origin: str = ""
    """Where it is described, if the dashboard cannot change it."""


def ended_in_history(open_history: Callable[[], History], now: float) -> list[Ended]:
    """What has ended lately, from the history; blocks. Raises StorageError."""
    history = open_history()
    try:
        numbers = history.find(Search(since=now - DAYS * 86_400), _MOST)
        return [ended for video in history.videos(numbers) if (ended := _ended(video)) is not None]
    finally:
        history.close()


def _ended(video: HistoryVideo) -> Ended | None:
    known = video.entry.video
    state = video.stored_state
    if known is None or state in (
        HistoryState.QUEUED,
        HistoryState.GENERATING,
        HistoryState.UNKNOWN,
    ):
        return None
    return Ended(
        video.entry.gateway,
        (known.model, known.seconds),
        video.began_at,
        None if video.duration is None else video.duration.seconds,
        state is HistoryState.FAILED,
    )


def gateways_health(
    monitor: Monitor,
    view: GatewayView,
    settings_of: Callable[[str], GatewaySettings | None],
    ended: Sequence[Ended] | None,
) -> list[GatewayHealth]:
    """All gateways, from what `ended` in the history; None: from the rows of this run."""
    if ended is None:
        ended = ended_rows(monitor.rows.values())
    return [
        GatewayHealth(
            name,
            view.full_name(name),
            monitor.status_of(name),
            getattr(watch.api, "family", None) or "",
            health_of(ended, name, monitor.now()),
            watch.balance.left,
            _origin(settings_of(name)),
        )
        for name, watch in monitor.gateways.items()
    ]


def _origin(gateway: GatewaySettings | None) -> str:
    if gateway is None or gateway.is_editable:
        return ""
    if not gateway.described_in:
        return _("built in: config.toml can describe another")
    return _("from {source}").format(source=gateway.described_in)


def source_text(ended: Sequence[Ended] | None, problem: StorageError | None) -> str:
    """Where the figures are from."""
    if problem is not None:
        return _("From this run: the history cannot be read.")
    if ended is None:
        return _("From this run.")
    return _("From the history of the last {n} days.").format(n=DAYS)


@dataclass(frozen=True, slots=True)
class HealthText:
    """What the dialog shows."""

    text: Text
    starts: tuple[int, ...]
    """The line on which each gateway begins."""


def health_text(
    gateways: Iterable[GatewayHealth], now: float, palette: Palette, width: int, selected: str = ""
) -> HealthText:
    """The state of each gateway, and beneath it its figures, in `width` cells.

    The `selected` one is marked; "": none is.
    """
    text = Text()
    starts: list[int] = []
    for one in gateways:
        words, style = gateway_text(one.status, now, palette)
        if text:
            text.append("\n\n")
        starts.append(text.plain.count("\n"))
        if selected:
            text.append("▸ " if one.name == selected else "  ", palette.strong)
        text.append(legible(one.label), palette.strong)
        text.append(f"  {words}", style)
        if one.family:
            text.append(_("  family {name}").format(name=one.family), palette.muted)
        for line in _joined(_figures(one), width - len(_INDENT)):
            text.append(f"\n{_INDENT}{line}", palette.plain)
        if one.origin:
            text.append(f"\n{_INDENT}{one.origin}", palette.muted)
    return HealthText(text, tuple(starts))


def _joined(figures: Sequence[str], width: int) -> list[str]:
    """The figures in lines of `width` cells, broken between two of them where they allow it."""
    lines: list[str] = []
    for figure in figures:
        longer = _("; ").join([lines[-1], figure]) if lines else ""
        if lines and cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(figure)
    return [piece for line in lines for piece in wrapped(line, width)]


def _figures(one: GatewayHealth) -> list[str]:
    health = one.health
    if not health.count:
        figures = [_("no video has ended yet")]
    else:
        words = ngettext("{n} of {total} failed", "{n} of {total} failed", health.failed)
        figures = [words.format(n=health.failed, total=health.count)]
    if health.median is not None and health.p90 is not None:
        words = _("usually {median}, nine of ten within {p90}")
        figures.insert(
            0,
            words.format(median=human_duration(health.median), p90=human_duration(health.p90)),
        )
    if health.trend is not None:
        figures.append(_trend_text(health.trend))
    if one.left is not None:
        figures.append(_("{amounts} left").format(amounts=one.left.text))
    return figures


def _trend_text(trend: float) -> str:
    if trend == 0:
        return _("as fast as before since yesterday")
    words = _("{n} % slower since yesterday") if trend > 0 else _("{n} % faster since yesterday")
    return words.format(n=round(abs(trend) * 100))
