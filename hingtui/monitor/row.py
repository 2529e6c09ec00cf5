"""The data of one watched video: how the gateway describes it, its download, its history."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from hingtui.download.progress import Progress
from hingtui.model.errors import HingtuiError
from hingtui.model.eta import Basis, Expiry, Pace, expiry
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.video import Status, Video
from hingtui.system.clock import Cancellation


@dataclass(frozen=True, slots=True)
class LastError:
    """Why the last request or download failed, and since when (Unix seconds, this machine)."""

    error: Exception
    since: float


class DownloadState(Enum):
    """Where the download of a video stands."""

    QUEUED = "queued"
    """Waits for its turn."""
    RUNNING = "running"
    WAITING = "waiting"
    """Not possible right now; retried at `Download.retry_at`."""
    FAILED = "failed"
    """Not retried any more; the user can start it again."""


@dataclass(slots=True)
class Download:
    """One download that was asked for."""

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
    busy_index: int = 0
    """Which file of the job that was."""
    turns: int = 0
    """Times that it was put behind the others because it was too slow."""
    turns_without_bytes: int = 0
    """Turns in a row without a single byte received."""
    most_received: int = 0
    """The most bytes received at the end of any turn."""

    @property
    def is_active(self) -> bool:
        """Whether it is queued, running or waiting."""
        return self.state is not DownloadState.FAILED


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a video's history: its status at a time (Unix seconds, this machine's clock)."""

    at: float
    status: Status
    raw_status: str
    progress: float | None


@dataclass(slots=True)
class Row:
    """One row of the watchlist. Only the monitor package writes to it."""

    id: str
    added_at: float
    video: Video | None = None
    """As the gateway last described it; None until the first response."""
    asked_at: float | None = None
    """When that was (Unix seconds, this machine's clock)."""
    is_old: bool = True
    """Known from an earlier run; no response in this run yet."""
    pace: Pace | None = None
    is_stalled: bool = False
    """Whether the last response found nothing changed for unusually long."""
    is_stalled_by_earlier: bool = False
    """Whether earlier videos say so, and not only the pace of its own progress."""
    still: float | None = None
    """The longest time in seconds for which its progress did not change, if it was seen to end."""
    ready_seen_at: float | None = None
    """When it was seen to become ready (Unix seconds, this machine's clock)."""
    last_error: LastError | None = None
    failures: int = 0
    """Requests in a row that failed."""
    saved: Path | None = None
    saved_bytes: int | None = None
    files: tuple[Path | None, ...] = ()
    """The paths of all files of a job that made several; None for one that is not saved yet."""
    digest: str | None = None
    """SHA-256 of the saved file, where `want_digest` is set."""
    download_requested: bool | None = None
    """Whether a person asked for its file in this run; stored for the next run."""
    download: Download | None = None
    history: list[HistoryEntry] = field(default_factory=list)
    gateway: str = DEFAULT_GATEWAY
    """The name of the gateway that knows the id; UNKNOWN_GATEWAY until one does."""
    batch: str = ""
    """What all videos that were added together have in common; "" for one that came alone."""
    tags: tuple[str, ...] = ()
    """The words that a person has put on it."""
    has_new_tags: bool = False
    """Whether they were changed here and may not be in the file yet."""
    clock_lead: float = 0.0
    """Seconds by which its gateway's clock is ahead of this machine's: the times in `video` are the
    gateway's, all others are this machine's."""
    _expiry: tuple[Video | None, tuple[float | None, float], Expiry | None] = field(
        default=(None, (None, 0.0), None), init=False, repr=False, compare=False
    )
    """The expiry, and what it was computed from."""

    @property
    def key(self) -> VideoKey:
        """What identifies the row."""
        return VideoKey(self.gateway, self.id)

    @property
    def status(self) -> Status:
        """UNKNOWN before the first response, and for a word that hingtui does not know."""
        return Status.UNKNOWN if self.video is None else self.video.status

    @property
    def is_final(self) -> bool:
        """Whether its status cannot change any more."""
        return self.status.is_final

    @property
    def is_downloading(self) -> bool:
        """Whether its download is queued, running or waiting."""
        return self.download is not None and self.download.is_active

    @property
    def is_verified(self) -> bool:
        """Whether all saved files were verified; their suffixes say so."""
        return self.saved is not None and all(path.suffix == ".mp4" for path in self.paths)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The saved files, also those of a job whose other files are not saved yet."""
        known = tuple(path for path in self.files if path is not None)
        return known or (() if self.saved is None else (self.saved,))

    @property
    def expiry(self) -> Expiry | None:
        """When the gateway deletes its file, by this machine's clock."""
        if self.video is None:
            return None
        video, times, known = self._expiry
        lead, seen_at = self.clock_lead, self.ready_seen_at
        if video is not self.video or times != (seen_at, lead):
            known = expiry(self.video, None if seen_at is None else seen_at + lead)
            if known is not None and lead:
                known = replace(known, at=known.at - lead)
            self._expiry = (self.video, (seen_at, lead), known)
        return known

    def age(self, moment: float, now: float) -> float:
        """Seconds from a time that its gateway named until `now` on this machine's clock."""
        return now + self.clock_lead - moment

    def has_vanished(self, now: float) -> bool:
        """Whether the gateway says that its file is gone.

        An estimate does not count, nor the end of a signed link: there may be a fresh link.
        """
        if self.status is Status.EXPIRED:
            return True
        ends = self.expiry
        return ends is not None and ends.basis is Basis.SERVER and now >= ends.at

    def can_be_downloaded(self, now: float) -> bool:
        """Whether it is ready, and neither saved, expired nor being downloaded."""
        return (
            self.status is Status.READY
            and self.saved is None
            and not self.is_downloading
            and not self.has_vanished(now)
        )
