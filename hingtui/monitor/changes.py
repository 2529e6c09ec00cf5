"""Gather what changed, and notify listeners at most ten times a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from hingtui.model.errors import ApiError
from hingtui.model.key import VideoKey

NOTIFY_EVERY = 0.1
"""Seconds for which changes are gathered before listeners are called."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Changes:
    """What changed since listeners were last called."""

    keys: set[VideoKey] = field(default_factory=set)
    """Rows of which anything changed, removed ones included."""
    membership: bool = False
    """Rows were added or removed."""
    moved: dict[VideoKey, VideoKey] = field(default_factory=dict)
    """Old and new keys of rows whose gateway became known."""
    gateway: bool = False
    """The gateway's state, the pause or the watchlist's own state changed."""
    ready: list[VideoKey] = field(default_factory=list)
    """Became ready while watched."""
    failed: list[VideoKey] = field(default_factory=list)
    """Failed or expired while watched."""
    saved: list[VideoKey] = field(default_factory=list)
    not_saved: list[VideoKey] = field(default_factory=list)
    """Downloads that were given up."""
    arrived: list[VideoKey] = field(default_factory=list)
    """New at an account that is followed."""
    not_followed: dict[str, ApiError] = field(default_factory=dict)
    """Gateways that were to be followed and have no list, and what they answered."""
    not_written: list[str] = field(default_factory=list)
    """Sentences about sidecars that could not be written, and other files that were damaged."""


class ChangeFeed:
    """Collects changes in `new`; listeners get all of them together, soon after the first."""

    def __init__(self) -> None:
        self.new = Changes()
        self._listeners: list[Callable[[Changes], None]] = []
        self._is_planned = False

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` with what changed, at most ten times a second."""
        self._listeners.append(listener)

    def row_changed(self, key: VideoKey) -> None:
        """Something in this row changed."""
        self.new.keys.add(key)
        self._plan()

    def gateway_changed(self) -> None:
        """The gateway's state, the pause or the watchlist's own state changed."""
        self.new.gateway = True
        self._plan()

    def not_followed(self, gateway: str, error: ApiError) -> None:
        """This gateway was to be followed, but it has no list."""
        self.new.not_followed[gateway] = error
        self._plan()

    def sidecar_failed(self, sentence: str) -> None:
        """The file beside a saved video could not be written."""
        self.new.not_written.append(sentence)
        self._plan()

    def followed_damaged(self, sentence: str) -> None:
        """The record of followed accounts was damaged."""
        self.new.not_written.append(sentence)
        self._plan()

    def flush(self) -> None:
        """Call the listeners now."""
        self._is_planned = False
        changes, self.new = self.new, Changes()
        for listener in self._listeners:
            try:
                listener(changes)
            except Exception:  # noqa: BLE001 - one listener's fault must not stop the watch
                _log.exception("a listener failed")

    def _plan(self) -> None:
        if self._listeners and not self._is_planned:
            self._is_planned = True
            asyncio.get_running_loop().call_later(NOTIFY_EVERY, self.flush)
