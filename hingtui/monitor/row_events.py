"""Apply what follows when a row comes, goes, or turns out to be a gateway's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from hingtui.model.key import DEFAULT_GATEWAY, UNKNOWN_GATEWAY, VideoKey
from hingtui.monitor.background import Background
from hingtui.monitor.download_queue import DownloadQueue
from hingtui.monitor.gateway_lookup import GatewayLookup
from hingtui.monitor.gateways import Gateways
from hingtui.monitor.poller import VideoResponse
from hingtui.monitor.row import Row
from hingtui.monitor.rows import Rows
from hingtui.monitor.watchlist_sync import WatchlistSync
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.storage.history import HistoryVideo


@dataclass(slots=True, kw_only=True)
class RowEvents:
    """Gets each change of the rows. All methods belong to the event loop's thread."""

    rows: Rows
    gateways: Gateways
    queue: DownloadQueue
    watchlist_sync: WatchlistSync
    background: Background
    clock: Clock
    download: Callable[[Row], None]
    """Called for each new row whose file is there, to download it where that is automatic."""
    saved_before: Callable[[Sequence[VideoKey]], Awaitable[Mapping[VideoKey, HistoryVideo]]] | None
    """Finds the videos of which an earlier run saved the files; None without a history."""
    lookup: GatewayLookup = field(init=False)
    """To be set before the first row is inserted: it reports what it finds to `gateway_found`."""
    _unchecked: list[Row] = field(default_factory=list)
    """New, and not looked for in the history yet: until then nothing is asked about them."""
    _checks: int = 0
    """How often the history is being looked into at this moment."""
    _checked: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: set[VideoKey] = field(default_factory=set)
    """Taken out while they were being downloaded."""
    _removals: dict[VideoKey, object] = field(default_factory=dict)
    """Stands for the last removal of each video whose part is kept for an undo."""

    def inserted(self, row: Row) -> None:
        """Have its gateway asked about this new row, or look for its gateway.

        Where nothing is known of it yet, an earlier run may have saved it: otherwise it would be
        downloaded again, or called lost once the gateway has deleted it.
        """
        if self.saved_before is None or row.video is not None or row.saved is not None:
            self._begin(row)
            return
        self._unchecked.append(row)
        if len(self._unchecked) == 1:
            self._checks += 1
            self._checked.clear()
            self.background.start(self._check())

    @property
    def is_checking(self) -> bool:
        """Whether new rows are being looked for in the history."""
        return self._checks > 0

    async def checked(self) -> None:
        """Wait until all new rows were looked for in the history."""
        if self.is_checking:
            await self._checked.wait()

    async def _check(self) -> None:
        """Find in the history what earlier runs saved of the new rows, then begin with them."""
        rows, self._unchecked = self._unchecked, []
        found: Mapping[VideoKey, HistoryVideo] = {}
        try:
            if self.saved_before is not None:
                found = await self.saved_before([key for row in rows for key in self._keys(row)])
        finally:
            for row in rows:
                if self.rows.by_key.get(row.key) is row and self._restore(row, found):
                    self._begin(row)
            self._checks -= 1
            if not self.is_checking:
                self._checked.set()

    def _keys(self, row: Row) -> list[VideoKey]:
        """Under which the history may know it: that of each gateway, where its own is not known."""
        if row.gateway != UNKNOWN_GATEWAY:
            return [row.key]
        return [VideoKey(gateway, row.id) for gateway in self.gateways]

    def _restore(self, row: Row, found: Mapping[VideoKey, HistoryVideo]) -> bool:
        """Note the files that an earlier run saved; False if the video is watched already."""
        known = next((found[key] for key in self._keys(row) if key in found), None)
        if known is None:
            return True
        old, entry = row.key, known.entry
        if entry.gateway != row.gateway:
            is_new = self.rows.move(row, entry.gateway)
            self.watchlist_sync.removed([old])
            if not is_new:
                return False
            self.watchlist_sync.added([row.key])
        row.video, row.asked_at, row.is_old = entry.video, entry.asked_at, True
        row.saved, row.saved_bytes, row.files = entry.saved, entry.saved_bytes, entry.files
        row.digest = known.sha256
        self.watchlist_sync.updated(row.key)
        self.rows.changed(row.key)
        return True

    def _begin(self, row: Row) -> None:
        if row.gateway in self.gateways:
            self.gateways[row.gateway].watch(row)
        elif row.gateway in (UNKNOWN_GATEWAY, DEFAULT_GATEWAY):
            # "default" may no longer be configured; another gateway may know the id.
            self.lookup.add(row)
        if row.can_be_downloaded(self.clock.time()):  # another process saw it become ready
            self.download(row)

    def taken_out(self, gone: list[Row]) -> None:
        """Drop all that was planned for these rows, and their parts unless they come back."""
        self.lookup.drop(row.key for row in gone)
        self.gateways.drop(row.key for row in gone)
        for row in gone:
            if row.is_downloading:
                self._stopped.add(row.key)
            if row.download is not None:
                removal = self._removals[row.key] = object()
                is_gone = partial(self._is_gone, row.key, removal)
                self.background.start(self.queue.forget(row, is_gone))

    def gateway_found(self, row: Row, gateway: str, response: VideoResponse) -> None:
        """A gateway knows a video that came without one: from now on it is that gateway's."""
        old = row.key
        is_new = self.rows.move(row, gateway)
        self.watchlist_sync.removed([old])
        if not is_new:
            self.queue.cancel(row)
        else:
            self.queue.moved(old, row)
            row.last_error = None
            self.watchlist_sync.added([row.key])
            self.gateways[gateway].poller.watch(row.id)
            self.gateways[gateway].responses.handle(row.id, response)

    def take_stopped(self, keys: Iterable[VideoKey]) -> list[VideoKey]:
        """Those of these rows that were being downloaded when taken out; each is returned once."""
        stopped = [key for key in keys if key in self._stopped]
        self._stopped.difference_update(stopped)
        return stopped

    def _is_gone(self, key: VideoKey, removal: object) -> bool:
        """Whether the video was not watched again since this removal. To be called once."""
        if self._removals.get(key) is not removal:
            return False  # a later removal keeps the part for longer
        del self._removals[key]
        return key not in self.rows.by_key
