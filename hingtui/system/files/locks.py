"""Exclusive locks among threads and processes, with a time limit.

A lock is released when the process that holds it dies.
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

LOCK_TIMEOUT = 10.0
"""Seconds to wait for a lock: its holder must then be hanging or stopped."""
_LONGEST_PAUSE = 0.02
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_jitter = random.SystemRandom()


@contextmanager
def locked(path: Path, *, blocking: bool = True, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Meanwhile, hold the lock file `path`, which is made where missing and never removed.

    Raises TimeoutError if another holds it for `timeout` seconds; without `blocking`,
    BlockingIOError at once.
    """
    make_folder(path.parent, mode=0o700)
    descriptor = _held(path, timeout if blocking else None)
    try:
        yield
    finally:
        close_quietly(descriptor)


def _held(path: Path, timeout: float | None) -> int:
    """The lock file, open and locked. None: do not wait."""
    # Polling: the system's own waiting has no time limit.
    ends = time.monotonic() + (timeout or 0.0)
    pause = 0.001
    while True:
        descriptor = _try(path)
        if descriptor is not None:
            return descriptor
        if timeout is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))
        if time.monotonic() >= ends:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(path))
        time.sleep(pause * _jitter.uniform(0.5, 1.0))
        pause = min(_LONGEST_PAUSE, pause * 2)


def _try(path: Path) -> int | None:
    """The lock file, open and locked; None while another process has locked it."""
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
    close_quietly(descriptor)  # held by another, or the file was removed before we locked it
    return None


def lock_descriptor(descriptor: int) -> bool:
    """Lock an open file until it is closed. Raises BlockingIOError if it is locked already.

    False on a file system without locks: nothing is locked there, and hingtui works anyway.
    """
    try:
        _lock(descriptor)
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 40  # far behind the end: a locked byte can be neither read nor written

    def _lock(descriptor: int) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(errno.EAGAIN, "locked") from error
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
