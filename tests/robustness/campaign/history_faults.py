"""The history that runs beside a watch, its faults, and what must be true of it.

Nothing else may suffer from them: all other invariants are checked as in a run without a history.
"""

from __future__ import annotations

import errno
import hashlib
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from hingtui.model.errors import StorageError
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.monitor import Row
from hingtui.storage.history import HISTORY_FILE, History, Search
from tests.robustness.campaign.clock import RunClock
from tests.robustness.campaign.disk import Disk
from tests.robustness.campaign.gateway import Fault
from tests.support.disk.sqlite_files import SqliteFiles

HISTORY = "history"
"""The channel of its faults; `at` is a second of the run."""
KILL = "history: killed as it writes"
ERRORS = {
    "history: full for a while": errno.ENOSPC,
    "history: read-only for a while": errno.EROFS,
    "history: broken for a while": errno.EIO,
}
LOCKED = "history: locked for a while"
DAMAGE = (
    "history: overwritten",
    "history: truncated",
    "history: emptied",
    "history: removed",
    "history: replaced by a folder",
)
AT_A_RESTART = " at a restart"
KINDS = (*ERRORS, LOCKED, *DAMAGE, *(f"{kind}{AT_A_RESTART}" for kind in (LOCKED, *DAMAGE)), KILL)
WATCHES = 0.6
"""The share of watches whose history has a fault."""
_TIMEOUT = 0.02
"""Real seconds for which a process waits for another."""
_MOST = 2
"""Faults of one run: after three damaged files no new history is begun."""


def drawn_faults(seed: int) -> tuple[Fault, ...]:
    """The history's faults in a watch of this seed. Drawn apart, so that the others stay."""
    rng = random.Random(f"history {seed}")  # noqa: S311 - a schedule, no secret
    if rng.random() > WATCHES:
        return ()
    return tuple(
        Fault(rng.choice(KINDS), HISTORY, rng.randint(0, 90), rng.randrange(2**32))
        for _ in range(rng.randint(1, _MOST))
    )


@dataclass(slots=True)
class _Now:
    """What is wrong at this moment."""

    error: int | None = None
    is_kill_due: bool = False
    lock: sqlite3.Connection | None = None


class FaultyHistory:
    """The history's file below `root`. The watch calls `begin`, `between` and `heal`."""

    def __init__(self, root: Path, seen: Path, clock: RunClock, disk: Disk | None) -> None:
        """`seen` is another path of `root`, at which nothing fails."""
        self.path = root / HISTORY_FILE
        self.fired: list[str] = []
        self.is_hurt = False
        """Whether what it held may be lost until the next process begins."""
        self._seen = seen / HISTORY_FILE
        self._clock = clock
        self._disk = disk
        self._now = _Now()
        self._at_restart: list[Fault] = []
        self._was_damaged = False

    def watched(self) -> AbstractContextManager[object]:
        """While entered, SQLite's statements can fail. Enter it within the disk's faults."""
        if self._disk is None:
            root = self.path.parent
            return SqliteFiles(root, threading.RLock(), lambda call, _path: self._ask(call))
        self._disk.disk.before_statement = self._ask
        return nullcontext()

    def open(self) -> History:
        """The history as the program opens it."""
        return History(self.path, clock=self._clock, timeout=_TIMEOUT)

    def begin(self, fault: Fault, restart: Callable[[], None]) -> None:
        """A fault is due. `restart` ends the process in order and begins another."""
        kind = fault.kind
        if kind.endswith(AT_A_RESTART):
            self._at_restart.append(fault)
            restart()
            return
        if kind == KILL:
            self._now.is_kill_due = self._disk is not None
            return
        self.fired.append(kind)
        if kind in ERRORS:
            self._now.error = ERRORS[kind]
            self._clock.later(5.0 + fault.seed % 60, self._end_error)
        elif kind == LOCKED:
            self._lock(fault)
        else:
            self._damage(kind, fault)

    def between(self) -> None:
        """No process runs: let what was to happen at a restart happen now."""
        while self._at_restart:
            fault = self._at_restart.pop()
            kind = fault.kind.removesuffix(AT_A_RESTART)
            self.fired.append(fault.kind)
            if kind == LOCKED:
                self._lock(fault)
            else:
                self._damage(kind, fault)
        self.is_hurt = False

    def heal(self) -> None:
        """End all faults."""
        self._at_restart.clear()
        self._now.is_kill_due = False
        self._end_error()
        self._unlock()

    def check(self, rows: Mapping[VideoKey, Row], ids: set[str]) -> Iterator[str]:
        """Check the file at the end: it opens, and says only what is so.

        `rows` are those that it must hold; only `ids` were ever added.
        """
        self.heal()
        try:
            with closing(self.open()) as history:
                found = history.videos(history.find(Search()))
                for video in found:
                    history.changes(video.key)
                is_whole = history.set_aside is None
        except StorageError as error:
            yield f"history: it does not open: {error!r}"
            return
        if not is_whole and not self._was_damaged:
            yield "history: it was damaged by the program itself"
        if not self._seen.is_file():
            return
        lines = _lines(self._seen)
        yield from _untrue(lines, ids)
        if is_whole:
            yield from _missing(lines, rows)

    def _ask(self, call: str) -> None:
        now = self._now
        if call == "write" and now.is_kill_due and self._disk is not None:
            now.is_kill_due = False
            self.fired.append(KILL)
            self._disk.kill_now()
        if call == "write" and now.error is not None:
            raise OSError(now.error, "the history's disk")

    def _end_error(self) -> None:
        self._now.error = None

    def _lock(self, fault: Fault) -> None:
        if self._now.lock is None and self._seen.is_file():
            lock = sqlite3.connect(
                self._seen, timeout=0, isolation_level=None, check_same_thread=False
            )
            try:
                lock.execute("BEGIN IMMEDIATE")
            except sqlite3.Error:  # the program writes at this very moment, or it is damaged
                lock.close()
                return
            self._now.lock = lock
            self._clock.later(5.0 + fault.seed % 60, self._unlock)

    def _unlock(self) -> None:
        lock, self._now.lock = self._now.lock, None
        if lock is not None:
            with suppress(sqlite3.Error):  # damaged meanwhile
                lock.execute("ROLLBACK")
            lock.close()

    def _damage(self, kind: str, fault: Fault) -> None:
        """Damage the file, and what lies beside it, as a broken disk or a person does."""
        self.is_hurt = self._was_damaged = True
        rng = random.Random(fault.seed)  # noqa: S311 - a schedule, no secret
        if self._seen.is_dir():
            return  # replaced by a folder already
        log = self._seen.with_name(f"{HISTORY_FILE}-wal")
        if kind == "history: removed":
            self._seen.unlink(missing_ok=True)
            return
        if kind == "history: replaced by a folder":
            while not self._seen.is_dir():
                self._seen.unlink(missing_ok=True)
                with suppress(FileExistsError):  # the program has just made the file again
                    self._seen.mkdir()
            return
        for path in (self._seen, log):
            if not path.is_file():
                continue
            size = path.stat().st_size
            with path.open("r+b") as file:
                if kind == "history: overwritten":
                    file.write(rng.randbytes(size))
                else:
                    file.truncate(0 if kind == "history: emptied" else size // 2)


_Line = Mapping[str, object]


def _lines(path: Path) -> list[_Line]:
    """All that the file holds of each video, read without the program."""
    copy = path.with_name("history-copy.sqlite3")
    try:
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as connection:
            connection.row_factory = sqlite3.Row
            lines = connection.execute("SELECT * FROM videos JOIN texts USING (n)").fetchall()
            return [dict(line) for line in lines]
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)


def _untrue(lines: list[_Line], ids: set[str]) -> Iterator[str]:
    for line in lines:
        name = f"{str(line['id'])[:40]!r}"
        if line["id"] not in ids or line["gateway"] != DEFAULT_GATEWAY:
            yield f"history: {name} was never added"
        if (line["state"] == "saved") != (line["path"] is not None):
            yield f"history: {name} is {line['state']}, its file {line['path']}"
        path, digest = Path(str(line["path"])), line["sha256"]
        is_there = digest is not None and path.is_file()
        if is_there and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"history: {name} has another SHA-256 than its file"


def _missing(lines: list[_Line], rows: Mapping[VideoKey, Row]) -> Iterator[str]:
    """What the rows know and the file does not; it may know more than a restored watchlist."""
    known = {line["id"]: line for line in lines}
    for row in rows.values():
        line = known.get(row.id)
        if line is None:
            yield f"history: {row.id[:40]!r} is missing"
            continue
        path = None if row.saved is None else str(row.saved)
        status = None if row.video is None else row.status.value
        is_newer = float(str(line["asked_at"] or 0.0)) > (row.asked_at or 0.0)
        if (line["status"], line["path"]) != (status, path) and not is_newer:
            yield f"history: {row.id[:40]!r} is {line['status']} there, and {status}; {path}"
        if row.video is not None and line["prompt"] != (row.video.prompt or line["prompt"]):
            yield f"history: {row.id[:40]!r} has another prompt"
