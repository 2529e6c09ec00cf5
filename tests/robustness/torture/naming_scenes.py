"""Two videos of one prompt, whose template gives both the same name, beside a file of the user's.

Whatever fails, nothing is overwritten, and no video takes the place of another.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from hingtui.download.attempts import download
from hingtui.download.interface import DownloadHooks, DownloadJob
from hingtui.download.progress import Progress
from hingtui.model.name_template import name_values, parse_template
from hingtui.model.video import Status, Video
from tests.robustness.torture.source import Source
from tests.robustness.torture.steps import Scene
from tests.support.clock import EPOCH, FakeClock
from tests.support.disk.faulty_disk import Killed
from tests.support.keys import key
from tests.support.mp4 import mp4

_FILMS = {"video_1": mp4(4000, seed=1), "video_2": mp4(5000, seed=2)}
_PROMPT = "中秋夜满月升起"
_TEMPLATE = parse_template("{model} {prompt} {n}")
_NAME = f"videos/veo-3.1 {_PROMPT}"
_MINE = b"the user's own"


class NamingScene(Scene):
    """Both are downloaded, one after the other."""

    thinned = 3

    def prepare(self, root: Path) -> None:
        (root / "videos").mkdir()
        (root / f"{_NAME}.mp4").write_bytes(_MINE)

    def act(self, root: Path) -> None:
        for video_id in _FILMS:
            _download(root, video_id)

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        contents = {path.name: path.read_bytes() for path in (root / "videos").glob("*.mp4")}
        if (root / f"{_NAME}.mp4").read_bytes() != _MINE:
            yield "the user's file is gone"
        if strange := [
            name for name, data in contents.items() if data not in (_MINE, *_FILMS.values())
        ]:
            yield f"no server has {strange}"
        if is_done and not set(_FILMS.values()) <= set(contents.values()):
            yield f"not both are saved: {sorted(contents)}"

    def names(self, root: Path) -> set[str]:
        return {f"{_NAME}.mp4", f"{_NAME} 2.mp4", f"{_NAME} 3.mp4"}


class TwoDownloadsOfOneNameWithoutLinks(NamingScene):
    links = False


class TwoProcessesWithOneName(NamingScene):
    """Both files are complete at the same moment, and each process looks for its name then."""

    def act(self, root: Path) -> None:
        both = threading.Barrier(len(_FILMS))
        failures: list[BaseException] = []

        def run(video_id: str) -> None:
            try:
                _download(root, video_id, both)
            except (Exception, Killed) as error:  # noqa: BLE001 - raised below
                failures.append(error)
            finally:
                both.abort()

        other = threading.Thread(target=run, args=("video_2",), name="the other process")
        other.start()
        run("video_1")
        other.join()
        for failure in sorted(failures, key=lambda one: not isinstance(one, Killed)):
            raise failure


def _download(root: Path, video_id: str, both: threading.Barrier | None = None) -> None:
    video = Video(video_id, Status.READY, model="veo-3.1", prompt=_PROMPT)

    def names() -> Iterator[str]:
        if both is not None:
            _wait(both)
        return _TEMPLATE.names(name_values(key(video_id), video, EPOCH))

    job = DownloadJob(
        Source(_FILMS[video_id]),
        key(video_id),
        root / "videos",
        progress=Progress(),
        cancelled=threading.Event(),
        clock=FakeClock(),
    )
    download(job, hooks=DownloadHooks(names=names))


def _wait(both: threading.Barrier) -> None:
    """Wait for the other process, unless it has ended or failed."""
    try:
        both.wait()
    except threading.BrokenBarrierError:
        return
