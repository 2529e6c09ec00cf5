"""A download of one video from a server whose answers the test scripts."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.download.attempts import download
from hingtui.download.interface import NO_HOOKS, DownloadHooks, DownloadJob, Saved
from hingtui.download.progress import Progress
from hingtui.model.errors import RateLimited
from tests.servers.files import FileServer, Reply
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4
from tests.support.part_size import part_size

DATA = mp4(50_000)
HALF = len(DATA) // 2
CUT = Reply(cut=HALF)
BAD_GATEWAY = Reply(status=502, body=b'{"error": "bad gateway"}', type="application/json")
ID = "video_1"


class Pauses(FakeClock):
    """Records the length of each pause."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.pauses.append(seconds)
        return super().wait(event, seconds)


@dataclass
class Setup:
    """A file server, a folder, and the other arguments of a download."""

    server: FileServer
    folder: Path
    api: Api
    clock: Pauses = field(default_factory=Pauses)
    progress: Progress = field(default_factory=Progress)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def download(
        self, video_id: str = ID, *, link: str = "", hooks: DownloadHooks = NO_HOOKS, **more: Any
    ) -> Saved:
        job = DownloadJob(
            self.api,
            key(video_id),
            self.folder,
            progress=self.progress,
            cancelled=self.cancelled,
            clock=more.pop("clock", self.clock),
            **more,
        )
        return download(job, link=link, hooks=hooks)

    def leave_half(self) -> None:
        """Leave the part that a program ended in the middle of the file leaves."""
        self.server.answer_with(CUT, Reply(status=429, body=b""))
        with pytest.raises(RateLimited):
            self.download()
        assert part_size(key(ID), self.folder) == HALF
        self.server.requests.clear()

    @property
    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


class Closing:
    def __init__(self, api: Api) -> None:
        self.api = api

    def close(self) -> None:
        asyncio.run(self.api.aclose())


WHOLE = {f"{ID}.mp4": DATA}
