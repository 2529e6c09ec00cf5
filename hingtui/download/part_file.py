"""Knows the unfinished file of one video: its bytes, what they are a piece of, and who may write.

It must not know any network, nor whether what was received is a video.

Beside `<name>.mp4.part` lies `<name>.mp4.part.json`, written before the first byte: a part without
it is of unknown origin and begins again. The lock is on the part itself and dies with its holder.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

from hingtui.errors import Busy, StorageTrouble
from hingtui.files import (
    lock_descriptor,
    numbered,
    publish,
    safe_name,
    sweep_leftovers,
    write_atomically,
)
from hingtui.i18n import _

_OPEN_ROUNDS = 10
"""Times a part may be published or removed by others between our opening and locking it."""
_SIDECAR_LIMIT = 64 << 10
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """The file on the server that the bytes are a piece of."""

    total: int | None = None
    """Bytes of the whole, where the server said so."""
    validator: str | None = None
    """What `If-Range` takes."""
    origin: str = ""
    """Where the bytes came from: `scheme://host:port`."""


class Part:
    """An open and locked part file. `opened_part` makes it."""

    def __init__(self, video_id: str, target: Path) -> None:
        self.video_id = video_id
        self.target = target
        self.path, self.sidecar = _paths(target)
        self.published: Path | None = None
        """The final name it has already: a publisher was killed before it took the old one away."""
        self.source: Source | None = None
        self._descriptor = self._open()
        self.size = os.fstat(self._descriptor).st_size

    @property
    def is_complete(self) -> bool:
        """Whether every promised byte is here."""
        return bool(self.source and self.source.total and self.source.total == self.size)

    def _open(self) -> int:
        for _round in range(_OPEN_ROUNDS):
            descriptor = _open_locked(self.path)
            state = os.fstat(descriptor)
            if _is_at(state, self.path) and state.st_nlink == 1:
                return descriptor
            if _is_at(state, self.path):
                # Another name leads to these bytes: writing here would change that file too.
                self.published = self.published or _final_name(state, self.target)
                self.path.unlink()
            os.close(descriptor)
        raise Busy(_busy())

    def load(self) -> None:
        """Find out what the bytes from earlier are worth; drop them where nobody can tell."""
        source = _read_sidecar(self.sidecar, self.video_id) if self.size else None
        if source is None or (source.total is not None and self.size > source.total):
            self.clear()
            return
        self.source = source
        self._truncate(self.size if self.is_complete else self._solid_size())

    def _solid_size(self) -> int:
        """The size without the zeros at its end that a power cut leaves for unwritten pages."""
        end = self.size
        while end:
            begin = max(0, end - (1 << 20))
            os.lseek(self._descriptor, begin, os.SEEK_SET)
            block = os.read(self._descriptor, end - begin).rstrip(b"\0")
            end = begin + len(block)
            if block:
                break
        return end if self.size - end >= _PAGE else self.size

    def clear(self) -> None:
        """Forget all bytes."""
        self.source = None
        self._truncate(0)

    def begin(self, source: Source) -> None:
        """Begin at byte 0 of `source`. A kill leaves no bytes beside the note of another source."""
        self._truncate(0)
        self.note(source)

    def note(self, source: Source) -> None:
        """Remember what the bytes are a piece of."""
        if source != self.source:
            note = {"id": self.video_id, **asdict(source)}
            write_atomically(self.sidecar, json.dumps(note).encode())
            self.source = source

    def append(self, chunk: bytes) -> None:
        written = os.write(self._descriptor, chunk)
        self.size += written
        while written < len(chunk):
            more = os.write(self._descriptor, memoryview(chunk)[written:])
            written += more
            self.size += more

    def sync(self) -> None:
        """Make the bytes outlast a power cut."""
        self._check_ours()
        os.fsync(self._descriptor)

    def publish(self) -> Path:
        """Give the finished file its final name; a file of the same bytes that is there will do."""
        self._check_ours()
        for candidate in takewhile(os.path.lexists, numbered(self.target)):
            if _same_bytes(self.path, candidate):
                self.discard()
                return candidate
        saved = publish(self.path, self.target)
        self._remove_note()
        return saved

    def discard(self) -> None:
        """Remove the part and its note."""
        self.path.unlink(missing_ok=True)
        self._remove_note()

    def close(self) -> None:
        """Let go of the part; an empty one is not left lying about."""
        try:
            if not self.size and _is_at(os.fstat(self._descriptor), self.path):
                self.discard()
        finally:
            os.close(self._descriptor)

    def _check_ours(self) -> None:
        if not _is_at(os.fstat(self._descriptor), self.path):
            told = _("somebody removed the unfinished file")
            raise FileNotFoundError(errno.ENOENT, told, str(self.path))

    def _remove_note(self) -> None:
        self.sidecar.unlink(missing_ok=True)
        sweep_leftovers(self.sidecar, before=math.inf)  # we hold the lock: nobody is writing one

    def _truncate(self, size: int) -> None:
        if size != os.fstat(self._descriptor).st_size:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        os.lseek(self._descriptor, size, os.SEEK_SET)
        self.size = size


@contextmanager
def opened_part(video_id: str, folder: Path) -> Iterator[Part]:
    """The part file of this video, locked; made where missing. Raises Busy, or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    part = Part(video_id, _target(video_id, folder))
    try:
        part.load()
        yield part
    finally:
        part.close()


def discard_part(video_id: str, folder: Path) -> None:
    """Remove what was received of a video, unless someone is downloading it just now.

    Raises StorageTrouble.
    """
    path, sidecar = _paths(_target(video_id, folder))
    if not os.path.lexists(path) and not os.path.lexists(sidecar):
        return
    with told_as_storage_trouble(folder), suppress(Busy), opened_part(video_id, folder) as part:
        part.clear()  # an empty part goes when it is closed


def part_size(video_id: str, folder: Path) -> int:
    """Bytes received of a video so far."""
    try:
        return _paths(_target(video_id, folder))[0].stat().st_size
    except OSError:
        return 0


@contextmanager
def told_as_storage_trouble(folder: Path) -> Iterator[None]:
    """Turn what the disk under `folder` refuses into one sentence."""
    try:
        yield
    except OSError as refused:
        is_full = refused.errno in (errno.ENOSPC, errno.EDQUOT)
        if is_full:
            told = _("The disk is full: {folder}").format(folder=folder)
        else:
            reason = refused.strerror or type(refused).__name__
            told = _("Cannot save in {folder}: {reason}").format(folder=folder, reason=reason)
        trouble = StorageTrouble(told)
        trouble.is_full = is_full
        raise trouble from refused


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def _target(video_id: str, folder: Path) -> Path:
    return folder / f"{safe_name(video_id)}.mp4"


def _paths(target: Path) -> tuple[Path, Path]:
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json")


def _open_locked(path: Path) -> int:
    descriptor = os.open(path, _FLAGS | os.O_CREAT, 0o666)
    try:
        lock_descriptor(descriptor, blocking=False)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(_busy()) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _busy() -> str:
    return _("Another hingtui is downloading this video")


def _is_at(state: os.stat_result, path: Path) -> bool:
    """Whether `path` still leads to the file that was opened: another may have published it."""
    try:
        return os.path.samestat(state, path.lstat())
    except FileNotFoundError:
        return False


def _final_name(state: os.stat_result, target: Path) -> Path | None:
    names = takewhile(os.path.lexists, numbered(target))
    return next((name for name in names if _is_at(state, name)), None)


def _same_bytes(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:  # what cannot be read is not the same
        return False


def _read_sidecar(path: Path, video_id: str) -> Source | None:
    """What the note says; None where it is missing, damaged, or of another video."""
    try:
        with path.open("rb") as file:
            note = json.loads(file.read(_SIDECAR_LIMIT))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    if not isinstance(note, dict) or note.get("id") != video_id:
        return None
    total, validator, origin = note.get("total"), note.get("validator"), note.get("origin")
    if not (total is None or (type(total) is int and total >= 0)):
        return None
    if not (validator is None or isinstance(validator, str)) or not isinstance(origin, str):
        return None
    return Source(total, validator, origin)
