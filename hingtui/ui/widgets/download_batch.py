"""Count the downloads since the last time when there were none, for the header."""

from __future__ import annotations

from hingtui.model.key import VideoKey
from hingtui.monitor import DownloadState, Monitor
from hingtui.ui.widgets.header import DownloadSummary


class DownloadBatch:
    """The downloads of one batch: it ends when none is active any more."""

    def __init__(self) -> None:
        self._keys: set[VideoKey] = set()

    def summary(self, monitor: Monitor) -> DownloadSummary | None:
        """How many of the batch are saved, and how fast the others come; None without any."""
        active = monitor.downloads
        if not active:
            self._keys.clear()
            return None
        self._keys.update(row.key for row in active)
        finished = sum(1 for key in self._keys if _is_saved(monitor, key))
        speed = sum(
            row.download.progress.speed
            for row in active
            if row.download is not None and row.download.state is DownloadState.RUNNING
        )
        return DownloadSummary(finished, finished + len(active), speed)


def _is_saved(monitor: Monitor, key: VideoKey) -> bool:
    row = monitor.rows.get(key)
    return row is not None and row.saved is not None and not row.is_downloading
