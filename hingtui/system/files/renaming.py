"""Rename a file without ever replacing another one, where the system supports that.

Python's `os.rename` replaces the other file silently on every system but Windows.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_HERE = -100
"""AT_FDCWD: a relative name counts from the current folder."""
_NO_REPLACE = 1
"""RENAME_NOREPLACE, Linux 3.15."""
_EXCL = 4
"""RENAME_EXCL, macOS 10.12."""
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM)
"""Errors of systems and file systems without the call; EPERM: a sandbox that does not know it."""


def rename_to_free(old: Path, new: Path) -> None:
    """Rename `old` to `new`. Raises FileExistsError if `new` exists, or OSError."""
    number = exclusive_rename(os.fsencode(old), os.fsencode(new))
    if number in _UNKNOWN:
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
        old.rename(new)
    elif number:
        raise OSError(number, os.strerror(number), str(old), None, str(new))


def exclusive_rename(old: bytes, new: bytes) -> int:
    """Make the system's call: 0, or its errno."""
    call = _find_call()
    return errno.ENOSYS if call is None else call(old, new)


def _find_call() -> Callable[[bytes, bytes], int] | None:
    import ctypes  # hardly ever needed

    def number(result: int) -> int:
        return ctypes.get_errno() if result else 0

    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            linux = library.renameat2
            return lambda old, new: number(linux(_HERE, old, _HERE, new, _NO_REPLACE))
        if sys.platform == "darwin":
            darwin = library.renamex_np
            return lambda old, new: number(darwin(old, new, _EXCL))
    except (OSError, AttributeError, TypeError):  # an old or a static C library, or Windows
        return None
    return None
