"""Record in the history what changes in the rows: gathered for seconds, written in a thread.

An error of the history is kept in `problem`, and stops nothing else. It imports no sqlite3: the
history is opened after the first picture.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hingtui.model.errors import StorageError
from hingtui.model.eta import Expiry
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.monitor.changes import Changes
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.duration_stats import Durations
from hingtui.monitor.row import HistoryEntry, Row
from hingtui.storage.watchlist import Entry
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.storage.history import HistoryVideo, Sighting

READ_AFTER = 0.5
"""Seconds after the start until the history is read: the first picture goes first."""
GATHER = 3.0
"""Seconds for which changes are gathered before they are written."""
RETRY = 30.0
"""Seconds until a failed write is tried again."""
AT_ONCE = 100
"""Rows that are written in one transaction."""
_FIND_TIMEOUT = 1.0
"""Seconds for which new rows wait for what the history knows of them."""
_STOP_WITHIN = 0.5
"""Seconds that the last write gets when the program ends."""

_log = logging.getLogger(__name__)


class HistoryStore(Protocol):
    """What the recorder needs of the history. Its methods block, and raise StorageError."""

    @property
    def generation(self) -> int: ...
    @property
    def set_aside(self) -> Path | None: ...
    def are_known(self, entries: Sequence[Entry]) -> Sequence[bool]: ...
    @property
    def path(self) -> Path: ...
    def usual_durations(self) -> Durations: ...
    def usual_stills(self) -> Durations: ...
    def saved(self, keys: Sequence[VideoKey]) -> dict[VideoKey, HistoryVideo]: ...
    def record(self, sightings: Sequence[Sighting]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """What is known of a row at one moment."""

    entry: Entry
    expiry: Expiry | None
    history: tuple[HistoryEntry, ...]
    saved_at: float | None
    """Unix seconds when its file was saved, if that was in this run."""
    sha256: str | None
    still: float | None = None
    """The longest time in seconds for which its progress did not change."""


class HistoryRecorder:
    """All methods belong to the event loop's thread."""

    def __init__(
        self,
        open_store: Callable[[], HistoryStore] | None,
        rows: Mapping[VideoKey, Row],
        clock: Clock,
        *,
        reported: Callable[[], None],
    ) -> None:
        """`open_store` makes the history, in a thread; None: nothing is recorded. `reported` is
        called when `problem` or `set_aside` has changed."""
        self.problem: StorageError | None = None
        """Why the history cannot be written right now."""
        self.set_aside: Path | None = None
        """Where a damaged history was put."""
        self.durations_read: Callable[[Durations, Durations], None] | None = None
        """Called once with the durations and stills of earlier videos, if set before `run`."""
        self._open_store = open_store
        self._store: HistoryStore | None = None
        self._generation = 0
        self._rows = rows
        self._clock = clock
        self._reported = reported
        self._pending: dict[VideoKey, Row] = {}
        self._saved_at: dict[VideoKey, float] = {}
        self._recorded: dict[VideoKey, int] = {}
        """A hash of what was last recorded of a row: most changes are only of its progress."""
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def changed(self, changes: Changes) -> None:
        """Note which rows changed."""
        if self._open_store is None:
            return
        now = self._clock.time()
        for key in changes.saved:
            self._saved_at[key] = now
        for key in changes.keys:
            row = self._rows.get(key)
            if row is None:
                self._recorded.pop(key, None)
            elif key.gateway != UNKNOWN_GATEWAY:
                self._pending[key] = row
        if self._pending:
            self._wake.set()

    async def saved_before(self, keys: Sequence[VideoKey]) -> Mapping[VideoKey, HistoryVideo]:
        """Those of these videos that an earlier run saved and whose files are still there.

        None of them where the history cannot be read, or not soon enough.
        """
        finding = asyncio.create_task(self._find_saved(keys))
        await asyncio.wait([finding], timeout=_FIND_TIMEOUT)
        return finding.result() if finding.done() else {}

    async def _find_saved(self, keys: Sequence[VideoKey]) -> Mapping[VideoKey, HistoryVideo]:
        try:
            async with self._lock:
                return await run_in_daemon_thread(partial(self._read_saved, keys), "history")
        except StorageError as error:
            _log.warning("the history could not be read: %s", error)
            return {}

    def _read_saved(self, keys: Sequence[VideoKey]) -> Mapping[VideoKey, HistoryVideo]:
        """In a thread."""
        store = self._existing_store()
        return {} if store is None else store.saved(keys)

    async def run(self) -> None:
        """Read the durations where they are wanted, then write for ever, or sleep."""
        if self.durations_read is not None and self._open_store is not None:
            report, self.durations_read = self.durations_read, None
            await self._report_durations(report)
        while True:
            await self._wake.wait()
            await self._clock.sleep(RETRY if self.problem is not None else GATHER)
            self._wake.clear()
            await self.flush()

    async def _report_durations(self, report: Callable[[Durations, Durations], None]) -> None:
        """Read the durations of earlier videos, and `report` them, after the first picture."""
        await self._clock.sleep(READ_AFTER)
        try:
            async with self._lock:
                known = await run_in_daemon_thread(self._read_durations, "history")
        except StorageError as error:
            _log.warning("the history could not be read: %s", error)
            return
        report(*known)

    def _read_durations(self) -> tuple[Durations, Durations]:
        """In a thread: the durations and stills, none where there is no file yet."""
        store = self._existing_store()
        return ({}, {}) if store is None else (store.usual_durations(), store.usual_stills())

    def _existing_store(self) -> HistoryStore | None:
        """In a thread: the history, None where there is no file yet."""
        if self._store is None and self._open_store is not None:
            self._store = self._open_store()
        return self._store if self._store is not None and self._store.path.exists() else None

    async def flush(self) -> None:
        """Write what has changed."""
        async with self._lock:
            while self._pending and self._open_store is not None:
                chunk = dict(islice(self._pending.items(), AT_ONCE))
                for key in chunk:
                    del self._pending[key]
                if not await self._write_chunk(chunk):
                    return
                await asyncio.sleep(0)  # thousands of rows must not keep a key waiting

    async def stop(self, within: float = _STOP_WITHIN) -> None:
        """Write what is pending, within so many seconds, and close the file for good."""
        await asyncio.wait([asyncio.create_task(self._finish())], timeout=within)

    async def _finish(self) -> None:
        try:
            await self.flush()
            async with self._lock:  # what is still looked for would open the file again
                store, self._store, self._open_store = self._store, None, None
                if store is not None:
                    await run_in_daemon_thread(store.close, "history")
        except Exception:  # noqa: BLE001 - the program ends in any case
            _log.exception("the history was not closed in order")

    async def _write_chunk(self, rows: Mapping[VideoKey, Row]) -> bool:
        """Write these rows, where they differ from what was recorded; False: try again later."""
        hashes = {key: _hash(row) for key, row in rows.items()}
        new = [key for key in rows if hashes[key] != self._recorded.get(key)]
        if not new:
            return True
        snapshots = [self._snapshot(rows[key]) for key in new]
        try:
            store = await run_in_daemon_thread(partial(self._write, snapshots), "history")
        except StorageError as error:
            _log.warning("the history could not be written: %s", error)
            self._pending = {**rows, **self._pending}
            self._wake.set()
            self._report(error, self.set_aside)
            return False
        self._recorded.update((key, hashes[key]) for key in new)
        for key in new:
            self._saved_at.pop(key, None)
        self._report(None, store.set_aside)
        if store.generation != self._generation:
            self._generation = store.generation
            self._record_all_again(except_for=new)
        return True

    def _record_all_again(self, *, except_for: Sequence[VideoKey]) -> None:
        """The history is a new file: begin it with the rows there are."""
        self._recorded = {key: self._recorded[key] for key in except_for}
        known = {key: row for key, row in self._rows.items() if key.gateway != UNKNOWN_GATEWAY}
        self._pending = {**known, **self._pending}

    def _write(self, snapshots: Sequence[RowSnapshot]) -> HistoryStore:
        """In a thread: write, and then the digests of new files, which take longer."""
        from hingtui.monitor.history_sightings import sighting_of, with_digest

        if self._store is None and self._open_store is not None:
            self._store = self._open_store()
        store = self._store
        if store is None:
            raise StorageError("no history")
        # At each start all rows are new to this process, and most are recorded.
        old = [one for one in snapshots if not one.history]
        known = store.are_known([one.entry for one in old]) if old else []
        skipped = {one.entry.key for one, is_known in zip(old, known, strict=True) if is_known}
        if unknown := [one for one in snapshots if one.entry.key not in skipped]:
            store.record([sighting_of(one) for one in unknown])
        if digests := [done for one in snapshots if (done := with_digest(one)) is not None]:
            store.record([sighting_of(one) for one in digests])
        return store

    def _snapshot(self, row: Row) -> RowSnapshot:
        entry = Entry(
            row.id,
            row.added_at,
            row.video,
            row.asked_at,
            row.saved,
            row.saved_bytes,
            gateway=row.gateway,
            files=row.files,
        )
        saved_at = self._saved_at.get(row.key)
        return RowSnapshot(entry, row.expiry, tuple(row.history), saved_at, row.digest, row.still)

    def _report(self, problem: StorageError | None, set_aside: Path | None) -> None:
        """Report a problem once, when it begins, and when it is over."""
        is_new = (problem is None) != (self.problem is None) or set_aside != self.set_aside
        self.problem, self.set_aside = problem, set_aside
        if is_new:
            self._reported()


def _hash(row: Row) -> int:
    """A hash of all of the row that is worth recording."""
    video = row.video
    facts: tuple[object, ...] = ()
    if video is not None:
        facts = (
            *(video.status, video.raw_status, video.model, video.prompt, video.seconds),
            *(video.size, video.created_at, video.completed_at, video.expires_at, video.cost),
            *(video.error, video.remote_id, video.outputs),
        )
    return hash((facts, row.saved, row.files, row.digest, row.expiry))
