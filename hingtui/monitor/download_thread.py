"""Run one download in a thread of its own, and answer what it asks of the monitor meanwhile.

What downloads is imported in that thread: the first picture needs nothing of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hingtui.model.key import VideoKey
from hingtui.model.name_template import NameTemplate, name_values
from hingtui.model.video import Video
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.row import Download, Row
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.storage.watchlist import merged_files
from hingtui.system.clock import Clock

if TYPE_CHECKING:
    from hingtui.download.interface import ContentSource, DownloadHooks, Saved
    from hingtui.monitor.sidecar import SidecarFailed

    SidecarWritten = Callable[[SidecarFailed | None], None]

_CHECK_EVERY = 0.5
"""Seconds between two checks of a waiting thread whether the event loop still runs."""
FreshLink = Callable[[VideoKey, int], Coroutine[Any, Any, str]]


@dataclass(frozen=True, slots=True)
class Naming:
    """What saved files are named, and whether a sidecar is written beside each."""

    template: NameTemplate | None = None
    """None: they are named after their ids."""
    has_sidecar: bool = False

    def names(self, key: VideoKey, video: Video | None, index: int, now: float) -> Iterator[str]:
        """The names for the file number `index` of a job, the best first; maybe none."""
        if self.template is None:
            return iter(())
        return self.template.names(name_values(key, video, now), index)


USUAL_NAMING = Naming()


@dataclass(frozen=True, slots=True)
class DownloadThread:
    """What all downloads of one queue have in common."""

    clock: Clock
    folder: Path
    shared: SharedDownloads
    want_digest: bool
    naming: Naming = USUAL_NAMING

    def run(
        self,
        source: ContentSource,
        gateway: Gateway,
        row: Row,
        download: Download,
        fresh_link: FreshLink,
        sidecar_written: SidecarWritten,
    ) -> Awaitable[Saved]:
        """Start it; `fresh_link` runs in the event loop and asks the gateway for a link again.

        `sidecar_written` is called there with what went wrong, or None, for each file of the job.
        """
        loop = asyncio.get_running_loop()

        def wait_for_link(index: int) -> str:
            asked = asyncio.run_coroutine_threadsafe(fresh_link(row.key, index), loop)
            while not loop.is_closed():
                with contextlib.suppress(TimeoutError):
                    return asked.result(_CHECK_EVERY)
            return ""

        def work() -> Saved:
            from hingtui.download.interface import DownloadJob
            from hingtui.download.outputs import Outputs, download_all

            job = DownloadJob(
                source,
                row.key,
                self.folder,
                progress=download.progress,
                cancelled=download.cancelled,
                clock=self.clock,
                prefers_link=source.prefers_link,
                want_digest=self.want_digest or self.naming.has_sidecar,
            )
            outputs = Outputs(
                count=lambda: _count(row),
                link=lambda index: row.video.link_of(index) if row.video is not None else "",
                hooks=lambda index: self._hooks(
                    gateway, row, index, wait_for_link, loop, sidecar_written
                ),
            )
            return download_all(job, outputs, (download.busy_part, download.busy_index))

        return run_in_daemon_thread(work, f"download {row.id}")

    def _hooks(
        self,
        gateway: Gateway,
        row: Row,
        index: int,
        wait_for_link: Callable[[int], str],
        loop: asyncio.AbstractEventLoop,
        sidecar_written: SidecarWritten,
    ) -> DownloadHooks:
        """What the download of one file of the job asks and reports."""
        from hingtui.download.interface import DownloadHooks
        from hingtui.monitor.sidecar import SUFFIX, write_sidecar

        def keep(saved: Saved) -> None:
            count = _count(row)
            self.shared.publish(row.key, saved, index, count)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                if count > 1:
                    loop.call_soon_threadsafe(_remember, row, index, saved.path)
                if self.naming.has_sidecar:
                    failed = write_sidecar(row.key, row.video, saved, index, self.clock.time())
                    loop.call_soon_threadsafe(sidecar_written, failed)

        return DownloadHooks(
            fresh_link=lambda: wait_for_link(index),
            saved_by_another=lambda: self.shared.find(row.key, index) or self._known(row, index),
            admit=lambda: gateway.admit(self.clock.monotonic()),
            time_left=lambda: self._time_left(row),
            names=lambda: self.naming.names(row.key, row.video, index, self.clock.time()),
            companion=SUFFIX if self.naming.has_sidecar else "",
            saved=keep,
        )

    def _known(self, row: Row, index: int) -> Path | None:
        """Where an earlier try has saved the file number `index` of a job. Any thread."""
        path = row.files[index] if index < len(row.files) else None
        return path if path is not None and path.parent == self.folder else None

    def _time_left(self, row: Row) -> float | None:
        """Seconds until the file expires; None where that is not known. Any thread."""
        ends = row.expiry
        return None if ends is None else ends.at - self.clock.time()


def _remember(row: Row, index: int, path: Path) -> None:
    """Note one file of a job whose other files may still fail."""
    row.files = merged_files(row.files, (*[None] * index, path))


def _count(row: Row) -> int:
    """How many files the job made, as far as known. Any thread."""
    return 1 if row.video is None else row.video.outputs
