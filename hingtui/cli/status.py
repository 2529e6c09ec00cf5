"""The `status` command: ask once about each video and print what the gateway responds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hingtui.cli.output import json_record, print_json, print_message, print_table
from hingtui.cli.reasons import why_unanswered
from hingtui.cli.session import ask_once, with_monitor
from hingtui.monitor import Monitor, Row
from hingtui.monitor.row_filter import parse_filter, shown_text
from hingtui.text.cell_width import repeated
from hingtui.text.decoding import decode_argument
from hingtui.text.i18n import _


def status(
    environ: Mapping[str, str],
    arguments: Sequence[str],
    *,
    words: str,
    as_json: bool,
    gateway: str | None = None,
) -> int:
    """Ask once and print the videos that all `words` are found in ("": all of them).

    The exit status is 1 if any video could not be asked about that may be one of them: its last
    known state does not count, but its gateway, id and tags do.
    """
    words = decode_argument(words)
    row_filter = parse_filter(words)

    async def work(monitor: Monitor, rows: list[Row], _folder: Path) -> int:
        await ask_once(monitor, rows)
        _print_rows(rows, monitor, words, as_json=as_json)
        now = monitor.now()
        unanswered = [
            row for row in rows if not _is_answered(row) and not row_filter.excludes(row, now)
        ]
        for row in unanswered:
            print_message(f"{row.id}: {why_unanswered(row, monitor)}")
        return 1 if unanswered else 0

    return with_monitor(environ, arguments, work, gateway=gateway)


def _print_rows(rows: list[Row], monitor: Monitor, words: str, *, as_json: bool) -> None:
    now = monitor.now()
    row_filter = parse_filter(words)
    has_gateways = len(monitor.gateways) > 1
    shown = [
        row
        for row in rows
        if row_filter.matches(row, now, shown_text(row, now, with_gateway=has_gateways))
    ]
    if as_json:
        for row in shown:
            print_json(json_record(row, now))
    elif shown:
        print_table(shown, now, monitor.gateway_status)
    elif rows:
        print_message(_("No video matches: {words}").format(words=repeated(words)))
    else:
        print_message(_("Nothing is watched. Add videos with: hingtui add ID"))


def _is_answered(row: Row) -> bool:
    return row.video is not None and not row.is_old and row.last_error is None
