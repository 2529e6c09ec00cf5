"""The `status` command: ask once about each video and print what the gateway responds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hingtui.cli.output import json_record, print_json, print_message, print_table
from hingtui.cli.reasons import why_unanswered
from hingtui.cli.session import ask_once, with_monitor
from hingtui.monitor import Monitor, Row
from hingtui.text.i18n import _


def status(environ: Mapping[str, str], arguments: Sequence[str], *, as_json: bool) -> int:
    """Ask once and print; 0, or 1 if any video could not be asked about."""

    async def work(monitor: Monitor, rows: list[Row], _folder: Path) -> int:
        await ask_once(monitor, rows)
        _print_rows(rows, monitor.now(), as_json=as_json)
        unanswered = [row for row in rows if not _is_answered(row)]
        for row in unanswered:
            print_message(f"{row.id}: {why_unanswered(row, monitor)}")
        return 1 if unanswered else 0

    return with_monitor(environ, arguments, work)


def _print_rows(rows: list[Row], now: float, *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(json_record(row, now))
    elif rows:
        print_table(rows, now)
    else:
        print_message(_("Nothing is watched. Add videos with: hingtui add ID"))


def _is_answered(row: Row) -> bool:
    return row.video is not None and not row.is_old and row.last_error is None
