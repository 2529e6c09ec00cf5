"""What the tests of downloads share: two files of one length, halves and pieces of them.

It knows how an answer is said wrongly; it must not know what is expected then.
"""

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
    """The first half of a file that is promised whole, and then the end."""
    whole = answer(200, data, content_type="video/mp4", **headers)
    return cut(whole, len(whole) - len(data) + HALF, CLOSE)


def piece(start: int, data: bytes = DATA, /, content_range: str = "", **headers: str) -> bytes:
    """The rest of a file from `start` on, said as it should be unless said otherwise."""
    content_range = content_range or f"bytes {start}-{len(data) - 1}/{len(data)}"
    headers = {"content_type": "video/mp4", "content_range": content_range, **headers}
    return answer(206, data[start:], **headers)


async def fetch(here: FaultyWatch, *says: Answer | Callable[[Request], Answer]) -> None:
    """Watch one finished video and download it; `says` is what `/content` answers first."""
    for one in says:
        here.gateway.fault(CONTENT, one)
    await here.watch("a")
    here.download("a")
    await here.saved("a")


async def fetch_in_vain(
    here: FaultyWatch, says: Answer, path: str = CONTENT
) -> HingtuiError | None:
    """Why the video is not saved as long as this is said; once it is not, it comes home."""
    here.gateway.fault(path, says, times=1000)
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
