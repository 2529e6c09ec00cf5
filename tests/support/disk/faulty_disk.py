"""Let the disk of this process fail: with an error, when it is full, by a kill or a power cut.

System calls below one folder are counted, whatever the program keeps there.

    with FaultyDisk(tmp_path) as disk:
        work()                          # disk.steps: what was done, in order
    for at in range(1, len(disk.steps) + 1):
        with FaultyDisk(another) as disk:
            disk.fail(at, errno.EIO)    # or disk.kill(at), with pytest.raises(Killed)
            work()
"""

from __future__ import annotations

import errno
import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.support.disk.caught_calls import DESCRIPTORS, NAMES, Call, CaughtCalls
from tests.support.disk.power_cut import Platter
from tests.support.disk.sqlite_files import SqliteFiles

_NEEDS_ROOM = {"create", "write", "mkdir", "link", "symlink", "fsync", "fdatasync"}
_WRITES = {*_NEEDS_ROOM, *NAMES, *DESCRIPTORS}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_KILL = 0
"""Stands where the number of an error would."""


class Killed(BaseException):
    """The process is no more: no `except Exception` and no cleaning up has any effect from here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One system call: `create`, `open`, `read`, `write`, `fsync`, `replace`, `flock`, `close`…"""

    call: str
    """As in `os`, but `create` for an `open` that makes the file."""
    name: str
    """The file, from the root on; of two the second."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.call in _WRITES


class FaultyDisk:
    """While entered, everything this process does below `root` is counted and can go wrong.

    `looks` counts `stat` and its like too. `remembers` is needed for `power_cut`: it keeps every
    file below `root` in memory. Without `links` the file system knows no hard ones. With `sqlite`
    each statement of SQLite is a step too. All numbers count from 1: the next step is 1. An fsync
    is only counted: nobody pulls this machine's plug.
    """

    def __init__(
        self,
        root: Path,
        *,
        looks: bool = False,
        remembers: bool = False,
        links: bool = True,
        sqlite: bool = False,
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self.steps: list[Step] = []
        self._looks = looks
        self._links = links
        self._remembers = remembers
        self._calls = CaughtCalls(root, _FaultyCalls(self))
        self._platter: Platter | None = None
        self._lock = threading.RLock()
        self.before_statement: Callable[[str], None] | None = None
        """Is called before each of SQLite's statements, and may raise OSError."""
        self._databases = SqliteFiles(root, self._lock, self._ask) if sqlite else None
        self._orders: dict[int, int] = {}
        """By number of the step: the error to raise, or _KILL."""
        self._full_since: tuple[int, int] | None = None
        self._owed: dict[int, int] = {}
        """Errors that the next write to a descriptor meets: the last one was cut short."""
        self._dead = False
        self._excepthook = threading.excepthook

    def fail(self, at: int, error: int) -> None:
        """The `at`-th step from now on raises OSError(error).

        A write on a full disk is cut short first, as the kernel does; the next one raises.
        """
        with self._lock:
            self._orders[len(self.steps) + at] = error

    def fail_from(self, at: int, error: int) -> None:
        """The same for that step and every later one that writes, until `heal`.

        A full disk (ENOSPC, EDQUOT) still renames, removes and truncates; any other does not.
        """
        with self._lock:
            self._full_since = (len(self.steps) + at, error)

    def kill(self, at: int) -> None:
        """SIGKILL instead of the `at`-th step from now on: Killed there and at whatever follows.

        A write is torn: half of its bytes reach the file.
        """
        with self._lock:
            self._orders[len(self.steps) + at] = _KILL

    def heal(self) -> None:
        """Nothing that was ordered goes wrong from now on; what is dead stays dead."""
        with self._lock:
            self._orders.clear()
            self._owed.clear()
            self._full_since = None

    def revive(self) -> None:
        """As a new process finds it: nothing is open, no lock is held, nothing goes wrong."""
        with self._lock:
            self.heal()
            self._calls.close_all()
            if self._databases is not None:
                with self._calls.uncaught():
                    self._databases.revive()
            self._dead = False

    def power_cut(self, chance: random.Random | None = None) -> None:
        """What was not fsynced may be gone: by `chance`, or all of it. `revive` comes next."""
        assert self._platter is not None, "FaultyDisk(root, remembers=True)"
        with self._lock, self._calls.uncaught():
            self._dead = True
            self._calls.boots += 1
            if self._databases is not None and self._databases.is_alive:
                self._databases.freeze()
            self._platter.cut(chance)
            if self._databases is not None:
                self._databases.revive(chance, is_cut=True)

    def settle(self) -> None:
        """Everything that is there now has long been on the disk."""
        with self._lock, self._calls.uncaught():
            if self._platter:
                self._platter = Platter(self.root)

    @property
    def is_dead(self) -> bool:
        """Whether the kill has come."""
        return self._dead

    @property
    def open_files(self) -> list[str]:
        """What is open below the root at this moment."""
        with self._lock:
            databases = self._databases.open_databases if self._databases is not None else []
            return sorted(self._calls.named(p) for p in [*self._calls.open_files, *databases])

    def __enter__(self) -> Self:
        if self._remembers:
            self._platter = Platter(self.root)
        self._excepthook = threading.excepthook
        threading.excepthook = self._thread_ended
        self._calls.catch()
        if self._databases is not None:
            self._databases.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._dead:
            self.revive()
        if self._databases is not None:
            self._databases.__exit__()
        self._calls.release()
        threading.excepthook = self._excepthook

    def _thread_ended(self, args: Any) -> None:
        if not issubclass(args.exc_type, Killed):
            self._excepthook(args)

    def _next_error(self, call: str, place: Path) -> int | None:
        """Count a step: the error that it meets, _KILL, or None for neither."""
        if self._dead:
            raise Killed
        self.steps.append(Step(call, self._calls.named(place)))
        number = len(self.steps)
        if number in self._orders:
            return self._orders.pop(number)
        if self._full_since is not None and number >= self._full_since[0]:
            error = self._full_since[1]
            return error if call in (_NEEDS_ROOM if error in _FULL else _WRITES) else None
        return None

    def _raise_error(self, error: int | None, place: Path) -> None:
        if error == _KILL:
            self._dead = True
            if self._databases is not None:
                with self._calls.uncaught():
                    self._databases.freeze()
            raise Killed
        if error is not None:
            raise OSError(error, os.strerror(error), str(place))

    def _ask(self, call: str, place: Path) -> None:
        """One of SQLite's statements comes next."""
        if self._dead:
            raise Killed
        if self.before_statement is not None:
            self.before_statement(call)
        if call != "rollback":  # it writes nothing
            self._raise_error(self._next_error(call, place), place)


class _FaultyCalls:
    """Makes each call, or lets it fail as the faulty disk is set up."""

    def __init__(self, disk: FaultyDisk) -> None:
        self._disk = disk

    @property
    def counts_looks(self) -> bool:
        return self._disk._looks or self._disk._dead

    def step(self, call: str, place: Path, act: Call) -> Any:
        disk = self._disk
        with disk._lock:
            disk._raise_error(disk._next_error(call, place), place)
            return act()

    def look(self, call: str, place: Path, act: Call) -> Any:
        if self._disk._looks:
            return self.step(call, place, act)
        if self._disk._dead:
            raise Killed
        return act()

    def change(self, call: str, places: list[Path], act: Call) -> Any:
        disk = self._disk

        def remembered() -> Any:
            if call == "link" and not disk._links:
                disk._raise_error(errno.EPERM, places[-1])
            if disk._platter is None:
                return act()
            with disk._calls.uncaught():
                disk._platter.before(*places)
                result = act()
                disk._platter.after(*places)
            return result

        return self.step(call, places[-1], remembered)

    def create(self, place: Path, act: Call) -> Any:
        disk = self._disk

        def remembered() -> Any:
            descriptor = act()
            if disk._platter:
                with disk._calls.uncaught():
                    disk._platter.after(place, is_new=True)
            return descriptor

        return self.step("create", place, remembered)

    def sync(self, call: str, descriptor: int, place: Path) -> Any:
        disk = self._disk

        def remembered() -> None:
            if disk._platter:
                with disk._calls.uncaught():
                    disk._platter.synced(descriptor, place)

        return self.step(call, place, remembered)

    def write(self, descriptor: int, place: Path, data: memoryview, real: Call) -> int:
        disk = self._disk
        half = data[: len(data) // 2]
        with disk._lock:
            error = disk._next_error("write", place)
            if descriptor in disk._owed:
                error = disk._owed.pop(descriptor)
            elif error in _FULL and half:
                disk._owed[descriptor] = error
                return int(real(descriptor, half))
            elif error == _KILL and half:
                real(descriptor, half)
            disk._raise_error(error, place)
            return int(real(descriptor, data))

    def close(self, descriptor: int, place: Path, act: Call) -> None:
        """The kernel closes whatever happens: an error comes after it, and a kill does not mind."""
        disk = self._disk
        with disk._lock:
            disk._owed.pop(descriptor, None)
            act()
            if not disk._dead:
                self.step("close", place, lambda: None)
