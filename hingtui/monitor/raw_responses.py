"""Keep the last response about each video, in bounded memory."""

from __future__ import annotations

from typing import Protocol

from hingtui.model.key import VideoKey

MOST_BYTES = 4_000_000
"""Bytes of JSON kept in all; decoded they take about three times as much."""
_BIGGEST = 64_000
"""Bytes of JSON of one video: a larger response is not kept."""


class RawResponse(Protocol):
    """What a gateway sent about one video."""

    @property
    def size(self) -> int: ...
    def text(self) -> str: ...


class RawResponses:
    """The last response about each video, the longest unchanged first."""

    def __init__(self) -> None:
        self._kept: dict[VideoKey, RawResponse] = {}
        self._bytes = 0

    def keep(self, key: VideoKey, response: RawResponse | None) -> None:
        """Keep it instead of the earlier one; where there is too much, drop the oldest."""
        self._drop(key)
        if response is None or response.size > _BIGGEST:
            return
        self._kept[key] = response
        self._bytes += response.size
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def get(self, key: VideoKey) -> RawResponse | None:
        """The last response about this video, if it is kept."""
        return self._kept.get(key)

    def _drop(self, key: VideoKey) -> None:
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= old.size
