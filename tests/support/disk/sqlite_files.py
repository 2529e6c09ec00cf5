"""Let SQLite's statements fail, and leave its files as a kill or a power cut leaves them.

SQLite's system calls are made in C, where `caught_calls` does not see them. So each statement
counts as one step. Whether it fails is decided elsewhere.
"""

from __future__ import annotations

import errno
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

_SUFFIXES = ("", "-wal", "-journal")
_SHARED_MEMORY = "-shm"
_READS = ("SELECT", "PRAGMA INTEGRITY_CHECK")
_CODES = {
    errno.ENOSPC: (sqlite3.SQLITE_FULL, "database or disk is full"),
    errno.EDQUOT: (sqlite3.SQLITE_FULL, "database or disk is full"),
    errno.EACCES: (sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
    errno.EROFS: (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
    errno.EBUSY: (sqlite3.SQLITE_BUSY, "database is locked"),
}
_OTHER = (sqlite3.SQLITE_IOERR, "disk I/O error")

Ask = Callable[[str, Path], None]
"""Is called before each statement, with `read`, `write` or `rollback`, and with the database.

It raises OSError where the statement is to fail, or what ends the process.
"""


class SqliteFiles:
    """While entered, each statement on a database below `root` asks first."""

    def __init__(self, root: Path, lock: AbstractContextManager[Any], ask: Ask) -> None:
        """`lock` is held during each statement: a kill comes before or after it."""
        self._roots = {os.path.abspath(root), os.path.realpath(root)}  # noqa: PTH100
        self._lock = lock
        self._ask = ask
        self._connect = sqlite3.connect
        self._open: set[_Connection] = set()
        self._paths: set[Path] = set()
        self._frozen: dict[Path, bytes] | None = None
        """What the files held at the kill."""

    def __enter__(self) -> Self:
        self._connect = sqlite3.connect
        sqlite3.connect = self._connected  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        self.revive()
        sqlite3.connect = self._connect

    @property
    def is_alive(self) -> bool:
        """Whether no kill has come."""
        return self._frozen is None

    @property
    def open_databases(self) -> list[Path]:
        """The databases to which there is a connection."""
        return sorted(connection.path for connection in self._open)

    def freeze(self) -> None:
        """The process is killed now: what its connections do from here on has no effect."""
        paths = [path.with_name(f"{path.name}{end}") for path in self._paths for end in _SUFFIXES]
        self._frozen = {path: path.read_bytes() for path in paths if path.is_file()}

    def revive(self, cut: random.Random | None = None, *, is_cut: bool = False) -> None:
        """Leave the files as the next process finds them.

        After a power cut (`is_cut`) the end of the log is missing, by chance or all of it: it is
        synced only before its pages go into the database.
        """
        frozen, self._frozen = self._frozen, None
        if frozen is None:
            return
        for connection in list(self._open):
            connection.close_for_good()
        self._open.clear()
        for path, data in frozen.items():
            path.unlink(missing_ok=True)
            is_torn = is_cut and path.name.endswith("-wal")
            kept = 0 if cut is None else cut.randrange(len(data) + 1)
            path.write_bytes(data[:kept] if is_torn else data)
            path.chmod(0o600)
        for path in self._paths:
            for suffix in (*_SUFFIXES, _SHARED_MEMORY):
                beside = path.with_name(f"{path.name}{suffix}")
                if suffix and beside not in frozen:
                    beside.unlink(missing_ok=True)

    def before(self, connection: _Connection, statement: str) -> None:
        """Let a statement fail if it is to."""
        words = statement.lstrip().upper()
        call = "read" if words.startswith(_READS) else "write"
        try:
            self._ask("rollback" if words == "ROLLBACK" else call, connection.path)
        except OSError as error:
            if connection.in_transaction:  # SQLite does so after these errors
                sqlite3.Connection.execute(connection, "ROLLBACK")
            raise _sqlite_error(error) from None

    def closed(self, connection: _Connection) -> None:
        """A connection was closed."""
        self._open.discard(connection)

    def _connected(self, database: Any, *args: Any, **more: Any) -> sqlite3.Connection:
        path = os.path.abspath(os.fsdecode(database))  # noqa: PTH100
        if not path.startswith(tuple(f"{root}{os.sep}" for root in self._roots)):
            outside: sqlite3.Connection = self._connect(database, *args, **more)
            return outside
        with self._lock:
            connection = self._connect(database, *args, factory=_Connection, **more)
            assert isinstance(connection, _Connection)
            connection.of = (self, self._lock, Path(path))
            self._paths.add(connection.path)
            self._open.add(connection)
        return connection


class _Connection(sqlite3.Connection):
    of: tuple[SqliteFiles, AbstractContextManager[Any], Path]

    @property
    def path(self) -> Path:
        return self.of[2]

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        files, lock, _path = self.of
        with lock:
            files.before(self, sql)
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        files, lock, _path = self.of
        with lock:
            files.before(self, sql)
            return super().executemany(sql, parameters)

    def close(self) -> None:
        files, lock, _path = self.of
        with lock:
            if files._frozen is None:
                super().close()
                files.closed(self)

    def close_for_good(self) -> None:
        super().close()


def _sqlite_error(error: OSError) -> sqlite3.OperationalError:
    """What SQLite raises where its system call meets this error."""
    code, message = _CODES.get(error.errno or 0, _OTHER)
    found = sqlite3.OperationalError(message)
    found.sqlite_errorcode = code
    return found
