"""Turn what is known of a row into what the history stores. For the recorder's thread."""

from __future__ import annotations

import logging
from dataclasses import replace

from hingtui.model.video import Status
from hingtui.monitor.history_recorder import RowSnapshot
from hingtui.monitor.row import HistoryEntry
from hingtui.storage.history import Duration, HistoryVideo, Sighting, StatusChange
from hingtui.system.files import sha256_of

_log = logging.getLogger(__name__)


def sighting_of(snapshot: RowSnapshot) -> Sighting:
    """What the history is to store."""
    changes = tuple(_status_changes(snapshot.history))
    video = HistoryVideo(
        entry=snapshot.entry,
        expiry=snapshot.expiry,
        duration=_duration(snapshot, changes),
        saved_at=snapshot.saved_at,
        sha256=snapshot.sha256,
        still=snapshot.still,
    )
    return Sighting(video, changes)


def with_digest(snapshot: RowSnapshot) -> RowSnapshot | None:
    """The same with the SHA-256 of a file that was just saved; None where that is not wanted."""
    path = snapshot.entry.saved
    if path is None or snapshot.saved_at is None or snapshot.sha256 is not None:
        return None
    try:
        return replace(snapshot, sha256=sha256_of(path))
    except OSError as error:  # moved already
        _log.warning("no digest of %s: %r", path.name, error)
        return None


def _status_changes(history: tuple[HistoryEntry, ...]) -> list[StatusChange]:
    """The lines at which the status or its word changed; the others are about the progress."""
    changes: list[StatusChange] = []
    for line in history:
        change = StatusChange(line.at, line.status, line.raw_status)
        if not changes or replace(changes[-1], at=line.at) != change:
            changes.append(change)
    return changes


def _duration(snapshot: RowSnapshot, changes: tuple[StatusChange, ...]) -> Duration | None:
    """From its creation until it was ready: as the gateway says, else as it was seen here.

    The moment it was seen ready counts only if it was seen unfinished before, in the same run.
    """
    video = snapshot.entry.video
    if video is None or video.status is not Status.READY:
        return None
    created_at, completed_at = video.created_at, video.completed_at
    if created_at is not None and completed_at is not None and completed_at > created_at:
        return Duration(completed_at - created_at)
    ready = next((at for at, one in enumerate(changes) if one.status is Status.READY), 0)
    if not ready:
        return None
    first = changes[0]
    if created_at is None and first.status is Status.QUEUED:
        created_at = first.at  # it was seen from its beginning on
    if created_at is None or changes[ready].at <= created_at:
        return None
    return Duration(changes[ready].at - created_at, is_observed=True)
