"""The progress of all downloads together, from the first that was requested to the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hingtui.model.key import VideoKey
from hingtui.monitor.row import DownloadState, Row


@dataclass(frozen=True, slots=True)
class Batch:
    """The downloads requested since the queue was last empty."""

    done: int
    of: int
    percent: int
    is_waiting: bool
    """Whether none of them can go on right now."""


class BatchProgress:
    """Each download counts alike, whatever its size, because not every size is known."""

    def __init__(self) -> None:
        self._shares: dict[VideoKey, float] = {}

    def update(self, wanted: Iterable[Row], rows: Mapping[VideoKey, Row]) -> Batch | None:
        """The batch with these unfinished downloads. Where there are none it ends: None."""
        active = {row.key: row for row in wanted}
        if not active:
            self._shares.clear()
            return None
        for key in [key for key in self._shares if key not in active]:
            row = rows.get(key)
            if row is not None and row.saved is not None:
                self._shares[key] = 1.0
            else:
                del self._shares[key]
        self._shares |= {key: _share(row) for key, row in active.items()}
        states = {row.download.state for row in active.values() if row.download is not None}
        return Batch(
            done=len(self._shares) - len(active),
            of=len(self._shares),
            percent=int(100 * sum(self._shares.values()) / len(self._shares)),
            is_waiting=states == {DownloadState.WAITING},
        )


def _share(row: Row) -> float:
    if row.download is None or not row.download.progress.total:
        return 0.0
    return min(1.0, row.download.progress.received / row.download.progress.total)
