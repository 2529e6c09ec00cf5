"""Derive events from what changed: each once, when it happens. For a watch without a screen.

It prints nothing. The alarms and the person's commands, as on the dashboard, are run from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from hingtui.download.progress import Phase
from hingtui.model.errors import StorageError
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor.alarms import ExpiryAlarms
from hingtui.monitor.changes import Changes
from hingtui.monitor.event_commands import EventCommands
from hingtui.monitor.gateway_status import GatewayState, GatewayStatus
from hingtui.monitor.late_downloads import LateDownloads
from hingtui.monitor.monitor import Monitor
from hingtui.monitor.row import Download, DownloadState, Row

RATE_LIMIT_QUIET = 30.0
"""Seconds without a rate limit after which it counts as lifted."""
DISK_QUIET = 5.0
"""Seconds without an error of the disk after which it counts as mended: a retry that is under way
looks like success for a moment."""


class EventKind(Enum):
    """What happened; the value is its name in JSON."""

    WATCHING = "watching"
    """The watch begins."""
    ADDED = "added"
    GENERATING = "generating"
    READY = "ready"
    DOWNLOADING = "downloading"
    """The first bytes of a download have come."""
    SAVED = "saved"
    FAILED = "failed"
    """The gateway failed to make it."""
    NOT_SAVED = "not_saved"
    """Its download was given up."""
    EXPIRING = "expiring"
    EXPIRED = "expired"
    """It expired before it was saved."""
    REMOVED = "removed"
    OFFLINE = "offline"
    ONLINE = "online"
    """The gateway answers again, or no longer limits the rate, or accepts the token again."""
    SLOWED = "slowed"
    REFUSED = "refused"
    """The gateway refuses the token."""
    STORAGE_ERROR = "storage_error"
    STORAGE_OK = "storage_ok"


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One event. `row` or `gateway` is set if it is about a video or a gateway."""

    kind: EventKind
    at: float
    """Unix seconds, this machine's clock."""
    row: Row | None = None
    gateway: str = ""
    """The name of a gateway; "" where the event is about a video or the disk."""
    error: Exception | None = None
    """Why a download was given up, or what is wrong with the gateway or the disk."""
    within: float | None = None
    """Seconds within which the video expires."""


@dataclass(slots=True)
class _Reported:
    """What has been reported of one row."""

    row: Row
    status: Status = Status.UNKNOWN
    is_begun: bool = False
    """Whether it was generating, or finished, when last reported."""
    is_gone: bool = False
    saved: Path | None = None
    begun: Download | None = None
    """The download whose first bytes were reported."""
    given_up: Download | None = None


class WatchEvents:
    """All methods belong to the event loop's thread, and none of them waits."""

    def __init__(self, monitor: Monitor, commands: EventCommands) -> None:
        """Rows that exist now cause no events."""
        self.lost: set[VideoKey] = set()
        """Watched videos that expired unsaved, or were given up, and are not saved since."""
        self._monitor = monitor
        self._commands = commands
        self._alarms = ExpiryAlarms()
        self._late_downloads = LateDownloads()
        self._gateways: dict[str, _GatewayEvents] = {}
        self._storage = _StorageEvents(monitor)
        now = monitor.now()
        self._alarms.update(monitor.rows, monitor.rows, now)
        self._reported = {key: _reported_at_start(row, now) for key, row in monitor.rows.items()}

    def update(self, changes: Changes | None = None) -> list[WatchEvent]:
        """Take in what changed (None: only time passed), and return the events in order."""
        monitor = self._monitor
        rows, now = monitor.rows, monitor.now()
        events: list[WatchEvent] = []
        if changes is not None:
            self._follow_moved(changes.keys)
            for key in sorted(changes.keys, key=self._order):
                events += self._row_events(key, now)
            self._alarms.update(rows, changes.keys, now)
            self._late_downloads.saved(changes.saved, rows)
            self._commands.changed(changes, rows)
        events += self._alarm_events(now)
        for name, status in statuses(monitor).items():
            gateway = self._gateways.setdefault(name, _GatewayEvents(name))
            events += gateway.update(status, monitor.clock.monotonic(), monitor.clock.time())
        events += self._storage.update()
        return events

    def _follow_moved(self, changed: AbstractSet[VideoKey]) -> None:
        """Keep what was reported of a video whose gateway became known, here or elsewhere."""
        new = {key.id: key for key in changed if key not in self._reported}
        for old in changed - self._monitor.rows.keys():
            key = new.get(old.id)
            if key is not None and key in self._monitor.rows and old in self._reported:
                self._reported[key] = self._reported.pop(old)
                if old in self.lost:
                    self.lost.remove(old)
                    self.lost.add(key)

    def _order(self, key: VideoKey) -> tuple[float, VideoKey]:
        row = self._monitor.rows.get(key)
        return (row.added_at if row is not None else 0.0), key

    def _row_events(self, key: VideoKey, now: float) -> Iterator[WatchEvent]:
        """What is new about one row."""
        at = self._monitor.clock.time()
        row, reported = self._monitor.rows.get(key), self._reported.get(key)
        if row is None:
            if reported is not None:
                del self._reported[key]
                self.lost.discard(key)
                yield WatchEvent(EventKind.REMOVED, at, reported.row)
            return
        if reported is None:
            reported = self._reported[key] = _Reported(row)
            yield WatchEvent(EventKind.ADDED, at, row)
        reported.row = row
        for kind in _news(reported, row, now):
            if kind in (EventKind.EXPIRED, EventKind.NOT_SAVED):
                self.lost.add(key)
            elif kind is EventKind.SAVED:
                self.lost.discard(key)
            download = row.download if kind is EventKind.NOT_SAVED else None
            yield WatchEvent(kind, at, row, error=download.error if download is not None else None)

    def _alarm_events(self, now: float) -> Iterator[WatchEvent]:
        monitor = self._monitor
        rows, queue, clock = monitor.rows, monitor.queue, monitor.clock
        self._late_downloads.update(
            queue.active, queue.at_once, now=now, monotonic=clock.monotonic()
        )
        due = self._alarms.due(rows, now, self._late_downloads.late)
        if not due:
            return
        self._alarms.see()
        self._commands.alarmed(due, rows)
        for one in due.expiring:
            if (row := rows.get(one.key)) is not None:
                yield WatchEvent(EventKind.EXPIRING, clock.time(), row, within=one.within)
        for key in due.expired:
            yield from self._row_events(key, now)


def _news(reported: _Reported, row: Row, now: float) -> Iterator[EventKind]:
    """What is new about a watched row; records it in `reported`."""
    status, reported.status = reported.status, row.status
    if row.status is Status.GENERATING and not reported.is_begun:
        yield EventKind.GENERATING
    reported.is_begun = reported.is_begun or row.status is Status.GENERATING or row.is_final
    was_gone, reported.is_gone = reported.is_gone, _is_gone(row, now)
    if row.status is not status and row.status is Status.READY and not reported.is_gone:
        yield EventKind.READY
    if row.status is not status and row.status is Status.FAILED:
        yield EventKind.FAILED
    download = row.download
    if download is not None and download is not reported.begun and _has_bytes(download):
        reported.begun = download
        yield EventKind.DOWNLOADING
    if reported.is_gone and not was_gone:
        yield EventKind.EXPIRED
    if download is not None and download is not reported.given_up and not download.is_active:
        reported.given_up = download
        if not reported.is_gone:
            yield EventKind.NOT_SAVED
    if row.saved is not None and row.saved != reported.saved:
        yield EventKind.SAVED
    reported.saved = row.saved


def _reported_at_start(row: Row, now: float) -> _Reported:
    """What to assume as reported of a row that exists at the start."""
    is_begun = row.status is Status.GENERATING or row.is_final
    return _Reported(row, row.status, is_begun, _is_gone(row, now), row.saved)


def _is_gone(row: Row, now: float) -> bool:
    return row.saved is None and not row.is_downloading and row.has_vanished(now)


def _has_bytes(download: Download) -> bool:
    is_running = download.state is DownloadState.RUNNING
    return is_running and download.progress.phase in (Phase.RECEIVING, Phase.VERIFYING)


def statuses(monitor: Monitor) -> dict[str, GatewayStatus]:
    """The state of each gateway by its name."""
    return {name: watch.gateway.status for name, watch in monitor.gateways.items()}


_NEWS_OF_STATE = {
    GatewayState.OFFLINE: EventKind.OFFLINE,
    GatewayState.SLOWED: EventKind.SLOWED,
    GatewayState.DENIED: EventKind.REFUSED,
}


class _GatewayEvents:
    """Remembers which error of one gateway was reported."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reported: GatewayState | None = None
        self._failed_at = 0.0

    def update(self, status: GatewayStatus, monotonic: float, at: float) -> Iterator[WatchEvent]:
        """What is new about the gateway."""
        if (kind := _NEWS_OF_STATE.get(status.state)) is not None:
            self._failed_at = monotonic
            if status.state is not self._reported:
                self._reported = status.state
                yield WatchEvent(kind, at, gateway=self._name, error=status.error)
        elif status.state is GatewayState.ONLINE and self._reported is not None:
            is_flickering = self._reported is GatewayState.SLOWED
            if not is_flickering or monotonic - self._failed_at >= RATE_LIMIT_QUIET:
                self._reported = None
                yield WatchEvent(EventKind.ONLINE, at, gateway=self._name)


class _StorageEvents:
    """Remembers whether an error of the watchlist or the folder of videos was reported."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._is_reported = False
        self._failed_at = 0.0

    def update(self) -> Iterator[WatchEvent]:
        """What is new about the disk."""
        clock = self._monitor.clock
        error = self._error()
        if error is not None:
            self._failed_at = clock.monotonic()
            if not self._is_reported:
                self._is_reported = True
                yield WatchEvent(EventKind.STORAGE_ERROR, clock.time(), error=error)
        elif self._is_reported and clock.monotonic() - self._failed_at >= DISK_QUIET:
            self._is_reported = False
            yield WatchEvent(EventKind.STORAGE_OK, clock.time())

    def _error(self) -> StorageError | None:
        errors = (row.download.error for row in self._monitor.downloads if row.download is not None)
        of_downloads = (error for error in errors if isinstance(error, StorageError))
        return self._monitor.storage_error or next(of_downloads, None)
