"""Exclusive locks among threads and processes, with a time limit.

It must not know what is done meanwhile. A lock dies with the process that holds it.
"""

from __future__ import annotations

import errno
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.system.files.disk import close_quietly, make_folder

PATIENCE = 10.0
"""Seconds after which a holder must be one that hangs or was stopped."""
_LONGEST_PAUSE = 0.02
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_jitter = random.SystemRandom()


@contextmanager
def locked(path: Path, *, blocking: bool = True, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock file `path` (made where missing, never removed) among threads and processes.

    It is free again when its holder dies. Raises TimeoutError where it is held for `patience`
    seconds; not `blocking`, BlockingIOError at once.
    """
    make_folder(path.parent, mode=0o700)
    descriptor = _held(path, patience if blocking else None)
    try:
        yield
    finally:
        close_quietly(descriptor)


def _held(path: Path, patience: float | None) -> int:
    """The lock file, open and locked. None: do not wait."""
    # A lock asked for again and again: the system's own waiting ends with the holder or never.
    ends = time.monotonic() + (patience or 0.0)
    pause = 0.001
    while True:
        descriptor = _try(path)
        if descriptor is not None:
            return descriptor
        if patience is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))
        if time.monotonic() >= ends:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(path))
        time.sleep(pause * _jitter.uniform(0.5, 1.0))
        pause = min(_LONGEST_PAUSE, pause * 2)


def _try(path: Path) -> int | None:
    """The lock file, open and locked; None while another one has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600)
    try:
        lock_descriptor(descriptor)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        close_quietly(descriptor)
        raise
    close_quietly(descriptor)  # held, or somebody has removed the file that we were waiting for
    return None


def lock_descriptor(descriptor: int) -> bool:
    """Lock an open file until it is closed; BlockingIOError where another open file holds it.

    On a file system that knows no locks nothing is locked, and the answer is False: working
    unlocked beats not at all.
    """
    try:
        _lock(descriptor)
    except BlockingIOError:
        raise
    except OSError as trouble:
        if trouble.errno not in _NO_LOCKS:
            raise
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 40  # a lock forbids reading and writing there: lock where nothing stands

    def _lock(descriptor: int) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as trouble:
            raise BlockingIOError(errno.EAGAIN, "locked") from trouble
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
