"""The statistics of the history as lines of text, for the screen and the command line."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from hingtui.monitor.text_table import Column, Line, Piece, Role, text_table
from hingtui.storage.history import (
    Hour,
    Kind,
    Money,
    Outcome,
    Statistics,
    added_up,
    histogram,
    histogram_span,
)
from hingtui.text.cell_width import cells_of, padded, steady
from hingtui.text.clean import day, human_duration
from hingtui.text.i18n import _, ngettext
from hingtui.text.wrap import wrapped

_BLOCKS = "▁▂▃▄▅▆▇█"
_MARGIN = 1
_HOURS = 24
_WIDE = 110
"""Cells from which there is room for more columns and wider bars."""


def statistics_lines(found: Statistics, width: int) -> list[Line]:
    """All figures, in lines of at most `width` cells."""
    total = found.total
    if not total.count:
        return [(Piece(_("No videos.")),)]
    kinds = sorted(found.kinds, key=_order)
    heading, *rows = _table(found, kinds, total, width)
    lines: list[Line] = [*_summary(found, total), (), heading]
    for gateway in dict.fromkeys(kind.gateway for kind in kinds):
        own = [at for at, kind in enumerate(kinds) if kind.gateway == gateway]
        lines.append(_gateway_line(gateway, added_up(found.kinds[kinds[at]] for at in own)))
        lines += [rows[at] for at in own]
    lines += [(Piece(line, Role.MUTED),) for line in wrapped(_legend(total), width)]
    return [*lines, (), *_by_hour(found.hours, width)]


def bars(counts: Sequence[float]) -> str:
    """The figures as blocks, the highest full; " " for none."""
    most = max(counts, default=0)
    if most <= 0:
        return " " * len(counts)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(count / most * top)] if count > 0 else " " for count in counts)


def money_text(amount: float, unit: str) -> str:
    """An amount with its unit, as the gateway reports it."""
    digits = 0 if amount == round(amount) or abs(amount) >= 1000 else 2
    if 0 < abs(amount) < 0.01:
        digits = 4
    return f"{amount:,.{digits}f} {steady(unit)}".rstrip()


def length_text(seconds: float | None) -> str:
    """The length of a video: `8 s`, "" if it is not known."""
    return "" if seconds is None else f"{seconds:g} s"


def _order(kind: Kind) -> tuple[str, str, float]:
    return kind.gateway, kind.model, kind.seconds or 0.0


def _summary(found: Statistics, total: Outcome) -> Iterable[Line]:
    count = ngettext("{n} video", "{n} videos", total.count).format(n=f"{total.count:,}")
    span = ""
    if found.first_at is not None and found.last_at is not None:
        first, last = day(found.first_at), day(found.last_at)
        words = _("on {first}") if first == last else _("from {first} to {last}")
        span = words.format(first=first, last=last)
    yield (Piece(count, Role.STRONG), Piece(f"  {span}", Role.MUTED))
    lost = Piece(_("lost {n}").format(n=total.lost), Role.BAD if total.lost else Role.GOOD)
    pieces = [
        Piece(_("saved {n}").format(n=f"{total.saved:,}"), Role.GOOD),
        Piece(_(", ")),
        lost,
        Piece(" · "),
        Piece(_("failed {n}").format(n=_share(total.failed, total.count)), _bad(total.failed)),
    ]
    rest = total.count - total.saved - total.lost - total.failed
    if rest:
        pieces.append(Piece(" · " + _("{n} not finished or not saved").format(n=f"{rest:,}")))
    if total.maybe_lost:
        words = _("{n} of them have probably expired").format(n=total.maybe_lost)
        pieces.append(Piece(f" ({words})", Role.BAD))
    yield tuple(pieces)
    for unit, money in sorted(total.money.items()):
        yield _money_line(unit, money)


def _money_line(unit: str, money: Money) -> Line:
    """What was spent in one unit, which is named once."""
    pieces = [Piece(_("spent {amount}").format(amount=money_text(money.spent, unit)), Role.STRONG)]
    if money.on_failures:
        words = _("for failed and lost ones {amount}")
        text = words.format(amount=money_text(money.on_failures, ""))
        pieces += [Piece(" · "), Piece(text, Role.BAD)]
    if money.refunded:
        text = _("refunded {amount}").format(amount=money_text(money.refunded, ""))
        pieces += [Piece(" · "), Piece(text)]
    return tuple(pieces)


def _gateway_line(gateway: str, total: Outcome) -> Line:
    count = ngettext("{n} video", "{n} videos", total.count).format(n=f"{total.count:,}")
    failed = _("failed {n}").format(n=_share(total.failed, total.count))
    spent = [money_text(money.spent, unit) for unit, money in sorted(total.money.items())]
    pieces = [Piece(steady(gateway), Role.STRONG), Piece(f"  {count} · "), Piece(failed)]
    if total.lost:
        pieces += [Piece(" · "), Piece(_("lost {n}").format(n=total.lost), Role.BAD)]
    if spent:
        pieces.append(Piece(" · " + ", ".join(spent)))
    return tuple(pieces)


def _legend(total: Outcome) -> str:
    legend = _("Usual: half of them took no longer. Durations count from creation until ready.")
    if total.durations.observed:
        legend += " " + _("~ was measured here: the gateway does not say when it was finished.")
    return legend


def _table(found: Statistics, kinds: Sequence[Kind], total: Outcome, width: int) -> list[Line]:
    """A heading, and a line for each kind."""
    is_wide = width >= _WIDE
    span = histogram_span(total.durations.buckets)
    scale = "" if span is None else f"{human_duration(span[0])}–{human_duration(span[1])}"
    columns = (
        Column(_("MODEL"), is_number=False, most=24 if is_wide else 16),
        Column(_("LENGTH")),
        Column(_("COUNT")),
        Column(_("FAILED")),
        Column(_("LOST"), rank=2),
        Column(_("USUAL")),
        Column(_("9 OF 10"), rank=3),
        Column(scale, rank=4, is_number=False),
        Column(_("SPENT"), rank=1, most=30),
        Column(_("ON FAILURES"), rank=6, most=30),
        Column(_("REFUNDED"), rank=5, most=30),
    )
    rows = [_kind_cells(kind, found.kinds[kind], total, 20 if is_wide else 10) for kind in kinds]
    table = text_table(columns, rows, width - _MARGIN, gap=2 if is_wide else 1)
    return [(Piece(" " * _MARGIN), *line) for line in table]


def _kind_cells(kind: Kind, outcome: Outcome, total: Outcome, most_bars: int) -> list[Piece]:
    durations = outcome.durations
    mark = "~" if durations.observed else ""
    span = total.durations.buckets
    scale = range(min(span), max(span) + 1) if span else range(0)
    counts = histogram(durations.buckets, most_bars, scale)
    median, p90 = (
        "" if seconds is None else f"{mark}{human_duration(seconds)}"
        for seconds in (durations.median, durations.p90)
    )
    return [
        Piece(steady(kind.model)),
        Piece(length_text(kind.seconds)),
        Piece(f"{outcome.count:,}"),
        Piece(_share(outcome.failed, outcome.count), _bad(outcome.failed)),
        Piece(str(outcome.lost or ""), Role.BAD),
        Piece(median, Role.STRONG),
        Piece(p90),
        Piece(bars(counts), Role.BAR),
        *(_amounts(outcome, name) for name in ("spent", "on_failures", "refunded")),
    ]


def _amounts(outcome: Outcome, name: str) -> Piece:
    """The amounts; with their units where there are several: the gateway's line has them too."""
    amounts = [(getattr(money, name), unit) for unit, money in sorted(outcome.money.items())]
    has_units = len(amounts) > 1
    texts = [money_text(amount, unit if has_units else "") for amount, unit in amounts if amount]
    return Piece(", ".join(texts))


def _by_hour(hours: Sequence[Hour], width: int) -> list[Line]:
    """When videos are made, and how long they take then."""
    usual = [statistics.median(hour.durations) if hour.durations else 0.0 for hour in hours]
    if not any(usual):
        return []
    cells = 3 if width >= _WIDE else 2
    slowest = max(range(_HOURS), key=lambda at: usual[at])
    fastest = min((at for at in range(_HOURS) if usual[at]), key=lambda at: usual[at])
    labels = (_("hour"), _("duration"), _("videos"))
    room = max(cells_of(label) for label in labels) + 2
    marks = "".join(padded(str(at) if at % 3 == 0 else "", cells) for at in range(_HOURS))
    words = _("slowest {slow} ({longest}), fastest {fast} ({shortest})").format(
        slow=f"{slowest}:00",
        longest=human_duration(usual[slowest]),
        fast=f"{fastest}:00",
        shortest=human_duration(usual[fastest]),
    )
    return [
        (Piece(_("By the hour in which they were begun"), Role.STRONG), Piece(f"  {words}")),
        *(
            (Piece(" " + padded(label, room)), Piece(_spread(bars(counts), cells), Role.BAR))
            for label, counts in (
                (labels[1], usual),
                (labels[2], [hour.count for hour in hours]),
            )
        ),
        (Piece(" " + padded(labels[0], room) + marks.rstrip(), Role.MUTED),),
    ]


def _spread(blocks: str, cells: int) -> str:
    """Each block `cells` wide, with a gap behind it."""
    return "".join(block * (cells - 1) + " " for block in blocks).rstrip()


def _share(count: int, of: int) -> str:
    """A number, and how many of a hundred it is: `12 (5 %)`."""
    if not count:
        return "0"
    percent = 100 * count / of
    return f"{count:,} ({percent:.0f}%)" if percent >= 0.95 else f"{count:,} (<1%)"


def _bad(count: int) -> Role:
    return Role.BAD if count else Role.PLAIN
