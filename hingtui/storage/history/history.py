"""The history: every video that was ever watched, shared between processes.

The file is `history.sqlite3` beside the watchlist. Nothing depends on it: what is watched is in
the watchlist, and an error here stops nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from hingtui.model.key import VideoKey
from hingtui.storage.history import rows, salvage, statistics
from hingtui.storage.history.database import BUSY_TIMEOUT, Database
from hingtui.storage.history.record import HistoryVideo, Sighting, StatusChange
from hingtui.storage.history.search import Search, condition
from hingtui.storage.history.statistics import Statistics
from hingtui.storage.settings.config import HISTORY_VIDEOS
from hingtui.storage.watchlist.entry import Entry
from hingtui.system.clock import Clock

HISTORY_FILE = "history.sqlite3"
_CHECK_EVERY = 500
"""New videos between two looks whether there are too many."""

Result = TypeVar("Result")
DurationKey = tuple[str, float | None]
"""A model, and the length of its videos in seconds."""


class History:
    """The file at `path`. Its methods block, raise StorageError, and serve any thread."""

    def __init__(
        self,
        path: Path,
        *,
        most: int = HISTORY_VIDEOS,
        clock: Clock | None = None,
        timeout: float = BUSY_TIMEOUT,
    ) -> None:
        """`most` videos are kept; `timeout` is how many seconds to wait for another process."""
        self.path = path
        self._most = most
        self._clock = clock or Clock()
        self._written = Database(path, clock=clock, timeout=timeout)
        # What is read goes through a connection of its own: a search waits for no writer.
        self._shown = Database(path, clock=clock, timeout=timeout)
        self._added: int | None = None
        """New videos since the last look whether there are too many; None before the first."""
        self._salvaged: Path | None = None

    @property
    def set_aside(self) -> Path | None:
        """Where a damaged file was put by this process."""
        return self._written.set_aside or self._shown.set_aside

    @property
    def generation(self) -> int:
        """Grows with each new file: what was recorded before is not in it."""
        return self._written.generation

    def are_known(self, entries: Sequence[Entry]) -> list[bool]:
        """Which of these are stored already, as they are."""
        return self._written.read(lambda db: [rows.is_known(db, entry) for entry in entries])

    def record(self, sightings: Sequence[Sighting]) -> None:
        """Store what was seen of videos: all of it, or nothing."""
        new = self._written.write(lambda db: sum(rows.write(db, seen) for seen in sightings))
        self._salvage()
        if self._added is None or self._added + new >= _CHECK_EVERY:
            self._written.write(lambda db: rows.remove_oldest(db, self._most))
            self._added = 0
        else:
            self._added += new

    def find(self, wanted: Search, most: int | None = None) -> list[int]:
        """The numbers of the videos that are wanted, the last to begin first; at most so many."""

        def found(db: sqlite3.Connection) -> list[int]:
            where, values = condition(db, wanted, self._clock.time())
            limit = -1 if most is None else most
            sql = f"SELECT n FROM videos WHERE {where} ORDER BY began_at DESC LIMIT {limit:d}"
            return [n for (n,) in db.execute(sql, values)]

        return self._read(found)

    def videos(self, numbers: Sequence[int]) -> list[HistoryVideo]:
        """The videos with these numbers, in this order; without those that are gone meanwhile."""

        def read(db: sqlite3.Connection) -> list[HistoryVideo]:
            lines = (db.execute(f"{rows.SELECT} WHERE n = ?", (n,)).fetchone() for n in numbers)
            return [rows.video_of(line) for line in lines if line is not None]

        return self._read(read)

    def video(self, key: VideoKey) -> HistoryVideo | None:
        """The video of this key; None if it is not known."""

        return self._read(lambda db: _video_of(db, key))

    def saved(self, keys: Sequence[VideoKey]) -> dict[VideoKey, HistoryVideo]:
        """Those of these videos that were saved and whose files are still there."""

        def read(db: sqlite3.Connection) -> list[HistoryVideo]:
            found = (_video_of(db, key) for key in keys)
            return [video for video in found if video is not None and video.entry.saved is not None]

        return {video.key: video for video in self._read(read) if video.has_files()}

    def count(self) -> int:
        """How many videos there are."""
        sql = "SELECT count(*) FROM videos"
        return self._read(lambda db: int(db.execute(sql).fetchone()[0]))

    def changes(self, key: VideoKey) -> list[StatusChange]:
        """The observed status changes of a video, the oldest first."""
        return self._read(lambda db: rows.changes_of(db, key))

    def statistics(self, wanted: Search | None = None) -> Statistics:
        """Counts, durations and costs of the videos that are wanted."""

        def computed(db: sqlite3.Connection) -> Statistics:
            now = self._clock.time()
            is_all = wanted is None or wanted.is_all
            chosen = None if wanted is None or is_all else condition(db, wanted, now)
            return statistics.compute(db, chosen, now)

        return self._read(computed)

    def usual_durations(self, most: int = 50) -> dict[DurationKey, list[float]]:
        """The last durations of each model and length in seconds, the oldest first."""
        return self._read(lambda db: statistics.last_durations(db, most))

    def usual_stills(self, most: int = 50) -> dict[DurationKey, list[float]]:
        """For how long the last of each model and length stood still, the oldest first.

        In seconds; only those whose progress was seen.
        """
        return self._read(lambda db: statistics.last_stills(db, most))

    def interrupt(self) -> None:
        """End a search or a count that another thread waits for; it raises StorageError there."""
        self._shown.interrupt()

    def close(self) -> None:
        """Close the file."""
        self._shown.close()
        self._written.close()

    def _read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        result = self._shown.read(work)
        return self._shown.read(work) if self._salvage() else result

    def _salvage(self) -> bool:
        """Copy what can still be read of a damaged file that this process has just set aside.

        Returns whether there was one.
        """
        aside = self.set_aside
        if aside is None or aside == self._salvaged:
            return False
        self._salvaged = aside
        for part in salvage.parts(aside):
            self._written.write(partial(salvage.add, part))
        return True


def _video_of(db: sqlite3.Connection, key: VideoKey) -> HistoryVideo | None:
    line = db.execute(f"{rows.SELECT} WHERE gateway = ? AND id = ?", key).fetchone()
    return None if line is None else rows.video_of(line)
