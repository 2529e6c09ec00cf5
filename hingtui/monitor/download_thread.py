"""Run one download in a thread of its own, and answer what it asks of the monitor meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingtui.download import ContentSource, DownloadHooks, Outputs, Saved, download_all
from hingtui.model.key import VideoKey
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.row import Download, Row
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.system.clock import Clock

_LOOK_AGAIN = 0.5
"""Seconds between two looks of a waiting thread whether the event loop still runs."""
FreshLink = Callable[[VideoKey, int], Coroutine[Any, Any, str]]


@dataclass(frozen=True, slots=True)
class DownloadThread:
    """What all downloads of one queue have in common."""

    clock: Clock
    folder: Path
    shared: SharedDownloads
    want_digest: bool

    def run(
        self,
        source: ContentSource,
        gateway: Gateway,
        row: Row,
        download: Download,
        fresh_link: FreshLink,
    ) -> Awaitable[Saved]:
        """Start it; `fresh_link` runs in the event loop and asks the gateway for a link again."""
        loop = asyncio.get_running_loop()

        def wait_for_link(index: int) -> str:
            asked = asyncio.run_coroutine_threadsafe(fresh_link(row.key, index), loop)
            while not loop.is_closed():
                with contextlib.suppress(TimeoutError):
                    return asked.result(_LOOK_AGAIN)
            return ""

        outputs = Outputs(
            count=lambda: _count(row),
            link=lambda index: row.video.link_of(index) if row.video is not None else "",
            hooks=lambda index: self._hooks(row, index, wait_for_link),
        )

        def work() -> Saved:
            return download_all(
                source,
                row.key,
                self.folder,
                outputs,
                progress=download.progress,
                cancelled=download.cancelled,
                clock=self.clock,
                prefers_link=source.prefers_link,
                busy_part=(download.busy_part, download.busy_index),
                want_digest=self.want_digest,
            )

        return run_in_daemon_thread(work, f"download {row.id}")

    def _hooks(self, row: Row, index: int, wait_for_link: Callable[[int], str]) -> DownloadHooks:
        """What the download of one file of the job asks and reports."""
        return DownloadHooks(
            fresh_link=lambda: wait_for_link(index),
            saved_by_another=lambda: self.shared.find(row.key, index),
            admit=lambda: self.gateway.admit(self.clock.monotonic()),
            time_left=lambda: self._time_left(row),
            saved=lambda saved: self.shared.publish(row.key, saved, index, _count(row)),
        )

    def _time_left(self, row: Row) -> float | None:
        """Seconds until the file expires; None where that is not known. Any thread."""
        ends = row.expiry
        return None if ends is None else ends.at - self.clock.time()


def _count(row: Row) -> int:
    """How many files the job made, as far as known. Any thread."""
    return 1 if row.video is None else row.video.outputs
