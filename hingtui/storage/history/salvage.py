"""Read what can still be read of a damaged history, so that a new one begins with it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from hingtui.storage.history import rows
from hingtui.storage.history.record import Sighting
from hingtui.storage.history.schema import format_of

_AT_ONCE = 500
"""Videos that are read, and written, at once."""
_MOST_FAILURES = 50
"""Parts in a row without a readable video before the rest is given up."""

_log = logging.getLogger(__name__)


def parts(damaged: Path) -> Iterator[list[Sighting]]:
    """The videos in a damaged file, some hundreds at a time. What cannot be read is left out."""
    try:
        connection = sqlite3.connect(f"{damaged.as_uri()}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as error:  # a folder
        _log.warning("nothing can be read in %s: %r", damaged.name, error)
        return
    try:
        try:
            last = connection.execute("SELECT max(n) FROM videos").fetchone()[0] or 0
            select = rows.SELECT if format_of(connection) > 1 else rows.SELECT_OF_FORMAT_1
        except sqlite3.Error as error:
            _log.warning("nothing can be read in %s: %r", damaged.name, error)
            return
        failures = 0
        for start in range(0, int(last) + 1, _AT_ONCE):
            if found := _read(connection, select, range(start, start + _AT_ONCE)):
                yield found
            failures = 0 if found else failures + 1
            if failures > _MOST_FAILURES:
                return
    finally:
        connection.close()
        _remove_empty_logs(damaged)


def add(sightings: Sequence[Sighting], connection: sqlite3.Connection) -> int:
    """Store these videos; how many are new. Within a transaction."""
    return sum(rows.write(connection, sighting) for sighting in sightings)


def _read(connection: sqlite3.Connection, select: str, numbers: range) -> list[Sighting]:
    """The videos with these numbers, as far as they can be read."""
    try:
        return _read_all(connection, select, numbers)
    except (sqlite3.Error, ValueError):
        found: list[Sighting] = []
        lost: list[int] = []
        for n in numbers:
            try:
                found += _read_all(connection, select, range(n, n + 1))
            except (sqlite3.Error, ValueError):
                lost.append(n)
        if lost:
            _log.warning(
                "%d videos of a damaged history are lost, the first %d", len(lost), lost[0]
            )
        return found


def _read_all(connection: sqlite3.Connection, select: str, numbers: range) -> list[Sighting]:
    where = "videos.n >= ? AND videos.n < ?"
    lines = connection.execute(f"{select} WHERE {where}", (numbers.start, numbers.stop))
    videos = [rows.video_of(line) for line in lines]
    return [Sighting(one, tuple(rows.changes_of(connection, one.key))) for one in videos]


def _remove_empty_logs(damaged: Path) -> None:
    """Remove what SQLite has made beside the file only to read it."""
    for suffix in ("-shm", "-wal"):
        beside = damaged.with_name(f"{damaged.name}{suffix}")
        try:
            if beside.is_file() and (suffix == "-shm" or not beside.stat().st_size):
                beside.unlink()
        except OSError as error:
            _log.warning("%s stays: %r", beside.name, error)
