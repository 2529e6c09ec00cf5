"""Download finished videos, a few at once, the soonest to expire first.

What a download does is in `hingtui.download`; when a failed one is tried again, in `retry_policy`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from pathlib import Path
from typing import Protocol

from hingtui.download import ContentSource, DownloadHooks, Saved, discard_part, download
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
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.retry_policy import retry_in
from hingtui.monitor.row import Download, DownloadState, Row
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.system.clock import Clock

PROGRESS_EVERY = 0.25
"""Seconds between two reports on the bytes of running downloads."""
_LOOK_AGAIN = 0.5
"""Seconds between two looks of a waiting thread whether the event loop still runs."""

_log = logging.getLogger(__name__)


class DownloadListener(Protocol):
    """Gets the events of all downloads, on the event loop."""

    def changed(self, key: VideoKey) -> None:
        """The state or the progress of this video's download changed."""

    def saved(self, row: Row, saved: Saved) -> None:
        """The file is complete and has its name."""

    def failed_for_now(self, row: Row, error: HingtuiError) -> None:
        """One try failed, whether another one follows or not."""

    def given_up(self, row: Row, error: Exception) -> None:
        """It is not tried again by itself."""

    async def fresh_link(self, key: VideoKey) -> str:
        """A direct link that is valid now, as the gateway gives it; "" where there is none."""


class DownloadQueue:
    """The queue of downloads. All methods belong to the event loop's thread."""

    listener: DownloadListener
    """To be set before a download is asked for."""

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        rng: random.Random,
        *,
        folder: Path,
        at_once: int,
        shared: SharedDownloads,
        want_digest: bool = False,
    ) -> None:
        """At most `at_once` downloads run, into `folder`; with `want_digest`, each file's SHA-256
        is computed."""
        self.folder = folder
        self._gateway = gateway
        self._clock = clock
        self._rng = rng
        self._at_once = at_once
        self._shared = shared
        self._want_digest = want_digest
        self._is_progress_planned = False
        self._source: ContentSource | None = None
        self._wanted: dict[VideoKey, Row] = {}
        self._tasks: dict[VideoKey, asyncio.Task[None]] = {}
        self._leaving: set[VideoKey] = set()
        """Cancelled, but the thread has not ended yet; not counted against the limit."""
        self._wake = asyncio.Event()

    @property
    def running(self) -> list[VideoKey]:
        """What is being downloaded at this moment."""
        return list(self._tasks)

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The downloads that are running."""
        return list(self._tasks.values())

    def use(self, source: ContentSource | None) -> None:
        """From now on download from `source` (None: not at all)."""
        self._source = source
        self._wake.set()

    def add(self, watched: Row) -> None:
        """Download this one as soon as there is a place."""
        watched.saving = Download(asked_at=self._clock.monotonic())
        self._wanted[watched.key] = watched
        self.listener.changed(watched.key)
        self._wake.set()

    def cancel(self, watched: Row) -> None:
        """Stop it; the part stays, so that it can be resumed."""
        if watched.saving is None:
            return
        watched.saving.cancelled.set()
        watched.saving = None
        if watched.key in self._tasks:
            self._leaving.add(watched.key)
        self._wanted.pop(watched.key, None)
        self.listener.changed(watched.key)
        self._wake.set()

    async def forget(self, watched: Row) -> None:
        """The video is no longer watched: stop its download and remove the part."""
        self.cancel(watched)
        if (task := self._tasks.get(watched.key)) is not None:
            await asyncio.wait([task])
        try:
            await asyncio.to_thread(discard_part, watched.key, self.folder)
        except StorageError as error:
            _log.warning("what was received of %s could not be removed: %s", watched.id, error)

    def wake(self) -> None:
        """Look again at what may start: the gateway can be used again."""
        self._wake.set()

    async def run(self) -> None:
        """Work through the queue for ever."""
        while True:
            self._wake.clear()
            await self._clock.wait_for(self._wake, self.start_next())

    def cancel_all(self) -> None:
        """Stop all of them; the parts stay."""
        for watched in list(self._wanted.values()):
            self.cancel(watched)

    async def at_rest(self, within: float) -> None:
        """Wait at most `within` seconds for the threads to close their parts."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within)

    def start_next(self) -> float | None:
        """Start what may be started now; seconds until the next may, None when nothing waits."""
        source = self._source
        if source is None or self._gateway.refused is not None:
            return None
        now = self._clock.monotonic()
        waiting = [w for key, w in self._wanted.items() if key not in self._tasks]
        ripe = [w for w in waiting if w.saving is not None and w.saving.retry_at <= now]
        room = self._at_once - len(self._tasks.keys() - self._leaving)
        for watched in sorted(ripe, key=self._urgency)[: max(0, room)]:
            if (pause := self._gateway.admit(now)) > 0:
                return pause
            self._start(source, watched)
        later = [w.saving.retry_at - now for w in waiting if w.saving and w.saving.retry_at > now]
        return min(later, default=None)

    def _urgency(self, watched: Row) -> tuple[int, int, float, float]:
        """Slow and failed downloads last; then the soonest to expire first; then by request time.

        Otherwise, downloads that always fail would take all places from those that expire later.
        """
        ends = watched.expiry
        saving = watched.saving or Download()
        return (saving.turns, saving.failures, ends.at if ends else float("inf"), saving.asked_at)

    def _start(self, source: ContentSource, watched: Row) -> None:
        if (saving := watched.saving) is None:
            return
        saving.state = DownloadState.RUNNING
        saving.error = None
        task = asyncio.create_task(
            self._save(source, watched, saving), name=f"download {watched.id}"
        )
        self._tasks[watched.key] = task
        self.listener.changed(watched.key)
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

    async def _save(self, source: ContentSource, watched: Row, saving: Download) -> None:
        try:
            saved = await self._in_thread(source, watched, saving)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            if saving is watched.saving:
                self._put_off(watched, saving, error)
        else:
            # Even after a cancel that came too late: the file is there, and the row says so.
            self._wanted.pop(watched.key, None)
            watched.saving = None
            self.listener.saved(watched, saved)
        finally:
            self._tasks.pop(watched.key, None)
            self._leaving.discard(watched.key)
            self.listener.changed(watched.key)
            self._wake.set()

    def _in_thread(
        self, source: ContentSource, watched: Row, saving: Download
    ) -> asyncio.Future[Saved]:
        loop = asyncio.get_running_loop()
        link = watched.video.link if watched.video is not None else ""

        def fresh_link() -> str:
            asked = asyncio.run_coroutine_threadsafe(self.listener.fresh_link(watched.key), loop)
            while not loop.is_closed():
                with contextlib.suppress(TimeoutError):
                    return asked.result(_LOOK_AGAIN)
            return ""

        def work() -> Saved:
            return download(
                source,
                watched.key,
                self.folder,
                progress=saving.progress,
                cancelled=saving.cancelled,
                clock=self._clock,
                link=link,
                busy_part=saving.busy_part,
                hooks=DownloadHooks(
                    fresh_link=fresh_link,
                    saved_by_another=lambda: self._shared.find(watched.key),
                    admit=lambda: self._gateway.admit(self._clock.monotonic()),
                    time_left=lambda: self._time_left(watched),
                    saved=lambda saved: self._shared.publish(watched.key, saved),
                ),
                want_digest=self._want_digest,
            )

        return run_in_daemon_thread(work, f"download {watched.id}")

    def _time_left(self, watched: Row) -> float | None:
        """Seconds until the file expires; None where that is not known. Any thread."""
        ends = watched.expiry
        return None if ends is None else ends.at - self._gateway.now()

    def _put_off(self, watched: Row, saving: Download, error: Exception) -> None:
        """Retry later, or give up."""
        if not isinstance(error, HingtuiError):
            self._give_up(watched, saving, error)
            return
        now = self._clock.monotonic()
        saving.error = error
        if isinstance(error, Busy):
            saving.busy_part = error.part or saving.busy_part
        wait = retry_in(
            watched, saving, error, now=now, server_now=self._gateway.now(), rng=self._rng
        )
        if wait is None:
            self._give_up(watched, saving, error)
        else:
            saving.state = DownloadState.WAITING
            saving.retry_at = now + wait
        self.listener.failed_for_now(watched, error)
        error.forget_frames()

    def _give_up(self, watched: Row, saving: Download, error: Exception) -> None:
        if isinstance(error, Slow):
            saving.error = Stalled(str(error))  # no more "goes on by itself"
        elif not isinstance(error, HingtuiError):
            # What an unexpected error says can be secret: it is for the log alone.
            saving.error = DownloadError(type(error).__name__)
        saving.state = DownloadState.FAILED
        self._wanted.pop(watched.key, None)
        self.listener.given_up(watched, error)

    def requeue(self, watched: Row) -> None:
        """Queue again a download that waits because of the gateway's error."""
        saving = watched.saving
        if saving is not None and saving.state is DownloadState.WAITING:
            saving.state = DownloadState.QUEUED
            saving.error = None
            saving.retry_at = 0.0
            saving.failures = 0
