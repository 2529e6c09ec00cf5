"""The watchlist: videos and what was last known of them, in one TOML file that processes share.

Beside `watchlist.toml` lie `watchlist.toml.lock`, which is held during every change, and the backup
`watchlist.toml.bak`, which holds every watched id with its current state, or the one before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.errors import StorageError
from hingtui.model.key import VideoKey
from hingtui.storage.watchlist.entry import Entry, merged
from hingtui.storage.watchlist.layout import (
    FORMAT,
    Damaged,
    chunk_of,
    entry_of,
    joined,
    split,
)
from hingtui.system.clock import Clock
from hingtui.system.files import (
    LOCK_TIMEOUT,
    NotAFile,
    keep_copy,
    locked,
    next_step,
    read_file,
    same_bytes,
    set_aside,
    sync_folder,
    write_atomically,
)
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from hingtui.storage.watchlist.repair import Repair

__all__ = ["MISSING", "Contents", "Entry", "Watchlist"]

MOST_BYTES = 64 << 20
"""The largest file that is written or read, in bytes."""

_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR)
"""The errors of a folder that cannot be made or written to."""

MISSING = (0, 0, 0)
"""The stamp of a missing file."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of the file."""

    entries: dict[VideoKey, Entry]
    """In the order in which they were added."""
    repair: Repair | None = None
    """What was done about a damaged file that was just found."""
    read_only: bool = False
    """Whether a later version of hingtui wrote it; then it is read but never changed."""
    stamp: tuple[int, int, int] = MISSING
    """Which version of the file this is; compare with `Watchlist.stamp()`."""
    format: int = FORMAT
    """The version of its layout."""


class Watchlist:
    """The file at `path`. Its methods block, raise StorageError, and serve any thread."""

    def __init__(
        self, path: Path, *, clock: Clock | None = None, timeout: float = LOCK_TIMEOUT
    ) -> None:
        """`timeout` is how many seconds to wait for another writer."""
        self.path = Path(os.path.realpath(path))
        self.backup_path = self.path.with_name(f"{self.path.name}.bak")
        self._lock_path = self.path.with_name(f"{self.path.name}.lock")
        self._clock = clock or Clock()
        self._timeout = timeout
        # Reading and writing 10,000 entries takes a second: only what changed is done again.
        self._known: dict[str, Entry] = {}

    def stamp(self) -> tuple[int, int, int]:
        """Which version of the file is there now; cheaper than reading it."""
        with self._storage():
            try:
                return _stamp(self.path.stat())
            except FileNotFoundError:
                return MISSING

    def read(self) -> Contents:
        """Read the file. A damaged one is copied aside and replaced by what can be recovered.

        A missing file whose backup exists counts as damaged.
        """
        with self._storage():
            try:
                return self._read()
            except Damaged:
                with self._locked():
                    return self._read_or_repair()

    def change(
        self,
        *,
        add: Iterable[Entry] = (),
        update: Iterable[Entry] = (),
        remove: Iterable[VideoKey] = (),
    ) -> Contents:
        """Remove, add and update entries under the lock, and return the new content.

        `add` appends new videos and updates known ones. `update` ignores videos that are not in the
        file: another process has removed them. A `read_only` file is not changed: check the
        result. Of a file of an earlier format, a copy is kept beside it.
        """
        with self._storage(), self._locked():
            contents = self._read_or_repair()
            if contents.read_only:
                return contents
            entries = dict(contents.entries)
            for key in remove:
                entries.pop(key, None)
            for entry in add:
                entries[entry.key] = merged(entries.get(entry.key), entry)
            for entry in update:
                if known := entries.get(entry.key):
                    entries[entry.key] = merged(known, entry)
            if list(entries.items()) == list(contents.entries.items()):
                if entries:
                    sync_folder(self.path.parent)  # its writer may have been killed before it did
                return contents
            if contents.format < FORMAT:
                name = f"{self.path.name}.format-{contents.format}"
                keep_copy(self.path, self.path.with_name(name))
            stamp = self._write(entries, same_keys=entries.keys() == contents.entries.keys())
            return replace(contents, entries=entries, stamp=stamp, format=FORMAT)

    def _read(self) -> Contents:
        try:
            return self._sound(self.path)
        except FileNotFoundError:
            if self.backup_path.exists():
                raise Damaged from None
            return Contents({})

    def _sound(self, path: Path) -> Contents:
        """The content of `path`, if it is complete. Raises Damaged."""
        data, state = read_file(path, MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Damaged
        stamp = _stamp(state)
        head, chunks = split(data)
        version, count = head.get("format"), head.get("count")
        if type(version) is not int or version < 1:
            raise Damaged
        if version > FORMAT:
            return Contents(self._parse(chunks, skip_bad=True), read_only=True, stamp=stamp)
        if not isinstance(count, int) or len(chunks) < count:
            raise Damaged
        contents = Contents(self._parse(chunks), stamp=stamp, format=version)
        if version < FORMAT:
            self._known = {}  # no text of an earlier format is written again
        return contents

    def _parse(self, chunks: list[str], *, skip_bad: bool = False) -> dict[VideoKey, Entry]:
        known = self._known
        met: dict[str, Entry] = {}
        entries: dict[VideoKey, Entry] = {}
        for chunk in chunks:
            try:
                entry = known.get(chunk) or entry_of(chunk)
            except Damaged:
                if not skip_bad:
                    raise
                continue
            met[chunk] = entry
            twin = entries.get(entry.key)
            entries[entry.key] = twin.followed_by(entry) if twin else entry
        self._known = met
        return entries

    def _read_or_repair(self) -> Contents:
        """Read the file, or repair it; the lock is held."""
        with contextlib.suppress(Damaged):
            return self._read()
        from hingtui.storage.watchlist.repair import Repair  # not for the first picture

        backup = self.backup_path
        entries = self._rescued(backup)
        has_backup = bool(entries) or (backup.is_file() and self._is_sound(backup))
        for key, entry in self._rescued(self.path).items():
            entries.setdefault(key, entry)
        kept = self._kept_aside(self.path)
        if not self._is_sound(backup):
            self._kept_aside(backup)
        repair = Repair(kept, has_backup, len(entries)) if kept is not None else None
        return Contents(entries, repair=repair, stamp=self._write(entries, same_keys=False))

    def _rescued(self, path: Path) -> dict[VideoKey, Entry]:
        """All entries of `path` that can be read."""
        from hingtui.storage.watchlist.rescue import rescued_entries  # not for the first picture

        entries: dict[VideoKey, Entry] = {}
        with contextlib.suppress(FileNotFoundError, NotAFile):
            data, _state = read_file(path, MOST_BYTES)
            for entry in rescued_entries(data, self._clock.time()):
                entries[entry.key] = merged(entries.get(entry.key), entry)
        self._known = {}  # the texts may be of an earlier format
        return entries

    def _is_sound(self, path: Path) -> bool:
        """Whether `path` may be replaced: it is missing, or all of it can be read."""
        try:
            return not self._sound(path).read_only
        except (FileNotFoundError, NotAFile):
            return True
        except Damaged:
            return False

    def _kept_aside(self, path: Path) -> Path | None:
        """Copy the damaged `path` aside, and return where; None if there is no file."""
        from glob import escape  # not for the first picture

        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._clock.time()))
        with contextlib.suppress(FileNotFoundError, NotAFile):
            earlier = path.parent.glob(f"{escape(path.name)}.damaged-*")
            kept = next((copy for copy in earlier if same_bytes(copy, path)), None)
            return kept or keep_copy(path, path.with_name(f"{path.name}.damaged-{moment}"))
        return None

    def _write(self, entries: dict[VideoKey, Entry], *, same_keys: bool) -> tuple[int, int, int]:
        """Write the file, its backup first, and return its new stamp."""
        texts = {id(entry): text for text, entry in self._known.items()}  # _known keeps them alive
        chunks = {texts.get(id(entry)) or chunk_of(entry): entry for entry in entries.values()}
        data = joined(chunks, len(entries))
        if len(data) > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(self.path))
        self._clear_backup_path()
        if not (same_keys and self._keep_previous()):
            write_atomically(self.backup_path, data)
        write_atomically(self.path, data)
        self._known = chunks
        return _stamp(self.path.stat())

    def _clear_backup_path(self) -> None:
        """Give another name to what is no ordinary file: the backup cannot replace it."""
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(self.backup_path.lstat().st_mode):
                set_aside(self.backup_path)

    def _keep_previous(self) -> bool:
        """Make the file that is about to be replaced the backup; False without hard links."""
        if not self.backup_path.exists():
            return False
        link = self.path.with_name(f".{self.path.name}.previous.tmp")  # swept like any other
        try:
            link.unlink(missing_ok=True)
            link.hardlink_to(self.path)
        except OSError:  # file systems without hard links say so with many different numbers
            return False
        link.replace(self.backup_path)
        return True

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._lock_path, timeout=self._timeout)

    @contextmanager
    def _storage(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as cause:
            sentence = _(
                "Another hingtui has held the watchlist {path} for {seconds} seconds. "
                "If it was stopped (Ctrl+Z), continue it or end it."
            )
            message = sentence.format(path=self.path, seconds=round(self._timeout))
            raise StorageError(message) from cause
        except OSError as cause:
            from hingtui.text.wrap import in_a_row  # not for the first picture

            sentence = _("The watchlist {path} cannot be used: {reason}.")
            others = {str(path): path for path in (self.backup_path, self._lock_path)}
            path = others.get(str(cause.filename), self.path)
            message = sentence.format(path=path, reason=cause.strerror or cause)
            place = _("Set HINGTUI_HOME to a folder that you can write to.")
            step = place if cause.errno in _NO_PLACE else next_step(cause)
            raise StorageError.caused_by(cause, in_a_row((message, step))) from cause


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
