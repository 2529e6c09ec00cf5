"""What watchlist and token do on a disk, and what must be true after any fault.

`steps` injects the faults; downloads are in `download_scenes`, the history in `history_scenes`.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from hingtui.model.video import Status, Video
from hingtui.storage.settings import GatewaySettings, Settings, save_token
from hingtui.storage.watchlist import Entry, Watchlist
from tests.robustness.torture.steps import Scene
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import ids, key, keys

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

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
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

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().breaches(root, is_done=is_done)
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

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
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

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
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
