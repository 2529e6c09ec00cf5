"""The unfinished file of one video: its bytes, the lock on it, and its final name. No network.

It must not know any network, nor whether what was received is a video.

Beside `<name>.mp4.part` lies its note `<name>.mp4.part.json`, on the disk before the first byte is:
a part without it is somebody else's file and is set aside. The lock is on the part itself and dies
with its holder. The note also says how many bytes are sure to be on the disk: after a power cut,
which may leave holes, only these are believed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from hingtui.download.part_metadata import PartMetadata, Source, read_metadata, write_metadata
from hingtui.model.errors import Busy, StorageTrouble
from hingtui.model.file_kind import FileKind
from hingtui.system.files import (
    boot_id,
    close_quietly,
    is_taken,
    lock_descriptor,
    make_folder,
    make_last,
    numbered,
    publish,
    safe_name,
    same_bytes,
    set_aside,
    sweep_leftovers,
    sync_folder,
)
from hingtui.text.i18n import _

_OPEN_ROUNDS = 10
"""Times a part may be published or removed by others between our opening and locking it."""
_SUFFIXES = tuple(dict.fromkeys(kind.suffix for kind in FileKind if kind is not FileKind.TEXT))
"""Of the final names that a download can get."""
_PAGE = 4096
SYNC_EVERY = 64 << 20
"""Bytes at most that a power cut takes from a download."""


class Part:
    """An open and locked part file. `opened_part` makes it."""

    def __init__(self, video_id: str, target: Path) -> None:
        self.video_id = video_id
        self.target = target
        self.path, self.sidecar = _paths(target)
        self.published: Path | None = None
        """The final name it has already: a publisher was killed before it took the old one away."""
        self.source: Source | None = None
        self.size = 0
        self._note: PartMetadata | None = None
        self._note_state: os.stat_result | None = None
        self._solid = 0
        self._descriptor = self._open()

    @property
    def is_complete(self) -> bool:
        """Whether every promised byte is here."""
        return bool(self.source and self.source.total and self.source.total == self.size)

    def _open(self) -> int:
        for _round in range(_OPEN_ROUNDS):
            descriptor = _open_locked(self.path)
            try:
                if self._is_ours(descriptor):
                    return descriptor
            except BaseException:
                close_quietly(descriptor)
                raise
            close_quietly(descriptor)
        raise Busy(_busy())

    def _is_ours(self, descriptor: int) -> bool:
        """Whether the open file is the part, and a part of ours; what is not is set aside."""
        state = os.fstat(descriptor)
        if not _is_at(state, self.path):
            return False
        self._read_note()
        self.published = self.published or _final_name(state, self.target)
        if self._note is None and state.st_size and self.published is None:
            set_aside(self.path)
            return False
        if state.st_nlink > 1:
            # Another name leads to these bytes: writing here would change that file too.
            sync_folder(self.path.parent)
            self.path.unlink()
            return False
        self.size = state.st_size
        return True

    def _read_note(self) -> None:
        self._note, self._note_state = read_metadata(self.sidecar, self.video_id)
        if self._note is None and is_taken(self.sidecar):
            set_aside(self.sidecar)

    def load(self) -> None:
        """Find out what the bytes from earlier are worth; drop those that nobody can vouch for."""
        note = self._note
        if note is None or not self.size:
            return
        total = note.source.total
        if total is not None and self.size > total:
            self.clear()
            return
        self.source = note.source
        self._solid = min(note.solid, self.size)
        if not boot_id() or note.boot != boot_id():
            self._truncate(self._solid)
        else:
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
        note = PartMetadata(source, self._solid, boot_id())
        if note != self._note:
            self._note_state = write_metadata(self.sidecar, self.video_id, note)
            self._note = note
        self.source = source

    def append(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            written = os.write(self._descriptor, rest)
            self.size += written
            rest = rest[written:]
        if self.size - self._solid >= SYNC_EVERY:
            self._make_solid()

    def sync(self) -> None:
        """Make the bytes outlast a power cut."""
        self._check_ours()
        os.fsync(self._descriptor)

    def _make_solid(self) -> None:
        """Make the bytes outlast a power cut, and remember that they do."""
        self.sync()
        self._solid = self.size
        if self.source:
            self.note(self.source)

    def publish(self, suffix: str) -> Path:
        """Give the finished file its final name; a file of the same bytes that is there will do."""
        self._check_ours()
        target = self.target.with_suffix(suffix)
        for candidate in takewhile(is_taken, numbered(target)):
            if same_bytes(self.path, candidate):
                make_last(candidate)
                self.discard()
                return candidate
        # The note goes first where it can: as soon as the part's name is free, it is another one's.
        return publish(self.path, target, tidy=self._remove_note)

    def discard(self) -> None:
        """Remove the part and its note; bytes never stand there without a note."""
        self._truncate(0)
        self._remove_note()
        self.path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Let go of the part as it is: after a failed `load`, nobody vouches for its bytes."""
        close_quietly(self._descriptor)

    def close(self) -> None:
        """Let go of the part; an empty one is not left lying about."""
        try:
            with suppress(OSError):  # tidying: what ended the download is what is to be told
                self._tidy()
        finally:
            close_quietly(self._descriptor)

    def _tidy(self) -> None:
        if not _is_at(os.fstat(self._descriptor), self.path):
            return
        if not self.size:
            self.discard()
        elif self.size > self._solid:
            self._make_solid()

    def _check_ours(self) -> None:
        if not _is_at(os.fstat(self._descriptor), self.path):
            told = _("somebody removed the unfinished file")
            raise FileNotFoundError(errno.ENOENT, told, str(self.path))

    def _remove_note(self) -> None:
        """Remove our own note: another one's may stand there once the part's name is free."""
        if self._note_state is not None and _is_at(self._note_state, self.sidecar):
            self.sidecar.unlink(missing_ok=True)
        self._note = self._note_state = None
        sweep_leftovers(self.sidecar)

    def _truncate(self, size: int) -> None:
        if size != os.fstat(self._descriptor).st_size:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        self._solid = min(self._solid, size)
        os.lseek(self._descriptor, size, os.SEEK_SET)
        self.size = size


@contextmanager
def opened_part(video_id: str, folder: Path) -> Iterator[Part]:
    """The part file of this video, locked; made where missing. Raises Busy, or OSError."""
    make_folder(folder)
    part = Part(video_id, _target(video_id, folder))
    try:
        part.load()
    except BaseException:
        part.abandon()
        raise
    try:
        yield part
    finally:
        part.close()


def discard_part(video_id: str, folder: Path) -> None:
    """Remove what was received of a video, unless someone is downloading it just now.

    Raises StorageTrouble.
    """
    path, sidecar = _paths(_target(video_id, folder))
    with told_as_storage_trouble(folder):
        if not is_taken(path) and not is_taken(sidecar):
            return
        with suppress(Busy), opened_part(video_id, folder) as part:
            part.discard()
            sync_folder(folder)


def published_as(state: os.stat_result | None, video_id: str, folder: Path) -> Path | None:
    """The final name of the part that another process was seen writing to; None if it has none."""
    return None if state is None else _final_name(state, _target(video_id, folder))


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


_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def _target(video_id: str, folder: Path) -> Path:
    return folder / f"{safe_name(video_id)}.mp4"


def _paths(target: Path) -> tuple[Path, Path]:
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json")


def _open_locked(path: Path) -> int:
    _clear_way(path)
    descriptor = os.open(path, _FLAGS, 0o666)
    try:
        lock_descriptor(descriptor)
    except BlockingIOError:
        busy = Busy(_busy())
        busy.part = os.fstat(descriptor)
        close_quietly(descriptor)
        raise busy from None
    except BaseException:
        close_quietly(descriptor)
        raise
    return descriptor


def _clear_way(path: Path) -> None:
    """A folder, a link, a pipe where the part is to be: it is somebody's, and gets another name."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            set_aside(path)


def _busy() -> str:
    return _("Another hingtui is downloading this video")


def _is_at(state: os.stat_result, path: Path) -> bool:
    """Whether `path` still leads to the file that was opened: another may have published it."""
    try:
        return os.path.samestat(state, path.lstat())
    except FileNotFoundError:
        return False


def _final_name(state: os.stat_result, target: Path) -> Path | None:
    """The final name that leads to the file of this `state`, where there is one."""
    for suffix in _SUFFIXES:
        names = takewhile(is_taken, numbered(target.with_suffix(suffix)))
        if (found := next((name for name in names if _is_at(state, name)), None)) is not None:
            return found
    return None
