"""Run one download in a thread of its own, and answer what it asks of the monitor meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingtui.download import ContentSource, DownloadHooks, Saved
from hingtui.download import download as download_file
from hingtui.model.key import VideoKey
from hingtui.monitor.daemon_thread import run_in_daemon_thread
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.row import Download, Row
from hingtui.monitor.shared_downloads import SharedDownloads
from hingtui.system.clock import Clock

_LOOK_AGAIN = 0.5
"""Seconds between two looks of a waiting thread whether the event loop still runs."""
FreshLink = Callable[[VideoKey], Coroutine[Any, Any, str]]


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
        link = row.video.link if row.video is not None else ""

        def wait_for_link() -> str:
            asked = asyncio.run_coroutine_threadsafe(fresh_link(row.key), loop)
            while not loop.is_closed():
                with contextlib.suppress(TimeoutError):
                    return asked.result(_LOOK_AGAIN)
            return ""

        def work() -> Saved:
            return download_file(
                source,
                row.key,
                self.folder,
                progress=download.progress,
                cancelled=download.cancelled,
                clock=self.clock,
                link=link,
                busy_part=download.busy_part,
                hooks=DownloadHooks(
                    fresh_link=wait_for_link,
                    saved_by_another=lambda: self.shared.find(row.key),
                    admit=lambda: gateway.admit(self.clock.monotonic()),
                    time_left=lambda: self._time_left(row),
                    saved=lambda saved: self.shared.publish(row.key, saved),
                ),
                want_digest=self.want_digest,
            )

        return run_in_daemon_thread(work, f"download {row.id}")

    def _time_left(self, row: Row) -> float | None:
        """Seconds until the file expires; None where that is not known. Any thread."""
        ends = row.expiry
        return None if ends is None else ends.at - self.clock.time()
