"""Rename a file without ever replacing another one, where the system can promise that.

It must not know why. Python's own `os.rename` replaces without a word on anything but Windows.
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
"""What a system or file system without it says; EPERM: a sandbox that has never heard of it."""


def rename_to_free(old: Path, new: Path) -> None:
    """Rename `old` to `new`. Raises FileExistsError where that is taken, or OSError."""
    number = exclusive_rename(os.fsencode(old), os.fsencode(new))
    if number in _UNKNOWN:
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
        old.rename(new)
    elif number:
        raise OSError(number, os.strerror(number), str(old), None, str(new))


def exclusive_rename(old: bytes, new: bytes) -> int:
    """The system's own call: 0, or the number of its error."""
    call = _find_call()
    return errno.ENOSYS if call is None else call(old, new)


def _find_call() -> Callable[[bytes, bytes], int] | None:
    import ctypes  # not before it is needed, which is hardly ever

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
