"""The statistics of the history as lines of text, for the screen and the command line."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Sequence

from hingtui.monitor.text_table import Column, Line, Piece, Role, flowing, text_table
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
from hingtui.text.wrap import in_a_row, wrapped

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
    lines: list[Line] = [*_summary(found, total, width), (), heading]
    for gateway in dict.fromkeys(kind.gateway for kind in kinds):
        own = [at for at, kind in enumerate(kinds) if kind.gateway == gateway]
        lines += _gateway_lines(gateway, added_up(found.kinds[kinds[at]] for at in own), width)
        lines += [rows[at] for at in own]
    legend = _legend(total, {piece.text.strip() for piece in heading})
    lines += [(Piece(line, Role.MUTED),) for line in wrapped(legend, width)]
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


def _summary(found: Statistics, total: Outcome, width: int) -> Iterable[Line]:
    count = ngettext("{n} video", "{n} videos", total.count).format(n=f"{total.count:,}")
    span = ""
    if found.first_at is not None and found.last_at is not None:
        first, last = day(found.first_at), day(found.last_at)
        words = _("on {first}") if first == last else _("from {first} to {last}")
        span = words.format(first=first, last=last)
    yield (Piece(count, Role.STRONG), Piece(f"  {span}", Role.MUTED))
    lost = Piece(_("lost {n}").format(n=total.lost), Role.BAD if total.lost else Role.GOOD)
    parts: list[Line] = [
        (Piece(_("saved {n}").format(n=f"{total.saved:,}"), Role.GOOD), Piece(_(", ")), lost),
        (Piece(_("failed {n}").format(n=_share(total.failed, total.count)), _bad(total.failed)),),
    ]
    rest = total.count - total.saved - total.lost - total.failed
    if rest:
        parts.append((Piece(_("{n} not finished or not saved").format(n=f"{rest:,}")),))
    if total.maybe_lost:
        words = ngettext(
            "{n} of them has probably expired",
            "{n} of them have probably expired",
            total.maybe_lost,
        )
        parts.append((Piece(words.format(n=total.maybe_lost), Role.BAD),))
    yield from flowing(parts, width)
    for unit, money in sorted(total.money.items()):
        yield from flowing(_money_parts(unit, money), width)


def _money_parts(unit: str, money: Money) -> list[Line]:
    """What was spent in one unit, which is named once."""
    spent = _("spent {amount}").format(amount=money_text(money.spent, unit))
    parts: list[Line] = [(Piece(spent, Role.STRONG),)]
    if money.on_failures:
        words = _("for failed and lost ones {amount}")
        text = words.format(amount=money_text(money.on_failures, ""))
        parts.append((Piece(text, Role.BAD),))
    if money.refunded:
        text = _("refunded {amount}").format(amount=money_text(money.refunded, ""))
        parts.append((Piece(text),))
    return parts


def _gateway_lines(gateway: str, total: Outcome, width: int) -> list[Line]:
    count = ngettext("{n} video", "{n} videos", total.count).format(n=f"{total.count:,}")
    failed = _("failed {n}").format(n=_share(total.failed, total.count))
    spent = [money_text(money.spent, unit) for unit, money in sorted(total.money.items())]
    parts: list[Line] = [
        (Piece(steady(gateway), Role.STRONG), Piece(f"  {count}")),
        (Piece(failed),),
    ]
    if total.lost:
        parts.append((Piece(_("lost {n}").format(n=total.lost), Role.BAD),))
    parts += [(Piece(amount),) for amount in spent]
    return flowing(parts, width)


def _legend(total: Outcome, headings: Collection[str]) -> str:
    """What the columns about durations say, where they are shown."""
    sentences = [_("Usual: half of them took no longer.")]
    if {_("9 IN 10"), _("9 IN 10 WITHIN")} & set(headings):
        sentences.append(_("9 in 10: nine of ten took no longer."))
    sentences.append(_("Durations count from creation until ready."))
    span = histogram_span(total.durations.buckets)
    if span is not None and _scale(total) in headings:
        words = _("Bars: how many took how long, from {shortest} (left) to {longest} (right).")
        shortest, longest = map(human_duration, span)
        sentences.append(words.format(shortest=shortest, longest=longest))
    if total.durations.observed:
        sentences.append(_("~ was measured here: the gateway does not say when it was finished."))
    return in_a_row(sentences)


def _scale(total: Outcome) -> str:
    """The shortest and the longest duration, `0:22–28:42`: the heading above the bars."""
    span = histogram_span(total.durations.buckets)
    return "" if span is None else "–".join(map(human_duration, span))


def _table(found: Statistics, kinds: Sequence[Kind], total: Outcome, width: int) -> list[Line]:
    """A heading, and a line for each kind."""
    is_wide = width >= _WIDE
    columns = (
        Column(_("MODEL"), is_number=False, most=24 if is_wide else 16),
        Column(_("LENGTH")),
        Column(_("COUNT")),
        Column(_("FAILED")),
        Column(_("LOST"), rank=2),
        Column(_("USUAL")),
        Column(_("9 IN 10 WITHIN") if is_wide else _("9 IN 10"), rank=3),
        Column(_scale(total), rank=4, is_number=False),
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
        Piece(steady(kind.model) or _("unknown"), Role.PLAIN if kind.model else Role.MUTED),
        Piece(length_text(kind.seconds) or "–"),
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
    slowest = max(range(_HOURS), key=lambda at: usual[at])
    fastest = min((at for at in range(_HOURS) if usual[at]), key=lambda at: usual[at])
    labels = (_("hour"), _("duration"), _("videos"))
    room = max(cells_of(label) for label in labels) + 2
    fitting = (width - room - _MARGIN + 1) // _HOURS  # the last one needs no gap
    cells = 3 if width >= _WIDE else min(2, max(1, fitting))
    each = 3 if cells > 1 else 6
    marks = "".join(padded(str(at), each * cells) for at in range(0, _HOURS, each))
    words = _("slowest {slow} ({longest}), fastest {fast} ({shortest})").format(
        slow=f"{slowest}:00",
        longest=human_duration(usual[slowest]),
        fast=f"{fastest}:00",
        shortest=human_duration(usual[fastest]),
    )
    return [
        *flowing([(Piece(_("By hour of the day"), Role.STRONG),), (Piece(words),)], width),
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
    """Each block `cells` wide, with a gap behind it where it has more than one."""
    if cells == 1:
        return blocks.rstrip()
    return "".join(block * (cells - 1) + " " for block in blocks).rstrip()


def _share(count: int, of: int) -> str:
    """A number, and how many of a hundred it is: `12 (5 %)`."""
    if not count:
        return "0"
    percent = 100 * count / of
    return f"{count:,} ({percent:.0f}%)" if percent >= 0.95 else f"{count:,} (<1%)"


def _bad(count: int) -> Role:
    return Role.BAD if count else Role.PLAIN
