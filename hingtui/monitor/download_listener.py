"""The events of downloads, as the download queue reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hingtui.model.errors import HingtuiError
from hingtui.model.key import VideoKey
from hingtui.monitor.row import Row

if TYPE_CHECKING:
    from hingtui.download.interface import Saved
    from hingtui.monitor.sidecar import SidecarFailed


class DownloadListener(Protocol):
    """Gets the events of all downloads, on the event loop."""

    def changed(self, key: VideoKey) -> None:
        """The state or the progress of this video's download changed."""

    def saved(self, row: Row, saved: Saved) -> None:
        """The file is complete and has its name."""

    def sidecar_written(self, failed: SidecarFailed | None) -> None:
        """The file beside a saved video was written, or why not."""

    def failed_for_now(self, row: Row, error: HingtuiError) -> None:
        """One try failed, whether another one follows or not."""

    def given_up(self, row: Row, error: Exception) -> None:
        """It is not retried automatically."""

    async def fresh_link(self, key: VideoKey, index: int = 0) -> str:
        """A direct link that is valid now, as the gateway gives it; "" where there is none.

        It leads to the file number `index` of the job.
        """
