"""Count the rows by their state, and find the file that expires next.

Only rows that changed are counted again, so that the cost does not grow with the number of rows.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from hingtui.model.eta import Expiry
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor.row import DownloadState, Row


class RowState(Enum):
    """The state of a row: what the gateway reports, or what this program does with the video."""

    ASKING = "asking"
    """No response yet."""
    MISSING = "missing"
    """No response describes it: the gateway does not know the id (yet), or requests fail."""
    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    DOWNLOADING = "downloading"
    WAITING = "waiting"
    """Its download cannot go on right now."""
    SAVED = "saved"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def row_state_of(watched: Row, now: float) -> RowState:
    """The state of a row at `now` (Unix seconds on the gateway's clock)."""
    if watched.download is not None and watched.is_downloading:
        is_waiting = watched.download.state is DownloadState.WAITING
        return RowState.WAITING if is_waiting else RowState.DOWNLOADING
    if watched.saved is not None:
        return RowState.SAVED
    if watched.video is None:
        return RowState.MISSING if watched.last_error or watched.failures else RowState.ASKING
    if watched.status is Status.READY and watched.has_vanished(now):
        return RowState.EXPIRED
    return RowState(watched.status.value)


@dataclass(frozen=True, slots=True)
class _Counted:
    standing: RowState
    moves: bool
    ends: Expiry | None


class StatusCounts:
    """The counts of all rows, updated with each change."""

    def __init__(self) -> None:
        self.counts: Counter[RowState] = Counter()
        self.moving = 0
        """Rows that show a countdown or a progress."""
        self._counted: dict[VideoKey, _Counted] = {}
        self._ends: list[tuple[float, VideoKey]] = []

    def update(self, rows: Mapping[VideoKey, Row], changed: Iterable[VideoKey], now: float) -> None:
        """Count anew the rows that changed, and those whose file has just expired."""
        gone = []
        while self._ends and self._ends[0][0] <= now:
            gone.append(heapq.heappop(self._ends)[1])
        for key in {*changed, *gone}:
            self._forget(key)
            if (watched := rows.get(key)) is not None:
                self._count(watched, now)

    def next_expiry(self) -> Expiry | None:
        """When the next file that is not saved expires."""
        while self._ends:
            at, key = self._ends[0]
            counted = self._counted.get(key)
            if counted is not None and counted.ends is not None and counted.ends.at == at:
                return counted.ends
            heapq.heappop(self._ends)
        return None

    def _count(self, watched: Row, now: float) -> None:
        ends = watched.expiry if watched.saved is None else None
        if ends is not None and ends.at <= now:
            ends = None
        moves = watched.saved is None and (not watched.is_final or ends is not None)
        counted = _Counted(row_state_of(watched, now), moves, ends)
        self._counted[watched.key] = counted
        self.counts[counted.standing] += 1
        self.moving += counted.moves
        if ends is not None:
            heapq.heappush(self._ends, (ends.at, watched.key))

    def _forget(self, key: VideoKey) -> None:
        counted = self._counted.pop(key, None)
        if counted is not None:
            self.counts[counted.standing] -= 1
            self.moving -= counted.moves
