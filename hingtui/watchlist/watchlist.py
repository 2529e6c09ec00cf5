"""Knows the watchlist: ids and last-known videos in one TOML file that many processes share.

It must not know when videos are asked about, how they are downloaded, or how they are shown.

Beside `watchlist.toml` stands `watchlist.toml.lock`, held for every change, and the backup
`watchlist.toml.bak`: it holds every watched id, with what was known about it now or a change ago.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import tomli_w

from hingtui.clock import Clock
from hingtui.errors import StorageTrouble
from hingtui.files import locked, numbered, write_atomically
from hingtui.i18n import _
from hingtui.watchlist.entry import Entry, parse_entry

__all__ = ["MISSING", "Contents", "Entry", "Watchlist"]

FORMAT = 1
"""The version of the file that is written here."""

MISSING = (0, 0, 0)
"""The stamp of a file that is not there."""

_TABLE = re.compile(r"^\[\[videos\]\][ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(r'(\w+) = (".*"|[0-9][0-9.e+]*)')


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in the file."""

    entries: dict[str, Entry]
    """By id, in the order in which they were added."""
    set_aside: Path | None = None
    """The copy of a damaged file, where one was just found and replaced."""
    read_only: bool = False
    """Written by a later version of hingtui: it can be read here and is never changed."""
    stamp: tuple[int, int, int] = MISSING
    """Which version of the file this is; compare with `Watchlist.stamp()`."""


class _Damaged(Exception):
    """The bytes are not a whole watchlist."""


class Watchlist:
    """The file at `path`. Its methods block, raise StorageTrouble, and serve any thread."""

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self.path = Path(os.path.realpath(path))
        self.backup_path = self.path.with_name(f"{self.path.name}.bak")
        self._lock_path = self.path.with_name(f"{self.path.name}.lock")
        self._clock = clock or Clock()
        # Reading and writing 10,000 entries takes a second: only what changed is done again.
        self._known: dict[str, Entry] = {}

    def stamp(self) -> tuple[int, int, int]:
        """Which version of the file is there now: cheap, to notice changes made by others."""
        with self._storage():
            try:
                return _stamp(self.path.stat())
            except FileNotFoundError:
                return MISSING

    def read(self) -> Contents:
        """What stands in the file; a damaged one is set aside and replaced by what can be saved."""
        with self._storage():
            try:
                return self._read()
            except _Damaged:
                with locked(self._lock_path):
                    return self._read_or_repair()

    def change(
        self,
        *,
        add: Iterable[Entry] = (),
        update: Iterable[Entry] = (),
        remove: Iterable[str] = (),
    ) -> Contents:
        """Remove, add, update, in one step that no other process comes between; the result.

        `add` puts new ids at the end and updates the ones that are there. `update` leaves out ids
        that are gone, for somebody has removed them. A `read_only` file stays as it is: look.
        """
        with self._storage(), locked(self._lock_path):
            contents = self._read_or_repair()
            if contents.read_only:
                return contents
            entries = dict(contents.entries)
            for video_id in remove:
                entries.pop(video_id, None)
            for entry in add:
                entries[entry.id] = _merged(entries.get(entry.id), entry)
            for entry in update:
                if known := entries.get(entry.id):
                    entries[entry.id] = _merged(known, entry)
            if list(entries.items()) == list(contents.entries.items()):
                return contents
            stamp = self._write(entries, same_ids=entries.keys() == contents.entries.keys())
            return replace(contents, entries=entries, stamp=stamp)

    def _read(self) -> Contents:
        try:
            with self.path.open("rb") as file:
                stamp = _stamp(os.fstat(file.fileno()))
                data = file.read()
        except FileNotFoundError:
            return Contents({})
        head, chunks = _split(data)
        version = head.get("format")
        if isinstance(version, int) and version > FORMAT:
            return Contents(self._parse(chunks, skip_bad=True), read_only=True, stamp=stamp)
        count = head.get("count")
        if version != FORMAT or not isinstance(count, int) or len(chunks) < count:
            raise _Damaged
        return Contents(self._parse(chunks), stamp=stamp)

    def _parse(self, chunks: list[str], *, skip_bad: bool = False) -> dict[str, Entry]:
        known = self._known
        met: dict[str, Entry] = {}
        entries: dict[str, Entry] = {}
        for chunk in chunks:
            try:
                entry = known.get(chunk) or _entry(chunk)
            except _Damaged:
                if not skip_bad:
                    raise
                continue
            met[chunk] = entry
            twin = entries.get(entry.id)
            entries[entry.id] = twin.followed_by(entry) if twin else entry
        self._known = met
        return entries

    def _read_or_repair(self) -> Contents:
        """What stands in the file, under the lock."""
        try:
            return self._read()
        except _Damaged:
            data = self.path.read_bytes()
        entries = {**self._rescued(self.backup_path)}
        for video_id, entry in self._rescued(self.path).items():
            entries.setdefault(video_id, entry)
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._clock.time()))
        aside = self.path.with_name(f"{self.path.name}.damaged-{moment}")
        aside = next(path for path in numbered(aside) if not path.exists())
        write_atomically(aside, data)
        return Contents(entries, set_aside=aside, stamp=self._write(entries, same_ids=False))

    def _rescued(self, path: Path) -> dict[str, Entry]:
        """Every entry in `path` that can still be read."""
        with contextlib.suppress(FileNotFoundError):
            text = path.read_bytes().decode("utf-8-sig", "replace")
            return self._parse([chunk.strip() for chunk in _TABLE.split(text)[1:]], skip_bad=True)
        return {}

    def _write(self, entries: dict[str, Entry], *, same_ids: bool) -> tuple[int, int, int]:
        """Write the file, its backup first, and return its new stamp."""
        texts = {id(entry): text for text, entry in self._known.items()}  # _known keeps them alive
        chunks = {texts.get(id(entry)) or _chunk(entry): entry for entry in entries.values()}
        head = tomli_w.dumps({"format": FORMAT, "count": len(entries)})
        data = "".join((head, *(f"\n[[videos]]\n{chunk}\n" for chunk in chunks))).encode()
        if not (same_ids and self._keep_previous()):
            write_atomically(self.backup_path, data)
        write_atomically(self.path, data)
        self._known = chunks
        return _stamp(self.path.stat())

    def _keep_previous(self) -> bool:
        """Make the file that is about to be replaced the backup; False where links are unknown."""
        if not self.backup_path.exists():
            return False
        link = self.path.with_name(f".{self.path.name}.previous")
        link.unlink(missing_ok=True)
        try:
            link.hardlink_to(self.path)
        except OSError:  # file systems without hard links say so with many different numbers
            return False
        link.replace(self.backup_path)
        return True

    @contextmanager
    def _storage(self) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            sentence = _("The watchlist {path} cannot be used: {reason}.")
            trouble = StorageTrouble(
                sentence.format(path=self.path, reason=cause.strerror or cause)
            )
            trouble.is_full = cause.errno in (errno.ENOSPC, errno.EDQUOT)
            raise trouble from cause


def _merged(known: Entry | None, newer: Entry) -> Entry:
    """What stands in the file after `newer`; the very same entry where nothing is new."""
    merged = (known.followed_by(newer) if known else newer).as_stored()
    return known if known is not None and merged == known else merged


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _split(data: bytes) -> tuple[dict[str, object], list[str]]:
    """The head of the file and the text of each of its videos."""
    try:
        head, *chunks = _TABLE.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Damaged from error
    return _table(head), [chunk.strip() for chunk in chunks]


def _table(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Damaged from error


def _chunk(entry: Entry) -> str:
    """What stands in the file below one `[[videos]]`."""
    return tomli_w.dumps({"videos": entry.as_table()}).partition("\n")[2].strip()


def _entry(chunk: str) -> Entry:
    """The entry that the text below one `[[videos]]` says."""
    table = _quick_table(chunk)
    if table is None:
        tables = _table(f"[[videos]]\n{chunk}\n")["videos"]
        table = tables[0] if isinstance(tables, list) else None
    entry = parse_entry(table)
    if entry is None:
        raise _Damaged
    return entry


def _quick_table(chunk: str) -> dict[str, object] | None:
    """What tomllib reads from text as it is written here, in a fifth of the time.

    In that text a string is written as in JSON. None for every text of another kind.
    """
    table: list[str] = []
    video: list[str] = []
    error: list[str] = []
    current = table
    for line in chunk.split("\n"):
        if match := _LINE.fullmatch(line):
            current.append(f'"{match[1]}":{match[2]}')
        elif line == "[videos.video]":
            current = video
        elif line == "[videos.video.error]":
            current = error
        elif line:
            return None
    if error:
        video.append(f'"error":{{{",".join(error)}}}')
    if video:
        table.append(f'"video":{{{",".join(video)}}}')
    try:
        read: dict[str, object] = json.loads(f"{{{','.join(table)}}}")
    except ValueError:
        return None
    return read
