"""Knows which finished videos are to be brought home and in which order; knows no bytes.

A few at once, soonest to expire first, each in a daemon thread of its own: a thread that hangs in
a system call can then never hold up the end of the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from hingtui.clock import Clock
from hingtui.download import ContentSource, Saved, discard_part, download
from hingtui.errors import (
    Busy,
    Cancelled,
    DownloadError,
    HingtuiError,
    NotReady,
    RateLimited,
    StorageTrouble,
    Unreachable,
)
from hingtui.monitor.budget import HostBudget
from hingtui.monitor.watched import SaveState, Saving, Watched

_NICE = 10
"""How much a download gives way to the screen."""
BUSY_WAIT = 2.0
"""Seconds until a video that another process is saving is looked at again."""
NOT_READY_WAIT = 5.0
OFFLINE_WAIT = 15.0
FULL_WAIT = 30.0
"""Seconds until a full disk is tried again."""
_PATIENCE = 900.0
"""Seconds for which "not ready yet" is believed of a video whose expiry is not known."""


class Saver:
    """The queue of downloads. All methods belong to the event loop's thread."""

    def __init__(
        self,
        budget: HostBudget,
        clock: Clock,
        *,
        folder: Path,
        at_once: int,
        now: Callable[[], float],
        already: Callable[[str], Path | None],
        changed: Callable[[str], None],
        saved: Callable[[Watched, Saved], None],
        failed: Callable[[Watched, Exception], None],
        want_digest: bool = False,
    ) -> None:
        self.folder = folder
        self._budget = budget
        self._clock = clock
        self._at_once = at_once
        self._now = now
        self._already = already
        self._changed = changed
        self._saved = saved
        self._failed = failed
        self._want_digest = want_digest
        self._source: ContentSource | None = None
        self._wanted: dict[str, Watched] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    @property
    def running(self) -> list[str]:
        """The ids being downloaded at this moment."""
        return list(self._tasks)

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """The downloads that are running."""
        return list(self._tasks.values())

    def use(self, source: ContentSource | None) -> None:
        """From now on download from `source` (None: not at all)."""
        self._source = source
        self._wake.set()

    def want(self, watched: Watched) -> None:
        """Bring this one home as soon as there is room."""
        watched.saving = Saving(asked_at=self._clock.monotonic())
        self._wanted[watched.id] = watched
        self._changed(watched.id)
        self._wake.set()

    def cancel(self, watched: Watched) -> None:
        """Stop it; what was received stays, so that it can be resumed."""
        if watched.saving is None:
            return
        watched.saving.cancelled.set()
        watched.saving = None
        self._wanted.pop(watched.id, None)
        self._changed(watched.id)
        self._wake.set()

    async def forget(self, watched: Watched) -> None:
        """The video is unwatched: stop, and remove what was received of it."""
        self.cancel(watched)
        if (task := self._tasks.get(watched.id)) is not None:
            await asyncio.wait([task])
        await asyncio.to_thread(discard_part, watched.id, self.folder)

    async def run(self) -> None:
        """Work through the queue for ever."""
        while True:
            self._wake.clear()
            await self._clock.wait_for(self._wake, self.start_next())

    def cancel_all(self) -> None:
        """Stop all of them; what was received stays."""
        for watched in list(self._wanted.values()):
            self.cancel(watched)

    async def at_rest(self, within: float) -> None:
        """Wait at most `within` seconds for the threads to put their parts in order."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within)

    def start_next(self) -> float | None:
        """Start what may be started now; seconds until the next may, None when nothing waits."""
        source = self._source
        if source is None:
            return None
        now = self._clock.monotonic()
        waiting = [w for id_, w in self._wanted.items() if id_ not in self._tasks]
        ripe = [w for w in waiting if w.saving is not None and w.saving.retry_at <= now]
        for watched in sorted(ripe, key=self._urgency)[: max(0, self._at_once - len(self._tasks))]:
            pause = self._budget.wait(now)
            if pause > 0:
                return pause
            self._budget.spend(now)
            self._start(source, watched)
        later = [w.saving.retry_at - now for w in waiting if w.saving and w.saving.retry_at > now]
        return min(later, default=None)

    def _urgency(self, watched: Watched) -> tuple[float, float]:
        """Soonest to expire first; where nothing is known, first come, first served."""
        ends = watched.expiry
        asked_at = watched.saving.asked_at if watched.saving else 0.0
        return (ends.at if ends else float("inf"), asked_at)

    def _start(self, source: ContentSource, watched: Watched) -> None:
        if (saving := watched.saving) is None:
            return
        saving.state = SaveState.RUNNING
        saving.error = None
        task = asyncio.create_task(self._save(source, watched, saving), name=f"save {watched.id}")
        self._tasks[watched.id] = task
        self._changed(watched.id)

    async def _save(self, source: ContentSource, watched: Watched, saving: Saving) -> None:
        try:
            saved = await self._in_thread(source, watched, saving)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends on the row
            if saving is watched.saving:
                self._put_off(watched, saving, error)
        else:
            # Even after a cancel that came too late: the file is there, and the row says so.
            self._wanted.pop(watched.id, None)
            watched.saving = None
            self._saved(watched, saved)
        finally:
            self._tasks.pop(watched.id, None)
            self._changed(watched.id)
            self._wake.set()

    def _in_thread(
        self, source: ContentSource, watched: Watched, saving: Saving
    ) -> asyncio.Future[Saved]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Saved] = loop.create_future()
        link = watched.video.link if watched.video is not None else ""

        def settle(result: Saved | Exception) -> None:
            if future.done():
                return
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

        def work() -> None:
            _let_others_go_first()
            result: Saved | Exception
            try:
                result = download(
                    source,
                    watched.id,
                    self.folder,
                    progress=saving.progress,
                    cancelled=saving.cancelled,
                    clock=self._clock,
                    link=link,
                    already=lambda: self._already(watched.id),
                    want_digest=self._want_digest,
                )
            except Exception as error:  # noqa: BLE001 - handed to the event loop, not lost
                result = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=work, name=f"save {watched.id}", daemon=True).start()
        return future

    def _put_off(self, watched: Watched, saving: Saving, error: Exception) -> None:
        """Decide what a failure means: another try later, or none."""
        now = self._clock.monotonic()
        saving.error = error if isinstance(error, HingtuiError) else DownloadError(repr(error))
        wait = self._retry_in(watched, saving, error, now)
        if wait is None:
            saving.state = SaveState.FAILED
            self._wanted.pop(watched.id, None)
            self._failed(watched, error)
        else:
            saving.state = SaveState.WAITING
            saving.retry_at = now + wait

    def _retry_in(
        self, watched: Watched, saving: Saving, error: Exception, now: float
    ) -> float | None:
        """Seconds until the next try; None when there is no point in one."""
        match error:
            case Busy():
                return BUSY_WAIT
            case RateLimited():
                self._budget.slow_down(now, error.retry_after)
                return self._budget.wait(now)
            case StorageTrouble():
                return FULL_WAIT if error.is_full else None
            case NotReady():
                ends = watched.expiry
                known = ends is not None and not ends.is_estimate
                left = ends.at - self._now() if ends is not None and known else None
                if left is None:
                    left = saving.asked_at + _PATIENCE - now
                return NOT_READY_WAIT if left > 0 else None
            case Unreachable():
                return OFFLINE_WAIT
            case _:
                return None


def _let_others_go_first() -> None:
    """The screen comes before this thread, where the system can tell threads apart (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
