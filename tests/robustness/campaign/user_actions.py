"""Actions of the user and of other processes on a watch, and the ids that must be watched then."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hingtui.model.errors import StorageError
from hingtui.monitor import Monitor
from hingtui.storage.watchlist import Entry, Watchlist
from tests.robustness.campaign.clock import RunClock
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.oracle import ids_in
from tests.support.disk.faulty_disk import Killed
from tests.support.keys import key, keys

SETTLED = 90.0
"""Seconds within which contrary changes of an id may end either way."""
USER, OTHER = "the user", "another process"


@dataclass(frozen=True, slots=True)
class _LastChange:
    at: float
    party: str
    is_in: bool


class ActionLog:
    """Records who added and removed which ids, and so what the watchlist must hold."""

    def __init__(self, clock: RunClock, path: Path) -> None:
        self._clock = clock
        self._path = path
        self._changes: dict[str, _LastChange] = {}
        self._open: set[str] = set()
        """Ids with contrary changes, or whose last change may have been lost."""
        self._durable: set[str] = set()

    def record(self, video_id: str, party: str, *, is_in: bool) -> None:
        """Record that `party` added or removed an id."""
        last, now = self._changes.get(video_id), self._clock.monotonic()
        if last is not None and last.is_in != is_in:
            self._durable.discard(video_id)
            if last.party != party and now - last.at < SETTLED:
                self._open.add(video_id)
        self._changes[video_id] = _LastChange(now, party, is_in)

    def mark_uncertain(self, video_id: str) -> None:
        """Record that the last change of this id may have been lost."""
        self._open.add(video_id)

    @property
    def ever(self) -> set[str]:
        """All ids that were ever added."""
        return set(self._changes)

    @property
    def watched(self) -> set[str]:
        """The ids that must be watched."""
        return {i for i, change in self._changes.items() if change.is_in} - self._open

    def look(self) -> None:
        """Record the ids in the file: they must survive a kill."""
        self._durable |= (ids_in(self._path) or set()) & self.watched

    def after_kill(self) -> Iterator[str]:
        """Check the file after a kill; changes not written yet may be lost."""
        held = ids_in(self._path)
        backup = ids_in(self._path.with_name(f"{self._path.name}.bak"))
        found = (held if held is not None else backup) or set()
        for video_id in sorted(self._durable - found - self._open):
            yield f"I2: {video_id[:40]!r} was in the watchlist before a kill, and is not now"
        for video_id, change in self._changes.items():
            if (video_id in found) != change.is_in:
                self._open.add(video_id)

    def after_failed_end(self) -> None:
        """After a process could not write its watchlist, ids that it removed may be back."""
        found = ids_in(self._path) or set()
        self._open |= {i for i, change in self._changes.items() if i in found and not change.is_in}

    def at_the_end(self) -> Iterator[str]:
        """Check the file after the watch has stopped."""
        found = ids_in(self._path)
        if found is None and self._path.exists():
            yield f"I2: the watchlist is damaged: {self._path.read_bytes()[:200]!r}"
        found = found or set()
        for video_id in sorted(self.watched - found):
            yield f"I2: {video_id[:40]!r} was added, and is not in the watchlist"
        for video_id, change in self._changes.items():
            if not change.is_in and video_id not in self._open and video_id in found:
                yield f"{video_id[:40]!r} was removed, and is in the watchlist again"


class UserActions:
    """Carries out the actions of the user at the dashboard and of other processes."""

    def __init__(
        self, action_log: ActionLog, pool: Executor, clock: RunClock, root: Path, seen: Path
    ) -> None:
        self.action_log = action_log
        self._pool = pool
        self._clock = clock
        self._path = root / "watchlist.toml"
        self._seen = seen / "watchlist.toml"
        """The same file by a path whose operations are not counted."""

    def user(self, kind: str, monitor: Monitor, film: Film, rng: random.Random) -> None:
        """Carry out an action of the user; call it in the event loop's thread."""
        match kind:
            case "user: adds":
                self.add(monitor, film.id)
            case "user: removes":
                self._remove(monitor, film.id)
            case "user: removes and adds again":
                self._remove(monitor, film.id)
                self.add(monitor, film.id)
            case "user: removes and undoes it":
                if self._remove(monitor, film.id):
                    monitor.restore()
                    self.action_log.record(film.id, USER, is_in=True)
            case "user: cancels":
                monitor.cancel(keys(film.id))
            case "user: cancels and saves":
                monitor.cancel(keys(film.id))
                monitor.download(keys(film.id))
            case "user: asks again":
                monitor.ask(rng.choice((None, keys(film.id))))
            case "user: pauses":
                monitor.pause(True)
            case "user: goes on":
                monitor.pause(False)
            case _:
                raise LookupError(kind)

    def add(self, monitor: Monitor, video_id: str) -> None:
        """The user adds an id."""
        monitor.add([video_id])
        self.action_log.record(video_id, USER, is_in=True)

    def other(self, kind: str, film: Film, rng: random.Random) -> None:
        """Carry out an action of another process, in another thread."""
        if kind == "other: damages the watchlist":
            self._damage(rng)
        if kind == "other: deletes the watchlist":
            self._delete()
        if "removes" in kind:
            self._later(partial(self._change, film.id, is_in=False))
        if "adds" in kind:
            fresh = f"other_{rng.randrange(1000)}" if "removes" in kind else film.id
            self._later(partial(self._change, fresh, is_in=True))

    def _later(self, change: Callable[[], None]) -> None:
        self._pool.submit(change)

    def _remove(self, monitor: Monitor, video_id: str) -> int:
        if gone := monitor.remove(keys(video_id)):
            self.action_log.record(video_id, USER, is_in=False)
        return gone

    def _change(self, video_id: str, *, is_in: bool) -> None:
        entry = Entry(video_id, self._clock.time())
        try:
            watchlist = Watchlist(self._path, clock=self._clock)
            if is_in:
                watchlist.change(add=[entry])
            elif key(video_id) in watchlist.read().entries:
                watchlist.change(remove=keys(video_id))
            else:
                return
        except (StorageError, Killed):
            self.action_log.mark_uncertain(video_id)
        self.action_log.record(video_id, OTHER, is_in=is_in)

    def _damage(self, rng: random.Random) -> None:
        """Damage the file as a broken disk or another program does, but not its backup."""
        if not self._seen.exists():
            return
        data = self._seen.read_bytes()
        self._seen.write_bytes(
            rng.choice((b"", data[: len(data) // 2], bytes(len(data)), b"not = [toml", b"\xff" * 9))
        )

    def _delete(self) -> None:
        """Delete the file but not its backup, as by accident."""
        self._seen.unlink(missing_ok=True)
