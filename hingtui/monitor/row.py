"""The data of one watched video: what the gateway said, its download, its history."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from hingtui.download import Progress
from hingtui.model.errors import HingtuiError
from hingtui.model.eta import Basis, Expiry, Pace, expiry
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.video import Status, Video
from hingtui.system.clock import Cancellation


@dataclass(frozen=True, slots=True)
class LastError:
    """Why the last question or download went wrong, and since when (server's Unix seconds)."""

    error: Exception
    since: float


class DownloadState(Enum):
    """Where the download of a video stands."""

    QUEUED = "queued"
    """Waits for its turn."""
    RUNNING = "running"
    WAITING = "waiting"
    """Not possible right now; tried again at `Saving.retry_at`."""
    FAILED = "failed"
    """Given up; the user can ask for it again."""


@dataclass(slots=True)
class Download:
    """One download that somebody wants."""

    state: DownloadState = DownloadState.QUEUED
    progress: Progress = field(default_factory=Progress)
    cancelled: Cancellation = field(default_factory=Cancellation)
    error: HingtuiError | None = None
    """Why it waits or failed."""
    retry_at: float = 0.0
    """Monotonic seconds, while waiting."""
    asked_at: float = 0.0
    """Monotonic seconds when it was asked for."""
    failures: int = 0
    """Tries in a row that failed."""
    busy_part: os.stat_result | None = None
    """The file that another process was writing this video to."""
    turns: int = 0
    """Times that it was put behind the others, because hardly anything came."""
    idle_turns: int = 0
    """Those in a row in which not one byte was gained."""
    most: int = 0
    """The most bytes there were at the end of a turn."""

    @property
    def is_active(self) -> bool:
        """Whether it is still on its way."""
        return self.state is not DownloadState.FAILED


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a video's history: what was seen when (server's Unix seconds)."""

    at: float
    status: Status
    raw_status: str
    progress: float | None


@dataclass(slots=True)
class Row:
    """One row of the watchlist. Only the monitor writes to it."""

    id: str
    added_at: float
    video: Video | None = None
    """As last described; None until the first answer."""
    asked_at: float | None = None
    """When that was (Unix seconds)."""
    is_old: bool = True
    """Known from an earlier run only, not asked again yet."""
    pace: Pace | None = None
    ready_seen_at: float | None = None
    trouble: LastError | None = None
    failures: int = 0
    """Questions in a row that went wrong."""
    saved: Path | None = None
    saved_bytes: int | None = None
    digest: str | None = None
    """SHA-256 of the saved file, where it was asked for."""
    download_requested: bool | None = None
    """Whether a person wants its file, where that was said in this run: kept for the next one."""
    saving: Download | None = None
    history: list[HistoryEntry] = field(default_factory=list)
    gateway: str = DEFAULT_GATEWAY
    """The name of the gateway that knows the id."""

    @property
    def key(self) -> VideoKey:
        """What identifies the row."""
        return VideoKey(self.gateway, self.id)

    @property
    def status(self) -> Status:
        """UNKNOWN before the first answer, like a word that is not known."""
        return Status.UNKNOWN if self.video is None else self.video.status

    @property
    def is_final(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.status.is_final

    @property
    def is_saving(self) -> bool:
        """Whether a download is on its way."""
        return self.saving is not None and self.saving.is_active

    @property
    def is_verified(self) -> bool:
        """Whether the saved file was verified; its suffix says so."""
        return self.saved is not None and self.saved.suffix == ".mp4"

    @property
    def expiry(self) -> Expiry | None:
        """When its file vanishes from the server."""
        return None if self.video is None else expiry(self.video, self.ready_seen_at)

    def has_vanished(self, now: float) -> bool:
        """Whether its file is gone by the server's own word.

        Never by our estimate, nor by the end of a signed link: there may be a fresh link.
        """
        if self.status is Status.EXPIRED:
            return True
        ends = self.expiry
        return ends is not None and ends.basis is Basis.SERVER and now >= ends.at

    def can_be_saved(self, now: float) -> bool:
        """Ready, not saved yet, not vanished, and not on its way already."""
        return (
            self.status is Status.READY
            and self.saved is None
            and not self.is_saving
            and not self.has_vanished(now)
        )
