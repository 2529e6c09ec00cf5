"""Make files and folders outlast a power cut, and read without blocking for ever.

It must not know locks, or which file stands for what.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path

from hingtui.text.i18n import _

_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF)
_CHUNK = 1 << 20
_READ = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would never let go of us
)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NotAFile(OSError):
    """A folder, pipe, device or socket stands where a file should."""


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make `folder` and its parents where missing, so that they outlast a power cut."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    if _is_empty(folder):  # whoever made it may have died before it was to last
        sync_folder(folder.parent)
    for one in reversed(missing):
        one.mkdir(mode, exist_ok=True)
        try:
            sync_folder(one.parent)
        except OSError:
            with contextlib.suppress(OSError):  # not empty: another process uses it already
                one.rmdir()
            raise


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlast a power cut, where the file system can promise it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as trouble:
        if trouble.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        close_quietly(descriptor)


def sync_file(path: Path) -> None:
    """Make a file that somebody wrote, and its name, outlast a power cut."""
    descriptor = os.open(path, _READ)
    try:
        os.fsync(descriptor)
    finally:
        close_quietly(descriptor)
    sync_folder(path.parent)


def close_quietly(descriptor: int) -> None:
    """Close it: what had to reach the disk was fsynced before, or has failed already."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def is_taken(path: Path) -> bool:
    """Whether anything stands there. Raises OSError where nobody can tell: it may be precious."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def check_is_file(path: Path) -> None:
    """Raise NotAFile where something stands at `path` that is no ordinary file."""
    with contextlib.suppress(FileNotFoundError):
        _check(path.lstat(), path)


def read_file(path: Path, limit: int, *, follow: bool = True) -> tuple[bytes, os.stat_result]:
    """The first `limit` bytes of a file, and its state. Raises OSError, and NotAFile at once.

    Not to `follow` means that a symbolic link is no file either.
    """
    if not follow:
        _check(path.lstat(), path)
    descriptor = os.open(path, _READ if follow else _READ | _NOFOLLOW)
    try:
        state = os.fstat(descriptor)
        _check(state, path)
        return _read(descriptor, limit), state
    finally:
        close_quietly(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, as many calls as it may take."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def same_bytes(one: Path, other: Path) -> bool:
    """Whether both are readable files of the same content."""
    try:
        with contextlib.ExitStack() as stack:
            first, state = _opened(one, stack)
            second, other_state = _opened(other, stack)
            if os.path.samestat(state, other_state):
                return True
            return state.st_size == other_state.st_size and _are_same(first, second)
    except OSError:  # what cannot be read is not the same
        return False


def boot_id() -> str:
    """What is another one after each start of this machine; "" where that cannot be known."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _opened(path: Path, stack: contextlib.ExitStack) -> tuple[int, os.stat_result]:
    """An ordinary file, open until `stack` ends."""
    descriptor = os.open(path, _READ)
    stack.callback(close_quietly, descriptor)
    state = os.fstat(descriptor)
    _check(state, path)
    return descriptor, state


def _check(state: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(state.st_mode):
        raise NotAFile(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(state.st_mode):
        raise NotAFile(errno.EINVAL, _("it is no ordinary file"), str(path))


def _read(descriptor: int, limit: int) -> bytes:
    chunks: list[bytes] = []
    while limit > 0 and (chunk := os.read(descriptor, min(limit, _CHUNK))):
        chunks.append(chunk)
        limit -= len(chunk)
    return b"".join(chunks)


def _are_same(one: int, other: int) -> bool:
    while True:
        chunk = _read(one, _CHUNK)
        if chunk != _read(other, _CHUNK):
            return False
        if not chunk:
            return True
