"""Write changed rows to the watchlist's file, and read what other processes wrote there.

The file is written and checked once a second at most, in a thread, so that videos added by
`hingtui add` appear in a running dashboard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hingtui.model.errors import StorageError
from hingtui.model.key import VideoKey
from hingtui.storage.watchlist import Contents, Entry, Watchlist
from hingtui.system.clock import Clock

SYNC_EVERY = 1.0
"""Seconds between two reads or writes of the file."""
LATER = 30.0
"""Seconds until a change of progress alone is written: it is soon out of date anyway."""
RETRY = 5.0
"""Seconds until a failed write is retried."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pending:
    """What this process has changed and not written yet."""

    added: set[VideoKey] = field(default_factory=set)
    updated: set[VideoKey] = field(default_factory=set)
    removed: set[VideoKey] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)


class WatchlistSync:
    """Both directions between the rows and the file."""

    def __init__(
        self,
        watchlist: Watchlist,
        clock: Clock,
        *,
        entries: Callable[[Iterable[VideoKey]], list[Entry]],
        read: Callable[[Contents, list[VideoKey]], None],
        failed: Callable[[StorageError | None], None],
    ) -> None:
        """`entries` gives the rows of keys as they are now.
        `read` gets what the file holds and which videos another process has removed. `failed` gets
        the error when the file cannot be used, and None when it can be used again."""
        self._watchlist = watchlist
        self._clock = clock
        self._entries = entries
        self._read = read
        self._failed = failed
        self._pending = Pending()
        self._being_written = Pending()
        self._in_file: frozenset[VideoKey] = frozenset()
        self._stamp: tuple[int, ...] | None = None
        self._retry_at = 0.0
        self._later: set[VideoKey] = set()
        self._later_since = 0.0
        self._is_failing = False
        self._gone_here: set[VideoKey] = set()
        """Removed in this run only: a file of a later version is not written to."""
        self._lock = asyncio.Lock()

    def added(self, keys: Iterable[VideoKey]) -> None:
        """These are watched from now on."""
        fresh = set(keys)
        self._gone_here -= fresh
        self._pending.added |= fresh
        self._pending.removed -= fresh

    def updated(self, key: VideoKey, *, soon: bool = True) -> None:
        """This row changed; if not `soon`, the change may be written later (`LATER`)."""
        if soon:
            self._pending.updated.add(key)
            return
        if not self._later:
            self._later_since = self._clock.monotonic()
        self._later.add(key)

    def removed(self, keys: Iterable[VideoKey]) -> None:
        """These are not watched any more."""
        gone = set(keys)
        self._pending.removed |= gone
        self._pending.added -= gone
        self._pending.updated -= gone
        self._later -= gone

    @property
    def unwritten(self) -> list[VideoKey]:
        """Keys added here that may not be in the file yet."""
        keys = (self._being_written.added - self._pending.removed) | self._pending.added
        return sorted(keys)

    async def load(self) -> Contents:
        """What the file holds at the start."""
        contents = await asyncio.to_thread(self._watchlist.read)
        self._take(contents)
        return contents

    async def run(self) -> None:
        """Write and read for ever."""
        while True:
            await self._clock.sleep(SYNC_EVERY)
            await self.sync()

    async def sync(self) -> None:
        """Write what is pending; otherwise read what another process wrote."""
        async with self._lock:
            now = self._clock.monotonic()
            is_late = bool(self._later) and now - self._later_since >= LATER
            if self._pending or is_late:
                if now >= self._retry_at:
                    await self._write()
            else:
                await self._look_again()

    async def _look_again(self) -> None:
        """Read the file if another process has written it."""
        try:
            if await asyncio.to_thread(self._watchlist.stamp) == self._stamp:
                self._report(None)
                return
            contents = await asyncio.to_thread(self._watchlist.read)
        except StorageError as error:
            _log.warning("the watchlist could not be read: %s", error)
            self._report(error)
            return
        self._report(None)
        self._take(contents)

    def _report(self, error: StorageError | None) -> None:
        """Report when the file cannot be used any more, and when it can again."""
        if error is not None or self._is_failing:
            self._is_failing = error is not None
            self._failed(error)

    async def flush(self) -> None:
        """Write what is pending, now."""
        async with self._lock:
            if self._pending or self._later:
                await self._write()

    async def _write(self) -> None:
        self._pending.updated |= self._later
        self._later = set()
        pending, self._pending = self._pending, Pending()
        self._being_written = pending
        added = self._entries(pending.added)
        updated = self._entries(pending.updated - pending.added)
        try:
            contents = await asyncio.to_thread(
                self._watchlist.change, add=added, update=updated, remove=pending.removed
            )
        except StorageError as error:
            _log.warning("the watchlist could not be written: %s", error)
            self._put_back(pending)
            self._retry_at = self._clock.monotonic() + RETRY
            self._report(error)
            return
        except BaseException:
            self._put_back(pending)
            raise
        self._being_written = Pending()
        self._report(None)
        if contents.read_only:
            self._gone_here |= pending.removed
        self._take(contents)

    def _put_back(self, pending: Pending) -> None:
        """A write failed: add its changes to those made since, which come later."""
        self._being_written = Pending()
        newer = self._pending
        self._pending = Pending(
            added=(pending.added - newer.removed) | newer.added,
            updated=(pending.updated - newer.removed) | newer.updated,
            removed=(pending.removed - newer.added) | newer.removed,
        )

    def _take(self, contents: Contents) -> None:
        self._stamp = contents.stamp
        now_in_file = frozenset(contents.entries)
        gone = [key for key in self._in_file - now_in_file if key not in self._pending.added]
        self._in_file = now_in_file
        gone_here = self._pending.removed | self._gone_here
        known = {k: e for k, e in contents.entries.items() if k not in gone_here}
        self._read(Contents(known, contents.repair, contents.read_only, contents.stamp), gone)
