"""The `watch` command: watch and download without a screen, one line for each event.

What an event is, is decided in `monitor.watch_events`; how it is written, in `event_lines`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hingtui.cli.event_lines import LineStyle, event_line, event_record, watching_line
from hingtui.cli.input import required_ids
from hingtui.cli.line_writer import LineWriter
from hingtui.cli.output import (
    columns_of_stdout,
    encodable,
    print_json,
    print_message,
    write_line,
)
from hingtui.cli.reasons import is_unanswerable, why_not_saved
from hingtui.cli.session import LAST_DOWNLOADS, Mode, fail, read_settings, run_with
from hingtui.model.errors import HingtuiError
from hingtui.model.key import VideoKey
from hingtui.model.no_list import not_followed
from hingtui.model.video import Status
from hingtui.monitor import Changes, Monitor, Row
from hingtui.monitor.event_commands import EventCommands
from hingtui.monitor.watch_events import EventKind, WatchEvent, WatchEvents
from hingtui.storage.followed import FollowedFile
from hingtui.storage.settings import Settings
from hingtui.system.files import sha256_of
from hingtui.system.malloc import share_malloc_arenas, trim_malloc
from hingtui.text.i18n import _

_TICK = 1.0
"""Seconds between two looks at what only the time changes."""
_LAST_LINES = 60.0
"""Seconds for the last lines, when all is done."""
_LAST_LINES_ON_SIGNAL = 0.3
"""Seconds for the last lines, when a signal ends the command."""
_TRIM_EVERY = 600.0
"""Seconds between two times that free memory is given back to the system."""


def watch(environ: Mapping[str, str], *, until_done: bool, as_json: bool) -> int:
    """Watch and save all videos of the watchlist, until a signal ends it; the exit status.

    With `until_done`, until each is saved, has failed or has expired: 0, or 1 if any was lost.
    """
    try:
        settings = read_settings(environ)
    except (HingtuiError, OSError) as error:
        return fail(error)

    async def work(monitor: Monitor, _rows: list[Row], _folder: Path) -> int:
        return await _Watch(monitor, settings, as_json=as_json).run(until_done=until_done)

    mode = Mode(want_digest=as_json, polls=True, auto_download=True)
    return run_with(settings, required_ids(()), None, work, mode)


class _Watch:
    """One run of the command."""

    def __init__(self, monitor: Monitor, settings: Settings, *, as_json: bool) -> None:
        self._monitor = monitor
        self._settings = settings
        self._as_json = as_json
        self._style = LineStyle(
            columns_of_stdout(), names_gateways=len(monitor.gateways) > 1, encodable=encodable
        )
        self._writer = LineWriter()
        self._is_stopping = False
        commands = EventCommands(
            settings.alerts.commands,
            token=lambda: settings.token,
            failed=_print_command_failed,
            on_complete=settings.on_complete,
        )
        self._events = WatchEvents(monitor, commands)

    async def run(self, *, until_done: bool) -> int:
        """Print what happens; the exit status."""
        share_malloc_arenas()
        if self._monitor.is_read_only:
            print_message(_("The watchlist was written by a newer hingtui: upgrade to change it."))
        self._print_watching()
        self._monitor.subscribe(self._update)
        self._follow()
        try:
            await self._until_over(until_done=until_done)
            await self._writer.close(_LAST_LINES)
        except asyncio.CancelledError:
            await self._stop()
            raise
        finally:
            await self._writer.close(_LAST_LINES_ON_SIGNAL)
        self._writer.raise_error()
        return self._report_lost()

    async def _stop(self) -> None:
        """Report what is saved by the time that all downloads have stopped: no later run does."""
        self._is_stopping = True
        await self._monitor.stop(LAST_DOWNLOADS)
        self._monitor.feed.flush()

    def _follow(self) -> None:
        """Add new videos of accounts automatically, where the settings say so."""
        followed = FollowedFile(self._settings.followed_path)
        for gateway in self._settings.gateways:
            if gateway.follow:
                self._monitor.follow(gateway.name, followed)

    async def _until_over(self, *, until_done: bool) -> None:
        clock = self._monitor.clock
        trim_at = clock.monotonic() + _TRIM_EVERY
        while True:
            self._monitor.feed.flush()  # report the last changes before the end
            self._update()
            self._writer.raise_error()
            if until_done and all(map(self._is_over, self._monitor.rows.values())):
                return
            if clock.monotonic() >= trim_at:
                trim_at = clock.monotonic() + _TRIM_EVERY
                await asyncio.to_thread(trim_malloc)
            await clock.wait_for(self._writer.failed, _TICK)

    def _update(self, changes: Changes | None = None) -> None:
        now = self._monitor.now()
        for gateway, error in changes.not_followed.items() if changes is not None else ():
            self._writer.put(partial(print_message, not_followed(gateway, error)))
        for event in self._events.update(changes):
            if event.kind is EventKind.SAVED or not self._is_stopping:
                self._writer.put(self._line(event, now))

    def _line(self, event: WatchEvent, now: float) -> Callable[[], None]:
        """What writes the line of an event: as it is now, a row goes on changing."""
        if not self._as_json:
            return partial(write_line, event_line(event, now, self._style))
        record = event_record(event, now)
        path = event.row.saved if event.row is not None else None
        return partial(_print_record, record, path)

    def _print_watching(self) -> None:
        count, at = len(self._monitor.rows), self._monitor.clock.time()
        if self._as_json:
            record = {"event": EventKind.WATCHING.value, "at": at, "videos": count}
            self._writer.put(partial(print_json, record))
        else:
            self._writer.put(partial(write_line, watching_line(count, at, self._style)))

    def _is_over(self, row: Row) -> bool:
        """Whether nothing more is to be expected of a video."""
        if row.saved is not None or row.key in self._events.lost:
            return True
        if row.status is Status.FAILED or is_unanswerable(row, self._monitor):
            return True
        return not row.is_downloading and row.has_vanished(self._monitor.now())

    def _report_lost(self) -> int:
        """Print why each video that was lost is not saved; the exit status."""
        monitor = self._monitor
        lost: list[VideoKey] = [
            key
            for key, row in monitor.rows.items()
            if key in self._events.lost or (row.saved is None and is_unanswerable(row, monitor))
        ]
        for key in lost:
            print_message(f"{key.id}: {why_not_saved(monitor.rows[key], monitor)}")
        return 1 if lost else 0


def _print_record(record: dict[str, object], path: Path | None) -> None:
    """Print the JSON of an event; the digest of a file that another process saved is missing."""
    if path is not None and record.get("sha256", "") is None:
        try:
            record["sha256"] = sha256_of(path)
        except OSError:  # it was moved away at once
            record["sha256"] = None
    print_json(record)


def _print_command_failed(event: str) -> None:
    """Called in another thread."""
    words = _("The command on_{event} could not be run; check config.toml.")
    print_message(f"hingtui: {words.format(event=event)}")
