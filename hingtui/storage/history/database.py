"""One connection to the history's file: open it, find it damaged, set it aside, begin a new one.

Several processes may hold the file open. It is opened, and set aside, only under a lock of its own:
SQLite would mix the logs of two files that had the same name.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from glob import escape
from itertools import count
from pathlib import Path
from typing import TypeVar

from hingtui.storage.history import failures, schema
from hingtui.system.clock import Clock
from hingtui.system.files import (
    NotAFile,
    check_is_file,
    give_name,
    is_on_network,
    is_taken,
    locked,
    make_folder,
)

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process: its transactions take milliseconds."""
MOST_SET_ASIDE = 3
"""Damaged files that are kept. After so many the disk is bad, and no new history is begun."""
_LOG_LIMIT = 4 << 20
"""Bytes that the file's log may keep once it is empty."""

_GONE = (-1, -1)
"""Stands for a file that is not there any more: a new one can have its number."""

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Database:
    """The file at `path`. Its methods block, raise StorageError, and serve any thread."""

    def __init__(
        self, path: Path, *, clock: Clock | None = None, timeout: float = BUSY_TIMEOUT
    ) -> None:
        """`timeout` is how many seconds to wait for another process."""
        self.path = Path(os.path.realpath(path))
        self.set_aside: Path | None = None
        """Where a damaged file was put by this process."""
        self.generation = 0
        """Grows with each new file: what was written before is not in it."""
        self._lock_path = self.path.with_name(f"{self.path.name}.lock")
        self._clock = clock or Clock()
        self._timeout = timeout
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        """Device and inode of the open file."""

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """The result of `work`, which only reads."""
        return self._run(work)

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """The result of `work`, in one transaction: all of it is written, or nothing."""

        def transaction(connection: sqlite3.Connection) -> Result:
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            connection.execute("COMMIT")
            return result

        return self._run(transaction)

    def interrupt(self) -> None:
        """End what another thread reads or writes at this moment, with an error there."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed meanwhile
                connection.interrupt()

    def close(self) -> None:
        """Close the file, if it is open."""
        with self._guard:
            self._close()

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._guard:
            try:
                return self._tried(work)
            except (sqlite3.DatabaseError, NotAFile) as error:
                if not failures.is_damage(error):
                    raise failures.storage_error(error, self.path) from error
                _log.warning("the history is damaged: %r", error)
            except (OSError, schema.TooNew) as error:
                raise failures.storage_error(error, self.path) from error
            try:
                self._set_aside_damaged()
                return self._tried(work)
            except (sqlite3.Error, OSError, schema.TooNew) as error:
                self._close()
                raise failures.storage_error(error, self.path) from error

    def _tried(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            return self._done(work)
        except BaseException:
            self._roll_back()
            raise

    def _done(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if self._connection is not None and _identity(self.path) != self._opened:
            self._close()  # another process has set it aside, or it was removed
            self._opened = _GONE
        if self._connection is None:
            self._connection = self._open()
        return work(self._connection)

    def _open(self) -> sqlite3.Connection:
        make_folder(self.path.parent, mode=0o700)
        with locked(self._lock_path, timeout=self._timeout):
            check_is_file(self.path)
            self._make_private()
            connection = sqlite3.connect(
                self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False
            )
            try:
                _choose_journal(connection, self.path)
                for setting in ("synchronous = NORMAL", "temp_store = MEMORY"):
                    connection.execute(f"PRAGMA {setting}")
                connection.execute(f"PRAGMA journal_size_limit = {_LOG_LIMIT}")
                schema.prepare(connection)
                opened = _identity(self.path)
            except BaseException:
                connection.close()
                raise
        if self._opened is not None and opened != self._opened:
            self.generation += 1
        self._opened = opened
        return connection

    def _make_private(self) -> None:
        """Make the file if it is missing; only its owner may read it, SQLite's own beside it too.

        A file that may not be written becomes writable, if it is ours. It must not be opened here:
        closing it would release the locks that another connection of this process holds on it, and
        the next process to close the file would take its log away (sqlite.org/howtocorrupt.html).
        """
        try:
            mode = stat.S_IMODE(self.path.lstat().st_mode)
        except FileNotFoundError:
            flags = os.O_RDONLY | os.O_CREAT | os.O_EXCL
            os.close(os.open(self.path, flags, 0o600))
            return
        if os.name == "posix" and mode != 0o600:
            with contextlib.suppress(PermissionError):  # another user's: SQLite says it
                self.path.chmod(0o600)

    def _set_aside_damaged(self) -> None:
        """Give the damaged file another name, so that a new one is begun."""
        damaged = self._opened or _identity(self.path)
        self._close()
        with locked(self._lock_path, timeout=self._timeout):
            if _identity(self.path) != damaged:
                return  # another process has done it
            # Earlier versions put a number before `.damaged`.
            earlier = self.path.parent.glob(f"{escape(self.path.name)}*.damaged-*[0-9]")
            if sum(1 for _one in earlier) >= MOST_SET_ASIDE:
                raise failures.DamagedRepeatedly
            moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._clock.time()))
            self._opened = _GONE
            self.set_aside = _give_free_name(self.path, f"{self.path.name}.damaged-{moment}")
            for suffix in ("-wal", "-journal"):
                beside = self.path.with_name(f"{self.path.name}{suffix}")
                if is_taken(beside):
                    beside.rename(self.set_aside.with_name(f"{self.set_aside.name}{suffix}"))
            self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                _log.warning("the history could not be rolled back: %r", error)
                self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error as error:  # what is written stays in the log until the next start
                _log.warning("the history could not be closed: %r", error)


def _choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Use a write-ahead log, so that writing does not wait for readers.

    It needs shared memory, which two machines do not have: on a network's file system the older
    kind of journal is used.
    """
    if not is_on_network(path.parent):
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if failures.is_busy(error) or failures.is_full(error):
                raise
            _log.warning("no write-ahead log for the history: %r", error)
        else:
            if mode == "wal":
                return
    connection.execute("PRAGMA journal_mode = DELETE")


def _give_free_name(path: Path, name: str) -> Path:
    """Rename `path` to `name`, or to `name-2`, `name-3` and so on; the path of the name it got."""
    target = path.with_name(name)
    for number in count(2):
        if not is_taken(target) and give_name(path, target):
            break
        target = path.with_name(f"{name}-{number}")
    return target


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file this is; None if there is none."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_dev, state.st_ino
