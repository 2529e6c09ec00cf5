"""Open and lock the part of a video, so that only one process at a time downloads it.

The lock is on the part itself: it is released when its holder closes the file or dies.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from hingtui.model.errors import Busy
from hingtui.system.files import close_quietly, lock_descriptor, set_aside
from hingtui.text.i18n import _

_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_locked(path: Path) -> int:
    """The descriptor of the file at `path`, made where missing, and locked.

    Raises Busy if another process has locked it, or OSError.
    """
    _clear_way(path)
    descriptor = os.open(path, _FLAGS, 0o666)
    try:
        lock_descriptor(descriptor)
    except BlockingIOError:
        busy = busy_elsewhere()
        busy.part = os.fstat(descriptor)
        close_quietly(descriptor)
        raise busy from None
    except BaseException:
        close_quietly(descriptor)
        raise
    return descriptor


def is_locked_elsewhere(path: Path) -> bool:
    """Whether another process has locked the file at `path`."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except OSError:  # it is no file of ours, or it is gone
        return False
    try:
        lock_descriptor(descriptor)
    except BlockingIOError:
        return True
    except OSError:  # NFS locks no file that is open for reading only
        return False
    finally:
        close_quietly(descriptor)
    return False


def busy_elsewhere() -> Busy:
    """The error for a video that another process is downloading."""
    return Busy(_("Another hingtui is downloading this video"))


def is_at(state: os.stat_result, path: Path) -> bool:
    """Whether `path` still leads to the file of this `state`: it may have been replaced."""
    try:
        return os.path.samestat(state, path.lstat())
    except FileNotFoundError:
        return False


def _clear_way(path: Path) -> None:
    """Rename a folder, link or pipe that stands where the part is to be: it is not ours."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            set_aside(path)
