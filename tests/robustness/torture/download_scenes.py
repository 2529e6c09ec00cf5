"""What downloads do on a disk, and what must be true after any fault.

`steps` injects the faults; names from a template are in `naming_scenes`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from hingtui.download.attempts import download
from hingtui.download.interface import DownloadJob
from hingtui.download.leftover_parts import discard_part
from hingtui.download.progress import Progress
from hingtui.model.errors import HingtuiError, NotReady
from tests.robustness.torture.source import Source
from tests.robustness.torture.steps import Scene
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.mp4 import mp4

DATA = mp4(6000)
HALF = len(DATA) // 2
ID = "video_1"
NAME = f"videos/{ID}.mp4"
PART, NOTE = f"{NAME}.part", f"{NAME}.part.json"


class _CutSource(Source):
    """A source with one file that can be cut once."""

    def __init__(self, *, cut: int | None = None) -> None:
        super().__init__(DATA)
        self.cut = cut

    def chunks(self) -> Iterator[bytes]:
        middle = (self.start + len(DATA)) // 2 if self.cut is None else self.cut
        yield DATA[self.start : middle]
        if self.cut is not None:
            raise NotReady("enough for now")
        yield DATA[middle:]


class DownloadScene(Scene):
    """A download of the video, with or without existing files."""

    final = NAME
    mine: dict[str, bytes] = {}  # noqa: RUF012 - never changed
    """What is there and is the user's own."""
    stays = True
    """Whether the existing files keep their names."""
    half = False
    """Whether an earlier run left half of the video."""

    def prepare(self, root: Path) -> None:
        for name, data in self.mine.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(data)
        if self.half:
            _leave_half(root)

    def act(self, root: Path) -> None:
        _download(root, _CutSource())

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        mine = list(self.mine.values())
        contents = {path: path.read_bytes() for path in (root / "videos").glob("*")}
        for path, data in contents.items():
            if path.suffix == ".mp4" and data != DATA and data not in mine:
                yield f"{path.name} is not what the server has"
        for name, data in self.mine.items():
            if data not in contents.values() or (self.stays and contents[root / name] != data):
                yield f"the user's {name} is gone"
        if is_done and contents.get(root / self.final) != DATA:
            yield "it is not saved"

    def names(self, root: Path) -> set[str]:
        return {self.final, *self.mine}


class TheFirstDownload(DownloadScene):
    pass


class TheFirstDownloadWithoutLinks(DownloadScene):
    links = False


class AResumedDownload(DownloadScene):
    half = True


class AResumedDownloadWithoutLinks(AResumedDownload):
    links = False


class ADownloadOfACompletePart(AResumedDownload):
    def prepare(self, root: Path) -> None:
        super().prepare(root)
        (root / PART).write_bytes(DATA)


class ADownloadToATakenName(DownloadScene):
    final = f"videos/{ID}-2.mp4"
    mine = {NAME: b"the user's own", "videos/other.mp4": b"mine too"}  # noqa: RUF012


class ADownloadToATakenNameWithoutLinks(ADownloadToATakenName):
    links = False


class ADownloadOfWhatIsThere(DownloadScene):
    mine = {NAME: DATA}  # noqa: RUF012

    def names(self, root: Path) -> set[str]:
        """If the existing file cannot be read for comparison, a second copy is correct."""
        second = f"videos/{ID}-2.mp4"
        return {NAME, second} if (root / second).exists() else {NAME}


class ADownloadThatHasItsNameAlready(AResumedDownload):
    def prepare(self, root: Path) -> None:
        super().prepare(root)
        (root / PART).write_bytes(DATA)
        (root / NAME).hardlink_to(root / PART)


class ADownloadBesideAForeignPart(DownloadScene):
    mine = {PART: b"another program's", NOTE: b"{}"}  # noqa: RUF012
    stays = False

    def names(self, root: Path) -> set[str]:
        return {NAME, f"{NAME}-2.part", f"{NAME}.part-2.json"}


class ADownloadBesideAForeignPartWithoutLinks(ADownloadBesideAForeignPart):
    links = False


class ADownloadThatIsCut(DownloadScene):
    """The connection ends midway, and the received bytes are kept."""

    def act(self, root: Path) -> None:
        _leave_half(root)

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().breaches(root, is_done=False)
        part = root / PART
        if is_done and (not part.exists() or part.read_bytes() != DATA[:HALF]):
            yield "what came is not kept"

    def names(self, root: Path) -> set[str]:
        return {PART, NOTE}


class ADiscardedDownload(DownloadScene):
    half = True
    mine = {"videos/other.mp4": b"mine"}  # noqa: RUF012

    def act(self, root: Path) -> None:
        discard_part(key(ID), root / "videos")

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().breaches(root, is_done=False)
        if is_done and (root / PART).exists():
            yield "it is still there"

    def names(self, root: Path) -> set[str]:
        return set(self.mine)


def _download(root: Path, server: _CutSource) -> None:
    nobody = threading.Event()
    folder, progress = root / "videos", Progress()
    job = DownloadJob(
        server, key(ID), folder, progress=progress, cancelled=nobody, clock=FakeClock()
    )
    download(job)


def _leave_half(root: Path) -> None:
    try:
        _download(root, _CutSource(cut=HALF))
    except NotReady:
        return
    except HingtuiError:
        raise
    raise AssertionError("it was to be cut")
