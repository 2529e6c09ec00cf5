"""Measure how many bytes a second all downloads together receive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from hingtui.model.key import VideoKey
from hingtui.monitor.row import Row

WINDOW = 20.0
"""Seconds over which the speed is measured."""
_SHORTEST = 3.0
"""Seconds of measuring below which a speed says little."""
_SIZES = 50
"""Sizes of saved files that are kept."""


class TransferSpeed:
    """Counts what arrives, whichever download it belongs to. Moments are monotonic seconds."""

    def __init__(self) -> None:
        self.sizes: deque[int] = deque(maxlen=_SIZES)
        """Bytes of the files saved last."""
        self._received: dict[VideoKey, int] = {}
        self._total = 0
        self._samples: deque[tuple[float, int]] = deque()

    def saved(self, row: Row) -> None:
        """Count what of this file had arrived since the last sample."""
        size = row.saved_bytes
        if size is not None:
            self.sizes.append(size)
            self._total += max(0, size - self._received.pop(row.key, 0))

    def sample(self, downloads: Iterable[Row], now: float) -> None:
        """Count what has arrived by now. Bytes from before a download began do not count."""
        received: dict[VideoKey, int] = {}
        for row in downloads:
            if row.download is not None:
                count = row.download.progress.received
                received[row.key] = count
                self._total += max(0, count - self._received.get(row.key, count))
        self._received = received
        if not received:
            self._samples.clear()
            return
        self._samples.append((now, self._total))
        while now - self._samples[0][0] > WINDOW:
            self._samples.popleft()

    def bytes_per_second(self) -> float | None:
        """The speed over the last `WINDOW` seconds; None before there is enough to measure."""
        if not self._samples:
            return None
        (began, first), (ended, last) = self._samples[0], self._samples[-1]
        return (last - first) / (ended - began) if ended - began >= _SHORTEST else None
