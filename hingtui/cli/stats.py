"""The `stats` command: how many, how long and how much, from the history. It asks no gateway."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import closing

from hingtui.cli.history import report_damage, search_words
from hingtui.cli.output import columns_of_stdout, encodable, print_json, write_line
from hingtui.cli.session import fail, read_settings
from hingtui.model.errors import HingtuiError
from hingtui.monitor.statistics_text import statistics_lines
from hingtui.monitor.text_table import plain
from hingtui.storage.history import Outcome, Statistics, bucket_start
from hingtui.storage.open_history import history_of
from hingtui.system.clock import Clock
from hingtui.text.cell_width import repeated
from hingtui.text.i18n import _

_IN_A_FILE = 100
"""Cells of a line that goes to no terminal."""


def stats(environ: Mapping[str, str], words: Sequence[str], *, as_json: bool) -> int:
    """Print the figures of what the words find; the exit status is 1 if nothing is found."""
    try:
        settings = read_settings(environ)
        now = Clock().time()
        with closing(history_of(settings)) as known:
            if (found := search_words(" ".join(words), now)) is None:
                return 1
            figures = known.statistics(found.wanted)
            report_damage(known)
    except (HingtuiError, OSError) as error:
        return fail(error)
    if not figures.kinds:
        nothing = _("No video matches: {words}") if words else _("Nothing was watched yet.")
        return fail(nothing.format(words=repeated(" ".join(words))))
    if as_json:
        print_json(stats_record(figures))
    else:
        for line in statistics_lines(figures, columns_of_stdout() or _IN_A_FILE):
            write_line(encodable(plain(line)))
    return 0


def stats_record(figures: Statistics) -> dict[str, object]:
    """All figures as one object; durations in seconds, costs by unit, null for what is unknown."""
    return {
        **_outcome(figures.total),
        "first_at": figures.first_at,
        "last_at": figures.last_at,
        "kinds": [
            {
                "gateway": kind.gateway,
                "model": kind.model,
                "seconds": kind.seconds,
                **_outcome(outcome),
                "duration": _durations(outcome),
            }
            for kind, outcome in figures.kinds.items()
        ],
        "hours": [
            {
                "hour": at,
                "videos": hour.count,
                "median": statistics.median(hour.durations) if hour.durations else None,
            }
            for at, hour in enumerate(figures.hours)
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "videos": outcome.count,
        "saved": outcome.saved,
        "lost": outcome.lost,
        "probably_lost": outcome.maybe_lost,
        "failed": outcome.failed,
        "costs": [
            {
                "unit": unit,
                "spent": money.spent,
                "refunded": money.refunded,
                "on_failures": money.on_failures,
            }
            for unit, money in sorted(outcome.money.items())
        ],
    }


def _durations(outcome: Outcome) -> dict[str, object]:
    durations = outcome.durations
    return {
        "videos": durations.count,
        "observed": durations.observed,
        "median": durations.median,
        "p90": durations.p90,
        "histogram": [
            {"from": bucket_start(at), "to": bucket_start(at + 1), "videos": count}
            for at, count in sorted(durations.buckets.items())
        ],
    }
