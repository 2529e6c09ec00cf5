"""Make files and folders outlast a power cut, and read without blocking for ever."""

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
    | getattr(os, "O_NONBLOCK", 0)  # opening a pipe without a writer would block
)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NotAFile(OSError):
    """A folder, pipe, device or socket stands where a file should."""


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make `folder` and its missing parents, so that they outlast a power cut. Raises OSError."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    if _is_empty(folder):  # its maker may have died before syncing it
        sync_folder(folder.parent)
    for new in reversed(missing):
        new.mkdir(mode, exist_ok=True)
        try:
            sync_folder(new.parent)
        except OSError:
            with contextlib.suppress(OSError):  # not empty: another process uses it already
                new.rmdir()
            raise


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlast a power cut, where the file system supports it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        close_quietly(descriptor)


def sync_file(path: Path) -> None:
    """Make a finished file and its name outlast a power cut. Raises OSError."""
    descriptor = os.open(path, _READ)
    try:
        os.fsync(descriptor)
    finally:
        close_quietly(descriptor)
    sync_folder(path.parent)


def close_quietly(descriptor: int) -> None:
    """Close it and ignore errors: data that must reach the disk was fsynced before."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def is_taken(path: Path) -> bool:
    """Whether anything exists at `path`. Raises OSError if that cannot be found out."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def check_is_file(path: Path) -> None:
    """Raise NotAFile if something other than an ordinary file is at `path`."""
    with contextlib.suppress(FileNotFoundError):
        _check(path.lstat(), path)


def read_file(path: Path, limit: int, *, follow: bool = True) -> tuple[bytes, os.stat_result]:
    """The first `limit` bytes of a file, and its state. Raises OSError, or NotAFile.

    Without `follow`, a symbolic link is not a file either.
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
    """Write every byte, in as many calls as it takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def same_bytes(path: Path, other: Path) -> bool:
    """Whether both are readable files of the same content."""
    try:
        with contextlib.ExitStack() as stack:
            first, state = _opened(path, stack)
            second, other_state = _opened(other, stack)
            if os.path.samestat(state, other_state):
                return True
            return state.st_size == other_state.st_size and _are_same(first, second)
    except OSError:  # an unreadable file counts as different
        return False


def boot_id() -> str:
    """The kernel's boot id, which changes with each start of the machine; "" if unavailable."""
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
        raise NotAFile(errno.EINVAL, _("it is not a regular file"), str(path))


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
