"""The `status` command: ask once about each video and print what the gateway said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingtui.cli.output import json_record, print_json, print_table, tell
from hingtui.cli.reasons import why_unanswered
from hingtui.cli.session import ask_once, with_monitor
from hingtui.monitor import Monitor, Row
from hingtui.text.i18n import _


def status(environ: Mapping[str, str], arguments: Sequence[str], *, as_json: bool) -> int:
    """Ask once and print; 0, or 1 if any could not be asked."""
    return with_monitor(
        environ, arguments, lambda monitor, rows, _settings: _status(monitor, rows, as_json=as_json)
    )


async def _status(monitor: Monitor, rows: list[Row], *, as_json: bool) -> int:
    await ask_once(monitor, rows)
    now = monitor.now()
    if as_json:
        for watched in rows:
            print_json(json_record(watched, now))
    elif rows:
        print_table(rows, monitor.now())
    else:
        tell(_("Nothing is watched. Add videos with: hingtui add ID"))
    unanswered = [watched for watched in rows if not _is_answered(watched)]
    for watched in unanswered:
        tell(f"{watched.id}: {why_unanswered(watched, monitor)}")
    return 1 if unanswered else 0


def _is_answered(watched: Row) -> bool:
    return watched.video is not None and not watched.is_old and watched.trouble is None
