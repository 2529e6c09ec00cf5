"""Files and helpers for the tests of faulty downloads: two files of one length, and their parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hingtui.model.errors import HingtuiError
from tests.robustness.faults.faulty_watch import FaultyWatch
from tests.servers.sockets import CLOSE, Answer, Part, Request, answer, cut
from tests.support.mp4 import mp4

DATA = mp4(60_000)
OTHER = mp4(60_000, seed=2)
HALF = len(DATA) // 2
CONTENT = "/v1/videos/a/content"
ETAG = '"v1"'


def half(data: bytes = DATA, /, **headers: str) -> list[Part]:
    """A response with the whole length that ends after the first half."""
    whole = answer(200, data, content_type="video/mp4", **headers)
    return cut(whole, len(whole) - len(data) + HALF, CLOSE)


def piece(start: int, data: bytes = DATA, /, content_range: str = "", **headers: str) -> bytes:
    """A 206 with the rest of the file from `start` on; the headers can be replaced."""
    content_range = content_range or f"bytes {start}-{len(data) - 1}/{len(data)}"
    headers = {"content_type": "video/mp4", "content_range": content_range, **headers}
    return answer(206, data[start:], **headers)


async def download_file(
    here: FaultyWatch, *responses: Answer | Callable[[Request], Answer]
) -> None:
    """Watch one finished video and download it; `/content` begins with these responses."""
    for one in responses:
        here.gateway.fault(CONTENT, one)
    await here.watch("a")
    here.download("a")
    await here.saved("a")


async def failing_download(
    here: FaultyWatch, response: Answer, path: str = CONTENT
) -> HingtuiError | None:
    """The error while `path` responds with this; check that the download succeeds afterwards."""
    here.gateway.fault(path, response, times=1000)
    await here.watch("a")
    here.download("a")
    await here.put_off("a")
    error = error_of(here)
    assert here.files == {}
    here.gateway.fault_no_more()
    await here.saved("a")
    assert here.files == {"a.mp4": DATA}
    return error


def error_of(here: FaultyWatch) -> HingtuiError | None:
    saving = here.row("a").download
    return None if saving is None else saving.error


def ranges(here: FaultyWatch) -> list[str | None]:
    return [r.headers.get("range") for r in here.gateway.requests if r.target == CONTENT]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
