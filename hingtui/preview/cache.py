"""Keep previews on the disk, by path, size and time of the file: at most so many megabytes.

An entry is a digest and the compressed rest. One that does not fit its digest is removed, and made
again. Nothing here raises: a cache that cannot be used makes previews slower, no more.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import time
import zlib
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from hingtui.preview.pictures import (
    Box,
    Facts,
    Looks,
    Picture,
    Source,
    facts_from,
    picture_from,
)
from hingtui.preview.protocol import Message, ProtocolError, encode, read_message
from hingtui.system.files import NotAFile, read_file, write_atomically

SIZE_LIMIT = 64 << 20
"""Bytes of all entries together."""
_ENTRY_LIMIT = 16 << 20
_FORMAT = "1"
_SUFFIX = ".preview"
_SLACK = 0.9
"""Once too many, entries are removed until so much of the limit is left."""
_log = logging.getLogger(__name__)


class Entry(NamedTuple):
    """What is kept of one file in one size."""

    facts: Facts
    picture: Picture | None
    looks: Looks | None


class PreviewCache:
    """A folder of entries. Used from one thread; several processes may share it."""

    def __init__(self, folder: Path, limit: int = SIZE_LIMIT) -> None:
        self._folder = folder
        self._limit = limit

    def get(self, source: Source, box: Box, kind: str) -> Entry | None:
        """The entry, None if there is none; a damaged one is removed."""
        path = self._path(source, box, kind)
        try:
            data, _state = read_file(path, _ENTRY_LIMIT, follow=False)
        except FileNotFoundError:
            return None
        except (OSError, NotAFile) as error:
            _log.info("an entry of the cache cannot be read: %s", error)
            return None
        entry = _decoded(data)
        with suppress(OSError):  # another process may have removed it
            if entry is None:
                path.unlink()
            else:
                os.utime(path, (now := time.time(), now))  # it was used: it stays longer
        return entry

    def put(self, source: Source, box: Box, kind: str, entry: Entry) -> None:
        """Keep it; the entries that were not used for the longest time make room."""
        if source.is_part:
            return
        try:
            write_atomically(self._path(source, box, kind), _encoded(entry), mode=0o600)
            self._make_room()
        except OSError as error:
            _log.info("the cache cannot be written: %s", error)

    def _path(self, source: Source, box: Box, kind: str) -> Path:
        parts = (
            os.fsencode(source.path).hex(),
            *map(str, (source.size, source.modified, box.width, box.height, kind, _FORMAT)),
        )
        name = hashlib.sha256("/".join(parts).encode()).hexdigest()[:40]
        return self._folder / f"{name}{_SUFFIX}"

    def _make_room(self) -> None:
        entries = []
        with os.scandir(self._folder) as files:
            for file in files:
                if file.name.endswith(_SUFFIX):
                    with suppress(FileNotFoundError):
                        state = file.stat(follow_symlinks=False)
                        entries.append((state.st_mtime, state.st_size, file.path))
        total = sum(size for _used, size, _path in entries)
        if total <= self._limit:
            return
        for _used, size, path in sorted(entries):
            with suppress(FileNotFoundError):
                Path(path).unlink()
            total -= size
            if total <= self._limit * _SLACK:
                return


def _encoded(entry: Entry) -> bytes:
    picture = entry.picture
    head = {
        "facts": asdict(entry.facts),
        "looks": None if entry.looks is None else asdict(entry.looks),
        "picture": None
        if picture is None
        else {"width": picture.width, "height": picture.height, "at": picture.at},
    }
    body = zlib.compress(encode(Message(head, b"" if picture is None else picture.rgb)), 1)
    return hashlib.sha256(body).digest() + body


def _decoded(data: bytes) -> Entry | None:
    digest, body = data[:32], data[32:]
    if hashlib.sha256(body).digest() != digest:
        return None
    try:
        message = read_message(io.BytesIO(zlib.decompress(body)).read)
    except (zlib.error, ProtocolError):
        return None
    if message is None:
        return None
    facts, looks, shape = (message.head.get(name) for name in ("facts", "looks", "picture"))
    picture = picture_from(shape, message.data) if isinstance(shape, dict) else None
    return Entry(
        facts_from(facts if isinstance(facts, dict) else {}),
        picture,
        _looks_from(looks) if isinstance(looks, dict) else None,
    )


def _looks_from(record: dict[str, object]) -> Looks:
    return Looks(record.get("is_black") is True, record.get("is_frozen") is True)
