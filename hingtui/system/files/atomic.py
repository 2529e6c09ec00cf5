"""Replace the content of a file completely, or not at all.

Locks are in `locks`: it does not keep other processes from changing the file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tempfile
from pathlib import Path

from hingtui.system.files.disk import (
    check_is_file,
    close_quietly,
    make_folder,
    sync_folder,
    write_all,
)
from hingtui.system.files.locks import lock_descriptor

_LEFTOVER_AGE = 3600.0
"""Seconds after which a temporary file is taken for a leftover, on file systems without locks."""
_ROUNDS = 10
"""Times that another process may sweep our temporary file away before we lock it."""
_NO_PERMISSIONS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""Errors of fchmod on file systems without permissions (FAT)."""


def write_atomically(
    path: Path, data: bytes, *, mode: int = 0o600, must_be_private: bool = False
) -> None:
    """Give `path` the content `data` and the permissions `mode`: completely, or not at all.

    A missing folder is made (0700); a symbolic link stays, and its target is written. Only a
    regular file is replaced. With `must_be_private`, a file system without permissions is an error.
    Raises OSError.
    """
    path = Path(os.path.realpath(path))
    check_is_file(path)
    make_folder(path.parent, mode=0o700)
    temporary, descriptor = _temporary(path)
    try:
        _permit(descriptor, mode, must_be_private=must_be_private)
        write_all(descriptor, data)
        os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to report
            temporary.unlink(missing_ok=True)
        raise
    finally:
        close_quietly(descriptor)
    sync_folder(path.parent)
    sweep_leftovers(path)


def sweep_leftovers(path: Path) -> None:
    """Remove the temporary files that killed writers of `path` have left."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}\.tmp")
    with contextlib.suppress(OSError):  # another process sweeps too; the next write tries again
        for entry in path.parent.iterdir():
            if ours.fullmatch(entry.name):
                _remove_if_dead(entry, path)


def _temporary(path: Path) -> tuple[Path, int]:
    """A new file beside `path`, open and locked until its writer closes it or dies."""
    for _round in range(_ROUNDS):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        temporary = Path(name)
        try:
            lock_descriptor(descriptor)
            if os.path.samestat(os.fstat(descriptor), temporary.lstat()):
                return temporary, descriptor
        except (BlockingIOError, FileNotFoundError):
            pass  # another process swept it away before we locked it
        except BaseException:
            close_quietly(descriptor)
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        close_quietly(descriptor)
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))


def _permit(descriptor: int, mode: int, *, must_be_private: bool) -> None:
    if os.name != "posix" or stat.S_IMODE(os.fstat(descriptor).st_mode) == mode:
        return
    try:
        os.fchmod(descriptor, mode)
    except OSError as error:
        if must_be_private or error.errno not in _NO_PERMISSIONS:
            raise


def _remove_if_dead(leftover: Path, path: Path) -> None:
    """Remove a temporary file whose writer is dead: its lock is free."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(leftover, flags)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            return
        if lock_descriptor(descriptor) or state.st_mtime < path.stat().st_mtime - _LEFTOVER_AGE:
            leftover.unlink()
    except BlockingIOError:
        pass  # its writer is alive
    finally:
        close_quietly(descriptor)
