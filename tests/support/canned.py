"""Downloads without a network: a source that counts its requests, and a disk without links."""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from hingtui.download.attempts import download
from hingtui.download.interface import DownloadHooks, DownloadJob, Saved
from hingtui.download.progress import Progress
from hingtui.model.key import VideoKey
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4

DATA = mp4(2_000)
HALVES = DATA[:1_000], DATA[1_000:]
ID = "video_1"


@dataclass
class Canned:
    """A source without a network that counts how often each video was requested."""

    pieces: tuple[bytes, ...] = (DATA,)
    """The bytes of every video, as they come in."""
    requests: Counter[str] = field(default_factory=Counter)
    status, start, total, validator, origin = 200, 0, len(DATA), None, "http://127.0.0.1"
    version = ""
    prefers_link = False

    def chunks(self) -> Iterator[bytes]:
        yield from self.pieces

    @contextmanager
    def open_content(self, video_id: str, **_: object) -> Iterator[Canned]:
        self.requests[video_id] += 1
        yield self


def download_canned(
    source: Canned,
    folder: Path,
    hooks: DownloadHooks,
    *,
    wanted: VideoKey = key(ID),  # noqa: B008 - a constant
    busy_part: os.stat_result | None = None,
) -> Saved:
    job = DownloadJob(
        source,
        wanted,
        folder,
        progress=Progress(),
        cancelled=threading.Event(),
        clock=FakeClock(),
    )
    return download(job, hooks=hooks, busy_part=busy_part)


def no_links(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
