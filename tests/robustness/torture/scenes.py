"""What watchlist, token and downloads do on a disk, and what must be true after any fault.

`steps` injects the faults; the history is in `history_scenes`, names in `naming_scenes`.
"""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from hingtui.download.attempts import download
from hingtui.download.leftover_parts import discard_part
from hingtui.download.progress import Progress
from hingtui.model.errors import HingtuiError, NotReady
from hingtui.model.video import Status, Video
from hingtui.storage.settings import GatewaySettings, Settings, save_token
from hingtui.storage.watchlist import Entry, Watchlist
from tests.robustness.torture.source import Source
from tests.robustness.torture.steps import Scene
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import ids, key, keys
from tests.support.mp4 import mp4

LIST = "data/watchlist.toml"
FILES = {LIST, f"{LIST}.bak", f"{LIST}.lock"}


class WatchlistScene(Scene):
    """A change of the watchlist."""

    old: tuple[str, ...] = ("v_1", "v_2")
    new: tuple[str, ...] = ("v_1", "v_2", "v_3")
    backup = True
    damage: bytes | None = None
    """The damaged content of the file."""
    keeps: tuple[str, ...] = ()
    """The files of which a renamed copy is kept."""

    def prepare(self, root: Path) -> None:
        watchlist = _watchlist(root)
        watchlist.change(add=[Entry(video_id, EPOCH) for video_id in self.old])
        if not self.backup:
            watchlist.backup_path.unlink()
        if self.damage is not None:
            watchlist.path.write_bytes(self.damage)

    def act(self, root: Path) -> None:
        _watchlist(root).change(add=[Entry(video_id, EPOCH) for video_id in self.new])

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        entries = _watchlist(root).read().entries
        if tuple(ids(entries)) != self.new and (is_done or tuple(ids(entries)) != self.old):
            yield f"watched are {list(entries)}"

    def names(self, root: Path) -> set[str]:
        found = {str(path.relative_to(root)) for path in (root / "data").glob("*.damaged-*")}
        kept = {name for name in self.keeps if any(one.startswith(name) for one in found)}
        if len(found) != len(self.keeps) or len(kept) != len(self.keeps):
            return {f"one copy of {', '.join(self.keeps)}"}
        if self.damage and (root / min(found)).read_bytes() != self.damage:
            return {"the very bytes that were damaged"}
        return FILES | found


class TheFirstAdd(WatchlistScene):
    old = ()

    def prepare(self, root: Path) -> None:
        """There is not even a folder."""


class AnAdd(WatchlistScene):
    pass


class AnAddWithoutABackup(WatchlistScene):
    backup = False


class AnAddWithoutLinks(WatchlistScene):
    links = False


class ARemove(WatchlistScene):
    new = ("v_2",)

    def act(self, root: Path) -> None:
        _watchlist(root).change(remove=keys("v_1"))


class AnUpdate(WatchlistScene):
    new = WatchlistScene.old
    video = Video("v_1", Status.GENERATING, "processing", progress=45.0, prompt="百事可乐宣传片")

    def act(self, root: Path) -> None:
        _watchlist(root).change(update=[Entry("v_1", EPOCH, self.video, EPOCH)])

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().judge(root, is_done=is_done)
        known = _watchlist(root).read().entries[key("v_1")].video
        if known != self.video and (is_done or known is not None):
            yield f"known is {known}"


class AnUpdateWithoutABackup(AnUpdate):
    backup = False


class AnUpdateWithoutLinks(AnUpdate):
    links = False


class ARepair(WatchlistScene):
    new = WatchlistScene.old
    damage: bytes | None = b"format = 1\ncount = 2\n\n[[videos]]\nid = "
    keeps: tuple[str, ...] = (f"{LIST}.damaged",)

    def act(self, root: Path) -> None:
        _watchlist(root).read()


class ARepairWithoutLinks(ARepair):
    links = False


class AnAddToADamagedFile(ARepair):
    new = WatchlistScene.new

    def act(self, root: Path) -> None:
        WatchlistScene.act(self, root)


class ARepairOfAFileThatIsGone(ARepair):
    damage = None
    keeps = ()

    def prepare(self, root: Path) -> None:
        super().prepare(root)
        (root / LIST).unlink()


class ARepairOfBothFiles(ARepair):
    keeps = (f"{LIST}.bak.damaged", f"{LIST}.damaged")
    damage = None

    def prepare(self, root: Path) -> None:
        """Each of them still holds one of the two ids."""
        super().prepare(root)
        whole = (root / LIST).read_bytes()
        head, one, two = whole.split(b"[[videos]]")
        (root / LIST).write_bytes(head + b"[[videos]]" + one + b"[[videos]]\nid = [")
        (root / f"{LIST}.bak").write_bytes(b"\0" * 99 + b"\n[[videos]]" + two)

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        entries = _watchlist(root).read().entries
        if sorted(ids(entries)) != sorted(self.old):
            yield f"watched are {list(entries)}"


def _watchlist(root: Path) -> Watchlist:
    return Watchlist(root / LIST, clock=FakeClock())


class TheFirstToken(Scene):
    old: str | None = None

    def prepare(self, root: Path) -> None:
        if self.old:
            save_token(_settings(root), self.old)

    def act(self, root: Path) -> None:
        save_token(_settings(root), "oh-new-token")

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        path = root / "config" / "token"
        token = path.read_text().strip() if path.exists() else None
        if token != "oh-new-token" and (is_done or token != self.old):
            yield f"the token is {token}"
        for file in (root / "config").glob("*"):
            if stat.S_IMODE(file.stat().st_mode) != 0o600:
                yield f"{file.name} can be read by others"

    def names(self, root: Path) -> set[str]:
        return {"config/token"}


class AnotherToken(TheFirstToken):
    old = "oh-old-token"


def _settings(root: Path) -> Settings:
    return Settings(
        gateways=(GatewaySettings("default", "https://gateway.example"),),
        language="en",
        downloads=root / "videos",
        watchlist_path=root / LIST,
        token_path=root / "config" / "token",
        log_path=root / "log",
        cache_path=root / "cache",
        config_path=root / "config" / "config.toml",
    )


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

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
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

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().judge(root, is_done=False)
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

    def judge(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().judge(root, is_done=False)
        if is_done and (root / PART).exists():
            yield "it is still there"

    def names(self, root: Path) -> set[str]:
        return set(self.mine)


def _download(root: Path, server: _CutSource) -> None:
    nobody = threading.Event()
    download(
        server, key(ID), root / "videos", progress=Progress(), cancelled=nobody, clock=FakeClock()
    )  # fmt: skip


def _leave_half(root: Path) -> None:
    try:
        _download(root, _CutSource(cut=HALF))
    except NotReady:
        return
    except HingtuiError:
        raise
    raise AssertionError("it was to be cut")
