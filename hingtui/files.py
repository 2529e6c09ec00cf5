"""Knows how to change files so that a crash leaves old or new, and never a mixture of both.

It must not know what stands in the files: watchlist, token and videos are all the same to it.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

NAME_LIMIT = 120
"""Bytes of a safe name: leaves room for numbers and extensions below the usual 255."""

_LEFTOVER_AGE = 3600.0
"""Seconds after which a temporary file must be one whose writer was killed."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF)


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Give `path` the content `data` and the permissions `mode`: all of it, or nothing changes.

    A missing folder is made (0700); a symbolic link stays and what it points at is written.
    Raises OSError.
    """
    path = Path(os.path.realpath(path))
    _make_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if sys.platform != "win32":
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    sweep_leftovers(path, before=path.stat().st_mtime - _LEFTOVER_AGE)


def sweep_leftovers(path: Path, *, before: float) -> None:
    """Remove temporary files that killed writers of `path` left `before` that Unix time."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):  # another process sweeps too
            if leftover.lstat().st_mtime < before:
                leftover.unlink()


@contextmanager
def locked(path: Path, *, blocking: bool = True) -> Iterator[None]:
    """Hold the lock file `path` (made where missing, never removed) among threads and processes.

    It is free again when its holder dies. Not `blocking` raises BlockingIOError where it is held.
    """
    _make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock_descriptor(descriptor, blocking=blocking)
        yield
    finally:
        os.close(descriptor)


def lock_descriptor(descriptor: int, *, blocking: bool) -> None:
    """Lock an open file until it is closed; BlockingIOError where another open file holds it.

    On a file system that knows no locks nothing is locked: working unlocked beats not at all.
    """
    try:
        _lock(descriptor, blocking=blocking)
    except BlockingIOError:
        raise
    except OSError as trouble:
        if trouble.errno not in _NO_LOCKS:
            raise


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
        os.close(descriptor)


def safe_name(video_id: str) -> str:
    """A file name without extension for `video_id`, at most NAME_LIMIT bytes, safe on any system.

    An id that is safe already is its own name. Every other one gets a `~` and a hash of the id
    appended, so that two ids never share a name.
    """
    name = _UNSAFE.sub("_", video_id)
    name = re.sub(r"^[.-]|\.$", "_", name)  # no hidden files, no options, no dot at the end
    name = _RESERVED.sub(r"\1_\2", name) if _RESERVED.match(name) else name
    if name == video_id and 0 < len(name) <= NAME_LIMIT:
        return name
    digest = hashlib.sha256(video_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{name[: NAME_LIMIT - 13]}~{digest}"


def numbered(target: Path) -> Iterator[Path]:
    """`target`, then `stem-2.ext`, `stem-3.ext` and so on for ever."""
    yield target
    for number in count(2):
        yield target.with_name(f"{target.stem}-{number}{target.suffix}")


def publish(part: Path, target: Path) -> Path:
    """Give the finished file `part` its final name and return it; never over another file.

    The name is the first free one of `numbered(target)`. A hard link comes first and the old name
    goes last, so a kill in between leaves one whole file with two names. Raises OSError, and then
    `part` is where it was.
    """
    candidates = numbered(target)
    while True:
        candidate = next(candidates)
        if os.path.lexists(candidate):
            continue
        with contextlib.suppress(FileExistsError):  # another process has just taken that name
            _move(part, candidate)
            return candidate


def _move(part: Path, target: Path) -> None:
    """Move `part` to the free name `target`, for good or not at all."""
    try:
        target.hardlink_to(part)
        linked = True
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without hard links says so with many different numbers
        part.rename(target)
        linked = False
    try:
        sync_folder(target.parent)
    except OSError:
        if linked:
            target.unlink()
        else:
            target.rename(part)
        raise
    if linked:
        part.unlink()


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 40  # a lock forbids reading and writing there: lock where nothing stands

    def _lock(descriptor: int, *, blocking: bool) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            while True:
                try:
                    return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                except OSError as trouble:
                    if not blocking:
                        raise BlockingIOError(errno.EAGAIN, "locked") from trouble
                    time.sleep(0.05)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int, *, blocking: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if blocking else fcntl.LOCK_EX | fcntl.LOCK_NB)
