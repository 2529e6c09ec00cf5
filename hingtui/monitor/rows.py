"""Hold the rows: add them, take them out, undo that, and merge them with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor.changes import ChangeFeed
from hingtui.monitor.duration_stats import DurationStats
from hingtui.monitor.row import Row
from hingtui.storage.watchlist import Contents, Entry, merged_files

if TYPE_CHECKING:
    from hingtui.storage.watchlist.repair import Repair

UNDO = 20
"""Removals that can be undone, one after the other."""


class RowListener(Protocol):
    """Gets the rows that come and go: `row_events`."""

    def inserted(self, row: Row) -> None:
        """This row is new."""
        ...

    def taken_out(self, gone: list[Row]) -> None:
        """These rows are gone: drop all that was planned for them."""
        ...


class Rows:
    """All rows, in the order in which they were added."""

    listener: RowListener
    """To be set before the first row is inserted."""

    def __init__(
        self,
        feed: ChangeFeed,
        duration_stats: DurationStats,
        *,
        only: Callable[[VideoKey], bool] | None = None,
    ) -> None:
        """With `only`, no other videos of the watchlist's file become rows."""
        self.by_key: dict[VideoKey, Row] = {}
        self.repair: Repair | None = None
        """Where a damaged watchlist was put."""
        self.is_read_only = False
        """The watchlist's file is of a future version: nothing is written to it."""
        self._feed = feed
        self._duration_stats = duration_stats
        self._only = only
        self._removed: list[list[Row]] = []

    def insert(self, row: Row) -> None:
        """Add a row at the end."""
        self.by_key[row.key] = row
        self._feed.new.membership = True
        self._feed.row_changed(row.key)
        self.listener.inserted(row)

    def changed(self, key: VideoKey) -> None:
        """Report that something of this row changed."""
        self._feed.row_changed(key)

    def move(self, row: Row, gateway: str) -> bool:
        """Its gateway became known: give it its key. False where that video is watched already.

        It keeps its place among the rows.
        """
        old, new = row.key, VideoKey(gateway, row.id)
        is_new = new not in self.by_key
        if is_new:
            row.gateway = gateway
            moved = [(new if key == old else key, each) for key, each in self.by_key.items()]
            self.by_key.clear()
            self.by_key.update(moved)
        else:
            del self.by_key[old]
        self._feed.new.membership = True
        self._feed.new.moved[old] = new
        self._feed.row_changed(old)
        self._feed.row_changed(new)
        return is_new

    def take_out(self, keys: Iterable[VideoKey]) -> list[Row]:
        """Remove these rows, where they are there, and return them."""
        rows = self.by_key
        gone = [row for k in dict.fromkeys(keys) if (row := rows.pop(k, None)) is not None]
        for row in gone:
            self._feed.new.membership = True
            self._feed.row_changed(row.key)
        self.listener.taken_out(gone)
        return gone

    def remove(self, keys: Iterable[VideoKey]) -> list[Row]:
        """As `take_out`, so that `restore` can bring them back."""
        gone = self.take_out(keys)
        if gone:
            self._removed.append(gone)
            del self._removed[:-UNDO]
        return gone

    def restore(self) -> list[Row]:
        """Undo the last `remove`; the rows that are back."""
        if not self._removed:
            return []
        back = [row for row in self._removed.pop() if row.key not in self.by_key]
        for row in back:
            row.has_new_tags = bool(row.tags)
            self.insert(row)
        return back

    def entries(self, keys: Iterable[VideoKey]) -> list[Entry]:
        """These rows as the watchlist's file holds them."""
        rows = self.by_key
        return [_entry(row) for key in keys if (row := rows.get(key)) is not None]

    def merge(self, contents: Contents, gone: list[VideoKey]) -> None:
        """Merge the file's entries; `gone` were removed from it by another process."""
        if contents.repair is not None or contents.read_only != self.is_read_only:
            self.repair = contents.repair or self.repair
            self.is_read_only = contents.read_only
            self._feed.gateway_changed()
        self.take_out(gone)
        for entry in contents.entries.values():
            if self._only is None or self._only(entry.key):
                self._merge_entry(entry)

    def _merge_entry(self, entry: Entry) -> None:
        row = self.by_key.get(entry.key)
        if row is None:
            self.insert(_row(entry))
            if entry.video is not None:
                self._duration_stats.record(entry.video)
        elif entry.saved is not None and entry.saved != row.saved and not row.is_downloading:
            row.saved, row.saved_bytes, row.files = entry.saved, entry.saved_bytes, entry.files
            self._feed.row_changed(entry.key)
        elif (files := merged_files(row.files, entry.files)) != row.files:
            row.files = files
            self._feed.row_changed(entry.key)
        if row is not None:
            self._merge_tags(row, entry)

    def _merge_tags(self, row: Row, entry: Entry) -> None:
        row.batch = row.batch or entry.batch
        tags = entry.tags or ()
        if tags == row.tags:
            row.has_new_tags = False
        elif not row.has_new_tags:
            row.tags = tags
            self._feed.row_changed(entry.key)


def _entry(row: Row) -> Entry:
    return Entry(
        row.id,
        row.added_at,
        row.video,
        row.asked_at,
        row.saved,
        row.saved_bytes,
        row.download_requested,
        row.gateway,
        row.files,
        row.batch,
        row.tags if row.has_new_tags else None,
    )


def _row(entry: Entry) -> Row:
    was_ready = entry.video is not None and entry.video.status is Status.READY
    return Row(
        entry.id,
        added_at=entry.added_at,
        video=entry.video,
        asked_at=entry.asked_at,
        ready_seen_at=entry.asked_at if was_ready else None,
        saved=entry.saved,
        saved_bytes=entry.saved_bytes,
        files=entry.files,
        gateway=entry.gateway,
        batch=entry.batch,
        tags=entry.tags or (),
    )
