"""What SQLite's errors mean: damage, another process, a full disk; and the sentence for each."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from hingtui.model.errors import StorageError
from hingtui.storage.history.schema import NotAHistory, TooNew
from hingtui.system.files import NotAFile, next_step
from hingtui.text.i18n import _
from hingtui.text.wrap import in_a_row

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_CONTRADICTORY = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
"""One table holds what is missing in another, such as a video without its texts."""
_SHORT_READ = 522
"""SQLITE_IOERR_SHORT_READ: the file ends too early."""
_STRANGE = ("no such ", "Could not decode")
"""A table or column that is missing, or bytes that are no text: these have no code of their own."""


class DamagedRepeatedly(OSError):
    """The file was damaged several times."""


class Interrupted(StorageError):
    """`interrupt` has ended it: the result is not needed any more."""


def is_damage(error: Exception) -> bool:
    """Whether the file can never be used again."""
    if isinstance(error, NotAFile | NotAHistory):
        return True
    code = _code(error)
    is_strange = code in (0, sqlite3.SQLITE_ERROR) and str(error).startswith(_STRANGE)
    return code & 0xFF in _DAMAGED or code in (*_CONTRADICTORY, _SHORT_READ) or is_strange


def is_busy(error: Exception) -> bool:
    """Whether another process holds it."""
    return _code(error) & 0xFF in _BUSY


def is_full(error: Exception) -> bool:
    """Whether the disk has no room."""
    return _code(error) & 0xFF == sqlite3.SQLITE_FULL


def storage_error(error: Exception, path: Path) -> StorageError:
    """The error as one sentence."""
    if isinstance(error, StorageError):
        return error
    if _code(error) & 0xFF == sqlite3.SQLITE_INTERRUPT:
        return Interrupted("interrupted")
    if isinstance(error, TooNew):
        words = _("The history {path} is of a newer hingtui: nothing is recorded in it.")
        return StorageError(words.format(path=path))
    if isinstance(error, DamagedRepeatedly):
        words = _("The history {path} was damaged several times: no new one is begun.")
        return StorageError(words.format(path=path))
    if is_busy(error) or isinstance(error, TimeoutError):
        words = _("Another program holds the history {path}.")
        return StorageError(words.format(path=path))
    words = _("The history {path} cannot be used: {reason}.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    message = words.format(path=path, reason=reason)
    if isinstance(error, OSError):
        return StorageError.caused_by(error, in_a_row((message, next_step(error))))
    cause = OSError(errno.ENOSPC if is_full(error) else 0, reason)
    found = StorageError(in_a_row((message, next_step(cause))))
    found.is_full = is_full(error)
    return found


def _code(error: Exception) -> int:
    """SQLite's extended code; 0 for an error of another kind."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code if isinstance(code, int) else 0
