"""Find out what a folder can do, by doing it: make a file, link it, lock it, read its name.

The only file it makes has no content, and is removed at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from hingtui.system.files import close_quietly, lock_descriptor
from hingtui.system.files.names import LONGEST_NAME

_MARK = "hingtui-doctor-"


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What a folder can do; None for what could not be found out."""

    path: Path
    exists: bool
    tried: Path
    """The folder that was tried: `path`, or the one in which it would be made."""
    error: str = ""
    """Why no file can be made there; the system's words."""
    longest_name: int | None = None
    """Bytes of a file name that the file system allows."""
    has_long_names: bool | None = None
    """Whether a name of LONGEST_NAME bytes can really be used."""
    has_case: bool | None = None
    """Whether `A` and `a` are two names."""
    has_links: bool | None = None
    """Whether a file can have a second name."""
    has_locks: bool | None = None
    free_bytes: int | None = None
    """Bytes that this user may still write."""
    free_files: int | None = None
    """Files that can still be made; None where the file system has no such limit."""
    file_system: str = ""
    """Its kind, such as `ext4` or `nfs4`; "" if unknown."""


def check_folder(path: Path) -> FolderFacts:
    """Try `path`; where it is missing, the nearest folder above. Blocks."""
    facts = FolderFacts(path, exists=False, tried=path)
    try:
        tried = _nearest(path)
        facts = replace(facts, exists=tried == path, tried=tried, file_system=_file_system(tried))
        facts = _with_space(facts)
        return _with_file(facts)
    except OSError as error:
        return replace(facts, error=error.strerror or str(error))


def _nearest(path: Path) -> Path:
    """`path`, or the folder in which it would be made. Raises OSError if neither can be."""
    while not path.is_dir() and path.parent != path:
        if path.exists() or path.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        path = path.parent
    return path


def _with_space(facts: FolderFacts) -> FolderFacts:
    with contextlib.suppress(OSError):
        facts = replace(facts, free_bytes=shutil.disk_usage(facts.tried).free)
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            state = os.statvfs(facts.tried)
            files = state.f_favail if state.f_files else None
            longest = os.pathconf(facts.tried, "PC_NAME_MAX")
            facts = replace(facts, free_files=files, longest_name=longest)
    return facts


def _with_file(facts: FolderFacts) -> FolderFacts:
    """Make a file, and try everything with it. Raises OSError if none can be made."""
    name = f".{_MARK}{secrets.token_hex(6)}.tmp"
    path = facts.tried / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return replace(
            facts,
            has_long_names=_takes_name(path, name.ljust(LONGEST_NAME, "x")),
            has_case=not (facts.tried / name.swapcase()).exists(),
            has_links=_links(path, facts.tried / f"{name}.2"),
            has_locks=_locks(descriptor),
        )
    finally:
        close_quietly(descriptor)
        path.unlink(missing_ok=True)


def _takes_name(path: Path, name: str) -> bool:
    """Whether a file can have this name, beside `path`."""
    longer = path.with_name(name)
    try:
        close_quietly(os.open(longer, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:  # ENAMETOOLONG, but some network file systems have others
        return False
    longer.unlink(missing_ok=True)
    return True


def _links(path: Path, second: Path) -> bool:
    try:
        second.hardlink_to(path)
    except OSError:  # file systems without hard links raise many different errors
        return False
    second.unlink(missing_ok=True)
    return True


def _locks(descriptor: int) -> bool:
    try:
        return lock_descriptor(descriptor)
    except OSError:
        return False


def _file_system(path: Path) -> str:
    """The kind of the file system that holds `path`, from the kernel's table; "" elsewhere."""
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "replace")
        device = os.stat(path).st_dev  # noqa: PTH116 - Path.stat is the same call
    except OSError:
        return ""
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in table.splitlines():
        mount, _dash, kind = line.partition(" - ")
        if mount.split()[2:3] == [number]:
            return kind.split()[0][:40]
    return ""
