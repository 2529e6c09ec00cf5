"""Share finished downloads with other processes through the watchlist's file. Thread-safe.

A download thread looks here before it begins, and writes here when it is done, so that several
hingtui that watch the same video download it once.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.errors import StorageError
from hingtui.model.key import VideoKey
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.download.interface import Saved

_log = logging.getLogger(__name__)


class SharedDownloads:
    """What all processes with this watchlist have saved in one folder. It blocks."""

    def __init__(self, watchlist: Watchlist, folder: Path, clock: Clock) -> None:
        self._watchlist = watchlist
        self._folder = folder
        self._clock = clock

    def find(self, key: VideoKey, index: int = 0) -> Path | None:
        """Where another process has saved the file number `index` of this job.

        Raises StorageError.
        """
        entry = self._watchlist.read().entries.get(key)
        saved = entry.file(index) if entry is not None else None
        return saved if saved is not None and saved.parent == self._folder else None

    def publish(self, key: VideoKey, saved: Saved, index: int = 0, count: int = 1) -> None:
        """Write down where the file number `index` of `count` is, while its part is still locked.

        A process that waits for that lock then finds the file here and downloads nothing.
        """
        entry = Entry(key.id, self._clock.time(), gateway=key.gateway)
        if count > 1:  # the video counts as saved when all its files are
            entry = replace(entry, files=(*[None] * index, saved.path))
        else:
            entry = replace(entry, saved=saved.path, saved_bytes=saved.bytes)
        try:
            self._watchlist.change(update=[entry])
        except StorageError as error:  # the monitor writes it again, and shows what is wrong
            _log.warning("the watchlist was not updated with %s: %s", saved.path, error)
