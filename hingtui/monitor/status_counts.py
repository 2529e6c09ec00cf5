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
    STALLED = "stalled"
    """Generating, but nothing has changed for unusually long."""
    READY = "ready"
    DOWNLOADING = "downloading"
    WAITING = "waiting"
    """Its download cannot go on right now."""
    SAVED = "saved"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_BY_STATUS = {status: RowState(status.value) for status in Status}


def row_state_of(row: Row, now: float) -> RowState:
    """The state of a row at `now` (Unix seconds on this machine's clock)."""
    if row.download is not None and row.is_downloading:
        is_waiting = row.download.state is DownloadState.WAITING
        return RowState.WAITING if is_waiting else RowState.DOWNLOADING
    if row.saved is not None:
        return RowState.SAVED
    if row.video is None:
        return RowState.MISSING if row.last_error or row.failures else RowState.ASKING
    if row.status is Status.READY and row.has_vanished(now):
        return RowState.EXPIRED
    if row.is_stalled and row.status is Status.GENERATING:
        return RowState.STALLED
    return _BY_STATUS[row.status]


@dataclass(frozen=True, slots=True)
class _Counted:
    state: RowState
    is_changing: bool
    expiry: Expiry | None


class StatusCounts:
    """The counts of all rows, updated with each change."""

    def __init__(self) -> None:
        self.counts: Counter[RowState] = Counter()
        self.changing = 0
        """Rows that show a countdown or a progress."""
        self._counted: dict[VideoKey, _Counted] = {}
        self._expiries: list[tuple[float, VideoKey]] = []

    def update(self, rows: Mapping[VideoKey, Row], changed: Iterable[VideoKey], now: float) -> None:
        """Count anew the rows that changed, and those whose file has just expired."""
        gone = []
        while self._expiries and self._expiries[0][0] <= now:
            gone.append(heapq.heappop(self._expiries)[1])
        for key in {*changed, *gone}:
            self._forget(key)
            if (row := rows.get(key)) is not None:
                self._count(row, now)

    def next_expiry(self) -> Expiry | None:
        """When the next file that is not saved expires."""
        while self._expiries:
            at, key = self._expiries[0]
            counted = self._counted.get(key)
            if counted is not None and counted.expiry is not None and counted.expiry.at == at:
                return counted.expiry
            heapq.heappop(self._expiries)
        return None

    def _count(self, row: Row, now: float) -> None:
        expiry = row.expiry if row.saved is None else None
        if expiry is not None and expiry.at <= now:
            expiry = None
        is_changing = row.saved is None and (not row.is_final or expiry is not None)
        counted = _Counted(row_state_of(row, now), is_changing, expiry)
        self._counted[row.key] = counted
        self.counts[counted.state] += 1
        self.changing += counted.is_changing
        if expiry is not None:
            heapq.heappush(self._expiries, (expiry.at, row.key))

    def _forget(self, key: VideoKey) -> None:
        counted = self._counted.pop(key, None)
        if counted is not None:
            self.counts[counted.state] -= 1
            self.changing -= counted.is_changing
