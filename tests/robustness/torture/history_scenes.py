"""Faults of the history's disk: each system call of ours and each of SQLite's statements fails.

Of videos recorded together, all are stored or none; those stored before stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hingtui.model.errors import StorageError
from hingtui.storage.history import History, HistoryVideo, Search, Sighting
from tests.robustness.torture.steps import Scene
from tests.support.clock import FakeClock
from tests.support.histories import seen
from tests.support.old_histories import write_format_1

_FILE = "data/history.sqlite3"
_OLD = (seen("v_1", prompt="月亮"), seen("v_2", prompt="a harvest moon"))
_NEW = (
    seen("v_2", prompt="a harvest moon", took=60.0, saved="videos/v_2.mp4"),
    seen("v_3", prompt="气泡"),
)


class HistoryScene(Scene):
    """Two videos are recorded together: one is known, and one is new."""

    has_sqlite = True
    thinned = 3
    old: tuple[Sighting, ...] = _OLD

    def prepare(self, root: Path) -> None:
        with closing(_history(root)) as history:
            history.record(self.old)

    def act(self, root: Path) -> None:
        with closing(_history(root)) as history:
            history.record(_NEW)

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        try:
            with closing(_history(root)) as history:
                videos = history.videos(history.find(Search()))
                if history.set_aside is not None:
                    yield "it is damaged"
        except StorageError as error:
            yield f"it cannot be read: {error!r}"
            return
        states = [_of(_OLD[:1], _NEW)]
        if not is_done:
            states.append(_of(self.old))
        if _of(Sighting(video) for video in videos) not in states:
            yield f"it holds {videos}"

    def names(self, root: Path) -> set[str]:
        return {_FILE, f"{_FILE}.lock"}


class ARecord(HistoryScene):
    thinned = 1


class TheFirstRecord(HistoryScene):
    old = ()

    def prepare(self, root: Path) -> None:
        """There is not even a folder."""

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        with closing(_history(root)) as history:
            found = _of(Sighting(video) for video in history.videos(history.find(Search())))
        if found != _of(_NEW) and (is_done or found):
            yield f"it holds {found}"


class ARecordInAHistoryOfFormat1(HistoryScene):
    """The file is upgraded first."""

    def prepare(self, root: Path) -> None:
        write_format_1(root / _FILE)

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        with closing(_history(root)) as history:
            ids = {video.key.id for video in history.videos(history.find(Search()))}
            if history.set_aside is not None:
                yield "it is damaged"
        states = [{"old_1", "old_2"}, {"old_1", "old_2", "v_2", "v_3"}]
        if ids not in states[is_done:]:
            yield f"it holds {ids}"


class ARecordInADamagedHistory(TheFirstRecord):
    damage = b"SQLite format 3\0" + bytes(range(256)) * 30

    def prepare(self, root: Path) -> None:
        (root / _FILE).parent.mkdir()
        (root / _FILE).write_bytes(self.damage)

    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        copies = [path.read_bytes() for path in (root / "data").glob("history*")]
        if self.damage not in copies:
            yield "the damaged file is gone"
        yield from super().breaches(root, is_done=is_done)

    def names(self, root: Path) -> set[str]:
        damaged = {str(path.relative_to(root)) for path in root.rglob("*.damaged-*")}
        return super().names(root) | (damaged or {"the damaged file"})


def _history(root: Path) -> History:
    return History(root / _FILE, clock=FakeClock(), timeout=0.05)


def _of(*sightings: Iterator[Sighting] | tuple[Sighting, ...]) -> dict[str, HistoryVideo]:
    """The videos as they are stored."""
    return {one.video.key.id: one.video.as_stored() for some in sightings for one in some}
