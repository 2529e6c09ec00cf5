"""The unfinished file of one video: append to it, continue it, give it its final name.

Beside `<name>.mp4.part` lies its metadata `<name>.mp4.part.json`, written before the first byte: a
part without it is not ours and is set aside. The metadata also says how many bytes are synced: a
power cut may leave holes behind them, so only these bytes are used afterwards.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

from hingtui.download.claim import busy_elsewhere, is_at, open_locked
from hingtui.download.final_names import FinalNames, is_impossible, taken
from hingtui.download.part_metadata import PartMetadata, Source, read_metadata, write_metadata
from hingtui.download.part_names import part_paths, part_target_of
from hingtui.model.errors import Busy
from hingtui.model.key import VideoKey
from hingtui.system.files import (
    boot_id,
    close_quietly,
    give_name,
    is_taken,
    make_folder,
    same_bytes,
    set_aside,
    sweep_leftovers,
    sync_file,
    sync_folder,
)
from hingtui.text.i18n import _

_OPEN_ROUNDS = 10
"""Times that other processes may publish or remove a part between our opening and locking it."""
_PAGE = 4096
SYNC_EVERY = 64 << 20
"""The most bytes that a power cut takes from a download."""

_log = logging.getLogger(__name__)


class Part:
    """An open and locked part file. `opened_part` makes it."""

    def __init__(self, names: FinalNames) -> None:
        self.key = names.key
        self.names = names
        target = part_target_of(names.key, names.folder, names.index)
        self.path, self.sidecar = part_paths(target)
        self.published: Path | None = None
        """The final name it already has: a process was killed before it removed the part's name."""
        self.source: Source | None = None
        self.size = 0
        self._metadata: PartMetadata | None = None
        self._metadata_state: os.stat_result | None = None
        self._synced_bytes = 0
        self._is_announced = False
        """Whether the metadata names the final file; it is removed once that is reported."""
        self._descriptor = self._open()

    @property
    def is_complete(self) -> bool:
        """Whether the part is as long as the server promised."""
        return bool(self.source and self.source.total and self.source.total == self.size)

    @property
    def recorded_name(self) -> str:
        """The final name in the metadata; "" if none was chosen."""
        return self._metadata.name if self._metadata else ""

    def check_not_just_named(self) -> None:
        """Raise Busy if another process has named this file and not yet reported where it is."""
        try:
            self.names.check_not_just_named(self.recorded_name)
        except Busy:
            self._metadata = self._metadata_state = None  # that process removes it
            raise

    def _open(self) -> int:
        for _round in range(_OPEN_ROUNDS):
            descriptor = open_locked(self.path)
            try:
                if self._is_ours(descriptor):
                    return descriptor
            except BaseException:
                close_quietly(descriptor)
                raise
            close_quietly(descriptor)
        raise busy_elsewhere()

    def _is_ours(self, descriptor: int) -> bool:
        """Whether the open file is a part of ours; any other file is set aside."""
        state = os.fstat(descriptor)
        if not is_at(state, self.path):
            return False
        self._read_metadata()
        self.published = self.published or self.names.of(state, self.recorded_name)
        if self._metadata is None and state.st_size and self.published is None:
            set_aside(self.path)
            return False
        if state.st_nlink > 1:
            # Another name leads to these bytes: writing here would change that file too.
            sync_folder(self.path.parent)
            self.path.unlink()
            return False
        self.size = state.st_size
        return True

    def _read_metadata(self) -> None:
        self._metadata, self._metadata_state = read_metadata(self.sidecar, self.key)
        if self._metadata is None and is_taken(self.sidecar):
            set_aside(self.sidecar)

    def load(self) -> None:
        """Keep the bytes of an earlier run that can be trusted; cut off the others."""
        metadata = self._metadata
        if metadata is None or not self.size:
            return
        total = metadata.source.total
        if total is not None and self.size > total:
            self.clear()
            return
        self.source = metadata.source
        self._synced_bytes = min(metadata.synced_bytes, self.size)
        if not boot_id() or metadata.boot != boot_id():
            self._truncate(self._synced_bytes)
        else:
            self._truncate(self.size if self.is_complete else self._size_without_holes())

    def _size_without_holes(self) -> int:
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
        """Drop all bytes."""
        self.source = None
        self._truncate(0)

    def begin(self, source: Source) -> None:
        """Start over with `source`. Bytes are dropped first: a kill must not leave them beside the
        metadata of another source."""
        self._truncate(0)
        self.remember(source)

    def remember(self, source: Source) -> None:
        """Write to the metadata which file the bytes belong to."""
        self._write_metadata(source, self.recorded_name)
        self.source = source

    def _write_metadata(self, source: Source, name: str) -> None:
        metadata = PartMetadata(source, self._synced_bytes, boot_id(), name)
        if metadata != self._metadata:
            self._metadata_state = write_metadata(self.sidecar, self.key, metadata)
            self._metadata = metadata

    def append(self, chunk: bytes) -> None:
        """Write `chunk` at the end, and sync now and then. Raises OSError."""
        rest = memoryview(chunk)
        while rest:
            written = os.write(self._descriptor, rest)
            self.size += written
            rest = rest[written:]
        if self.size - self._synced_bytes >= SYNC_EVERY:
            self._sync_and_remember()

    def sync(self) -> None:
        """Make the bytes outlast a power cut. Raises OSError."""
        self._check_ours()
        os.fsync(self._descriptor)

    def _sync_and_remember(self) -> None:
        """Make the bytes outlast a power cut, and remember that they do."""
        self.sync()
        self._synced_bytes = self.size
        if self.source:
            self.remember(self.source)

    def publish(self, suffix: str) -> Path:
        """Give the file its final name, or use a file of the same bytes that is there already.

        The lock stays until the part is closed.
        """
        self._check_ours()
        try:
            return self._publish(suffix, self.names.choices)
        except OSError as error:
            if not is_impossible(error):
                raise
            return self._publish(suffix, self.names.by_id)

    def _publish(self, suffix: str, choices: Callable[[str], Iterator[Path]]) -> Path:
        earlier = [self.names.folder / self.recorded_name] if self.recorded_name else []
        for path in chain(earlier, taken(choices(suffix))):
            if path.suffix == suffix and same_bytes(self.path, path):
                sync_file(path)
                self._truncate(0)  # `close` removes it: its lock is still needed
                return path
        for path in choices(suffix):
            if not self.names.is_free(path):
                continue
            # After its id, others find it: the metadata goes first, because another process may
            # take the part's name as soon as it is free.
            is_found = self.names.is_by_id(path)
            if not is_found:
                self._announce(path.name)
            if give_name(self.path, path, tidy=self._remove_metadata if is_found else lambda: None):
                break
        return path

    def _announce(self, name: str) -> None:
        """Record the final name, for processes that take the part's name once it is free."""
        self._is_announced = True
        try:
            self._write_metadata(self.source or Source(), name)
        except OSError as error:
            # On a full disk, giving the name may still succeed; without the record, another
            # process may download the file again.
            _log.warning("the name of %s could not be recorded: %r", self.path, error)

    def discard(self) -> None:
        """Remove the part and its metadata; the bytes first, which never lie there without it."""
        self._truncate(0)
        self._remove_metadata()
        self.path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close the part as it is: after a failed `load`, nothing may be recorded as synced."""
        close_quietly(self._descriptor)

    def close(self) -> None:
        """Close the part, synced; remove it if it is empty."""
        try:
            with suppress(OSError):  # what ended the download is reported, not this
                self._tidy()
        finally:
            close_quietly(self._descriptor)

    def _tidy(self) -> None:
        if not is_at(os.fstat(self._descriptor), self.path):
            if self._is_announced:
                self._remove_metadata()
        elif not self.size:
            self.discard()
        elif self.size > self._synced_bytes:
            self._sync_and_remember()

    def _check_ours(self) -> None:
        if not is_at(os.fstat(self._descriptor), self.path):
            reason = _("the unfinished file was removed")
            raise FileNotFoundError(errno.ENOENT, reason, str(self.path))

    def _remove_metadata(self) -> None:
        """Remove the metadata, unless it is that of another process by now."""
        if self._metadata_state is not None and is_at(self._metadata_state, self.sidecar):
            self.sidecar.unlink(missing_ok=True)
        self._metadata = self._metadata_state = None
        sweep_leftovers(self.sidecar)

    def _truncate(self, size: int) -> None:
        if size != os.fstat(self._descriptor).st_size:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        self._synced_bytes = min(self._synced_bytes, size)
        os.lseek(self._descriptor, size, os.SEEK_SET)
        self.size = size


@contextmanager
def opened_part(
    key: VideoKey, folder: Path, index: int = 0, names: FinalNames | None = None
) -> Iterator[Part]:
    """The part of the file number `index` of a job, open and locked; made where missing.

    Raises Busy or OSError.
    """
    make_folder(folder)
    part = Part(names or FinalNames(key, folder, index))
    try:
        part.load()
    except BaseException:
        part.abandon()
        raise
    try:
        yield part
    finally:
        part.close()
