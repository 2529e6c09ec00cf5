"""Apply what follows when a row comes, goes, or turns out to be a gateway's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

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
    lookup: GatewayLookup = field(init=False)
    """To be set before the first row is inserted: it reports what it finds to `gateway_found`."""
    _stopped: set[VideoKey] = field(default_factory=set)
    """Taken out while they were being downloaded."""

    def inserted(self, row: Row) -> None:
        """Have its gateway asked about this new row, or look for its gateway."""
        if row.gateway in self.gateways:
            self.gateways[row.gateway].watch(row)
        elif row.gateway in (UNKNOWN_GATEWAY, DEFAULT_GATEWAY):
            self.lookup.add(row)  # there is no gateway "default" any more, but perhaps it was named
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
                self.background.start(self.queue.forget(row, partial(self._is_gone, row.key)))

    def gateway_found(self, row: Row, gateway: str, response: VideoResponse) -> None:
        """A gateway knows a video that came without one: from now on it is that gateway's."""
        old = row.key
        is_new = self.rows.move(row, gateway)
        self.watchlist_sync.removed([old])
        if is_new:
            row.last_error = None
            self.watchlist_sync.added([row.key])
            self.gateways[gateway].poller.watch(row.id)
            self.gateways[gateway].responses.handle(row.id, response)

    def take_stopped(self, keys: Iterable[VideoKey]) -> list[VideoKey]:
        """Those of these rows that were being downloaded when they were taken out; named once."""
        stopped = [key for key in keys if key in self._stopped]
        self._stopped.difference_update(stopped)
        return stopped

    def _is_gone(self, key: VideoKey) -> bool:
        return key not in self.rows.by_key
