"""Download finished videos, a few at once, the soonest to expire first.

What a download does is in `hingtui.download`; when a failed one is tried again, in `retry_policy`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hingtui.model.errors import (
    Busy,
    Cancelled,
    DownloadError,
    HingtuiError,
    Slow,
    Stalled,
    StorageError,
)
from hingtui.model.key import VideoKey
from hingtui.monitor.download_listener import DownloadListener
from hingtui.monitor.download_thread import USUAL_NAMING, DownloadThread, Naming
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.retry_policy import final_error, retry_in
from hingtui.monitor.row import Download, DownloadState, Row
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.download.interface import ContentSource

PROGRESS_EVERY = 0.25
"""Seconds between two reports on the bytes of running downloads."""
KEEP_PART = 60.0
"""Seconds for which the part of a video that is not watched any more is kept for an undo."""

_log = logging.getLogger(__name__)


class DownloadGateway(Protocol):
    """What the queue needs of one gateway."""

    gateway: Gateway

    @property
    def api(self) -> ContentSource | None: ...


class DownloadQueue:
    """The queue of the downloads of all gateways. All methods belong to the event loop's thread."""

    listener: DownloadListener
    """To be set before a download is asked for."""

    def __init__(
        self,
        gateways: Mapping[str, DownloadGateway],
        clock: Clock,
        rng: random.Random,
        *,
        folder: Path,
        at_once: int,
        shared: SharedDownloads,
        want_digest: bool = False,
        naming: Naming = USUAL_NAMING,
    ) -> None:
        """At most `at_once` downloads run, into `folder`; with `want_digest`, each file's SHA-256
        is computed. `naming` gives the files their names."""
        self.folder = folder
        self._gateways = gateways
        self._clock = clock
        self._rng = rng
        self._at_once = at_once
        self._thread = DownloadThread(clock, folder, shared, want_digest, naming)
        self._is_progress_planned = False
        self._wanted: dict[VideoKey, Row] = {}
        self._tasks: dict[VideoKey, asyncio.Task[None]] = {}
        self._leaving: set[VideoKey] = set()
        """Cancelled, but the thread has not ended yet; not counted against the limit."""
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()

    @property
    def active(self) -> list[Row]:
        """The rows whose download is queued, running or waiting."""
        return list(self._wanted.values())

    @property
    def speed(self) -> float:
        """Bytes a second, of all running downloads together."""
        downloads = (row.download for key, row in self._wanted.items() if key in self._tasks)
        return sum(download.progress.speed for download in downloads if download is not None)

    @property
    def at_once(self) -> int:
        """How many downloads may run at a time."""
        return self._at_once

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The downloads that are running."""
        return list(self._tasks.values())

    def add(self, row: Row) -> None:
        """Download this one as soon as there is a place."""
        row.download = Download(asked_at=self._clock.monotonic())
        self._wanted[row.key] = row
        self.listener.changed(row.key)
        self._wake.set()

    def cancel(self, row: Row) -> None:
        """Stop it; the part stays, so that it can be resumed."""
        if row.download is None:
            return
        row.download.cancelled.set()
        row.download = None
        if row.key in self._tasks:
            self._leaving.add(row.key)
        self._wanted.pop(row.key, None)
        self.listener.changed(row.key)
        self._wake.set()

    def moved(self, old: VideoKey, row: Row) -> None:
        """The gateway of this row became known: its key was `old` before."""
        if self._wanted.pop(old, None) is not None:
            self._wanted[row.key] = row
            self._wake.set()

    async def forget(self, row: Row, is_gone: Callable[[], bool]) -> None:
        """Stop its download, and remove the part if the video still `is_gone` a minute later.

        Until then an undo resumes the download.
        """
        self.cancel(row)
        if (task := self._tasks.get(row.key)) is not None:
            await asyncio.wait([task])
        await self._clock.wait_for(self._ending, KEEP_PART)
        if not is_gone():
            return
        try:
            await asyncio.to_thread(_discard_part, row.key, self.folder)
        except StorageError as error:
            _log.warning("what was received of %s could not be removed: %s", row.id, error)

    def wake(self) -> None:
        """Look again at what may start: a gateway can be used, or used again."""
        self._wake.set()

    async def run(self) -> None:
        """Work through the queue for ever."""
        while True:
            self._wake.clear()
            await self._clock.wait_for(self._wake, self.start_next())

    def cancel_all(self) -> None:
        """Stop all of them; the parts stay, but for those of videos that are not watched."""
        self._ending.set()
        for row in list(self._wanted.values()):
            self.cancel(row)

    async def at_rest(self, within: float) -> None:
        """Wait at most `within` seconds for the threads to close their parts."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within)

    def start_next(self) -> float | None:
        """Start what may be started now; seconds until the next may, None when nothing waits."""
        now = self._clock.monotonic()
        usable = {name: g for name, g in self._gateways.items() if g.gateway.refused is None}
        waiting = [
            (row, row.download)
            for key, row in self._wanted.items()
            if key not in self._tasks and row.gateway in usable and row.download is not None
        ]
        pauses: dict[str, float] = {}
        due = [row for row, download in waiting if download.retry_at <= now]
        for row in sorted(due, key=self._urgency):
            if len(self._tasks.keys() - self._leaving) >= self._at_once:
                break
            source = usable[row.gateway].api
            if source is None or row.gateway in pauses:
                continue
            if (pause := usable[row.gateway].gateway.admit(now)) > 0:
                pauses[row.gateway] = pause  # the other gateways' downloads need not wait
            else:
                self._start(source, row)
        later = [download.retry_at - now for _row, download in waiting if download.retry_at > now]
        return min([*later, *pauses.values()], default=None)

    def _urgency(self, row: Row) -> tuple[int, int, float, float]:
        """Slow and failed downloads last; then the soonest to expire first; then by request time.

        Otherwise, downloads that always fail would take all places from those that expire later.
        """
        ends = row.expiry
        download = row.download or Download()
        return (
            download.turns,
            download.failures,
            ends.at if ends is not None else math.inf,
            download.asked_at,
        )

    def _start(self, source: ContentSource, row: Row) -> None:
        if (download := row.download) is None:
            return
        download.state = DownloadState.RUNNING
        download.error = None
        task = asyncio.create_task(self._run(source, row, download), name=f"download {row.id}")
        self._tasks[row.key] = task
        self.listener.changed(row.key)
        self._plan_progress()

    def _plan_progress(self) -> None:
        """Report the bytes of running downloads, for as long as there are any."""
        if self._tasks and not self._is_progress_planned:
            self._is_progress_planned = True
            asyncio.get_running_loop().call_later(PROGRESS_EVERY, self._report_progress)

    def _report_progress(self) -> None:
        self._is_progress_planned = False
        for key in self._tasks:
            self.listener.changed(key)
        self._plan_progress()

    async def _run(self, source: ContentSource, row: Row, download: Download) -> None:
        try:
            gateway = self._gateways[row.gateway].gateway
            listener = self.listener
            saved = await self._thread.run(
                source, gateway, row, download, listener.fresh_link, listener.sidecar_written
            )
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            if download is row.download:
                self._put_off(row, download, error)
        else:
            # Even if it was cancelled too late: the file is complete, and the row shows it. Another
            # row waits for it where the video is watched anew.
            row = self._wanted.pop(row.key, row)
            row.download = None
            self.listener.saved(row, saved)
        finally:
            self._tasks.pop(row.key, None)
            self._leaving.discard(row.key)
            self.listener.changed(row.key)
            self._wake.set()

    def _put_off(self, row: Row, download: Download, error: Exception) -> None:
        """Retry later, or give up."""
        if not isinstance(error, HingtuiError):
            self._give_up(row, download, error)
            return
        now = self._clock.monotonic()
        download.error = error
        if isinstance(error, Busy) and error.part is not None:
            download.busy_part, download.busy_index = error.part, error.index
        wait = retry_in(row, download, error, now=now, unix_now=self._clock.time(), rng=self._rng)
        if wait is None:
            download.error = error = final_error(row, error, self._clock.time())
            self._give_up(row, download, error)
        else:
            download.state = DownloadState.WAITING
            download.retry_at = now + wait
        self.listener.failed_for_now(row, error)
        error.forget_frames()

    def _give_up(self, row: Row, download: Download, error: Exception) -> None:
        if isinstance(error, Slow):
            download.error = Stalled(str(error))  # whose advice does not say that it continues
        elif not isinstance(error, HingtuiError):
            # What an unexpected error says can be secret: it is for the log alone.
            download.error = DownloadError(type(error).__name__)
        download.state = DownloadState.FAILED
        self._wanted.pop(row.key, None)
        self.listener.given_up(row, error)

    def requeue(self, row: Row) -> None:
        """Queue again a download that waits because of the gateway's error."""
        download = row.download
        if download is not None and download.state is DownloadState.WAITING:
            download.state = DownloadState.QUEUED
            download.error = None
            download.retry_at = 0.0
            download.failures = 0


def _discard_part(key: VideoKey, folder: Path) -> None:
    """In a thread: remove what was received. Raises StorageError."""
    from hingtui.download.leftover_parts import discard_part

    discard_part(key, folder)
