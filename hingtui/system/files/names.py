"""Make safe file names, find free ones, and give a finished file its final name.

It never replaces a file by another one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from hingtui.system.files.atomic import write_atomically
from hingtui.system.files.disk import is_taken, read_file, same_bytes, sync_folder
from hingtui.system.files.renaming import rename_to_free

LONGEST_NAME = 143
"""Bytes of the longest file name in an encrypted home folder (eCryptfs)."""
NAME_LIMIT = 100
"""Bytes of a safe name: LONGEST_NAME leaves room for a number, an extension, and what is around the
name of a temporary file (`.….mp4.part.json.xxxxxxxx.tmp`)."""
_COPY_LIMIT = 1 << 30

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(video_id: str) -> str:
    """A file name without extension for `video_id`: at most NAME_LIMIT bytes, valid on any system.

    A valid id is its own name. Any other one gets a `~` and a hash of the id appended, so that two
    ids never share a name.
    """
    name = _UNSAFE.sub("_", video_id)
    name = re.sub(r"^[.-]|\.$", "_", name)  # no hidden files, no options, no dot at the end
    name = _RESERVED.sub(r"\1_\2", name) if _RESERVED.match(name) else name
    if name == video_id and 0 < len(name) <= NAME_LIMIT:
        return name
    import hashlib  # not for the first picture

    digest = hashlib.sha256(video_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{name[: NAME_LIMIT - 13]}~{digest}"


def numbered(target: Path) -> Iterator[Path]:
    """`target`, then `stem-2.ext`, `stem-3.ext` and so on for ever."""
    yield target
    for number in count(2):
        yield target.with_name(f"{target.stem}-{number}{target.suffix}")


def publish(part: Path, target: Path, *, tidy: Callable[[], None] = lambda: None) -> Path:
    """Give the finished file `part` its final name, and return that; no file is ever replaced.

    The name is the first free one of `numbered(target)`. A hard link is made before the old name is
    removed, so a kill in between leaves one whole file with two names. `tidy` is called once the
    new name is synced; with hard links, before the old name is removed. Raises OSError: then `part`
    is where it was, or has its final name as well if undoing or tidying failed too.
    """
    for candidate in numbered(target):
        if not is_taken(candidate) and give_name(part, candidate, tidy=tidy):
            break
    return candidate


def give_name(part: Path, name: Path, *, tidy: Callable[[], None] = lambda: None) -> bool:
    """Give the file `part` this name, as `publish` does; False if another process has taken it."""
    try:
        is_linked = _link(part, name)
        if not is_linked:
            rename_to_free(part, name)
    except FileExistsError:
        return False
    _settle(part, name, tidy, is_linked=is_linked)
    return True


def set_aside(path: Path) -> Path:
    """Rename whatever is at `path` to a free name beside it, and return that name."""
    state = path.lstat()
    for earlier in islice(numbered(path), 1, None):
        if not is_taken(earlier):
            break
        if os.path.samestat(state, earlier.lstat()):  # a kill came before the old name was removed
            path.unlink()
            return earlier
    return publish(path, path)


def keep_copy(path: Path, copy: Path) -> Path:
    """Keep the content of `path` also under the name `copy`, or a numbered one; the path of it.

    A copy that exists already, under any of these names, is not made twice.
    """
    for candidate in numbered(copy):
        if not is_taken(candidate):
            break
        if same_bytes(candidate, path):
            return candidate
    try:
        candidate.hardlink_to(path)
    except OSError:  # file systems without hard links raise many different errors
        data, _state = read_file(path, _COPY_LIMIT + 1)
        if len(data) > _COPY_LIMIT:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path)) from None
        write_atomically(candidate, data)
    sync_folder(candidate.parent)
    return candidate


def _settle(part: Path, target: Path, tidy: Callable[[], None], *, is_linked: bool) -> None:
    """Sync the new name, then remove the old one; undo the new name if it cannot be synced."""
    try:
        sync_folder(target.parent)
    except OSError:
        with contextlib.suppress(OSError):  # then the file has two names, or the new one only
            if is_linked:
                target.unlink()
            else:
                rename_to_free(target, part)
        raise
    tidy()
    if is_linked:
        part.unlink()


def _link(part: Path, target: Path) -> bool:
    """Give a file a second name; False where hard links are not supported."""
    if not stat.S_ISREG(part.lstat().st_mode):
        return False
    try:
        target.hardlink_to(part)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # file systems without hard links raise many different errors
        return False
    return True
