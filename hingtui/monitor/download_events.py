"""Apply the events of downloads to the row, the watchlist's file and the gateway's state."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hingtui.model.errors import ApiError, Expired, HingtuiError, RateLimited, Scope
from hingtui.model.key import VideoKey
from hingtui.monitor.changes import ChangeFeed
from hingtui.monitor.gateway_watch import GatewayWatch
from hingtui.monitor.row import Row
from hingtui.monitor.watchlist_sync import WatchlistSync

if TYPE_CHECKING:
    from hingtui.download.interface import Saved
    from hingtui.monitor.sidecar import SidecarFailed

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class DownloadEvents:
    """Gets each event of the download queue. All methods belong to the event loop's thread."""

    gateways: Mapping[str, GatewayWatch]
    feed: ChangeFeed
    watchlist_sync: WatchlistSync
    is_sidecar_failing: bool = False
    """Whether the last sidecar could not be written."""

    def requested(self, row: Row, *, is_wanted: bool) -> None:
        """Remember for the next run whether a person wants the file."""
        row.download_requested = is_wanted
        self.watchlist_sync.updated(row.key)

    def changed(self, key: VideoKey) -> None:
        """The state or the progress of this video's download changed."""
        self.feed.row_changed(key)

    def saved(self, row: Row, saved: Saved) -> None:
        """The file is complete and has its name."""
        row.saved = saved.path
        row.saved_bytes = saved.bytes
        row.files = (saved.path, *saved.others) if saved.others else ()
        row.download_requested = False
        row.digest = saved.sha256
        self.feed.new.saved.append(row.key)
        self.watchlist_sync.updated(row.key)

    def sidecar_written(self, failed: SidecarFailed | None) -> None:
        """Report the first failure, and the next one only after a success."""
        if failed is not None:
            _log.warning("a sidecar was not written: %r", failed)
            if not self.is_sidecar_failing:
                self.feed.sidecar_failed(failed.text)
        self.is_sidecar_failing = failed is not None

    def failed_for_now(self, row: Row, error: HingtuiError) -> None:
        """One try failed: find out whether the error concerns the gateway too."""
        watch = self.gateways[row.gateway]
        if isinstance(error, Expired):
            watch.responses.expire(row)
        elif isinstance(error, RateLimited):
            watch.responses.update_gateway(row.id, error)
        elif error.scope is Scope.TOKEN:
            # The video's status shows whether the token is refused, or only this content.
            watch.poller.schedule(row.id, 0, alone=True)

    def given_up(self, row: Row, error: Exception) -> None:
        """It is not retried automatically."""
        if not isinstance(error, HingtuiError):
            _log.error("downloading %s failed unexpectedly", row.id, exc_info=error)
        elif not isinstance(error, ApiError):
            _log.warning("downloading %s failed: %r", row.id, error)
        self.feed.new.not_saved.append(row.key)
        self.requested(row, is_wanted=False)

    async def fresh_link(self, key: VideoKey, index: int = 0) -> str:
        """Ask about a video once more, for a link that is valid now; "" where there is none.

        It leads to the file number `index` of the job.
        """
        return await self.gateways[key.gateway].fresh_link(key.id, index)
