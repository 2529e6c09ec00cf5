"""Look at the watchlist's files without changing or repairing them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hingtui.storage.watchlist.layout import FORMAT, Damaged, entry_of, pieces, split
from hingtui.storage.watchlist.watchlist import MOST_BYTES
from hingtui.system.files import locked, read_file

LOCK_WITHIN = 1.0
"""Seconds after which another process counts as holding the lock: a change takes far less."""


@dataclass(frozen=True, slots=True)
class WatchlistFacts:
    """What lies at the path of a watchlist."""

    path: Path
    exists: bool = False
    has_backup: bool = False
    bytes: int = 0
    format: int | None = None
    """The version of the file's layout; None if it is damaged or missing."""
    videos: int = 0
    """Those that can be read."""
    gateways: tuple[str, ...] = ()
    """The gateways of those, in order of appearance."""
    damage: int | None = None
    """Entries that cannot be read; None where the file is whole."""
    is_locked: bool = False
    """Whether another process holds it longer than any change takes."""
    error: str = ""
    """Why it cannot be read; the system's words."""

    @property
    def is_of_the_future(self) -> bool:
        """Whether a later version of hingtui wrote it, so that it is only read here."""
        return self.format is not None and self.format > FORMAT


def inspect_watchlist(path: Path, lock_within: float = LOCK_WITHIN) -> WatchlistFacts:
    """Look at the watchlist at `path`, its backup and its lock. Blocks."""
    path = Path(os.path.realpath(path))
    has_backup = os.path.exists(f"{path}.bak")  # noqa: PTH110 - Path's own can raise
    is_locked = _is_locked(path.with_name(f"{path.name}.lock"), lock_within)
    try:
        data, _state = read_file(path, MOST_BYTES + 1)
    except FileNotFoundError:
        return WatchlistFacts(path, has_backup=has_backup, is_locked=is_locked)
    except OSError as error:
        reason = error.strerror or str(error)
        return WatchlistFacts(path, exists=True, error=reason, is_locked=is_locked)
    version, videos, gateways, damage = _contents(data)
    return WatchlistFacts(
        path,
        exists=True,
        has_backup=has_backup,
        bytes=len(data),
        format=version,
        videos=videos,
        gateways=gateways,
        damage=damage,
        is_locked=is_locked,
    )


def watched_ids(path: Path) -> list[str]:
    """The ids that can be read from the file at `path`, the last added first. Raises OSError."""
    try:
        data, _state = read_file(path, MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    found: dict[str, None] = {}
    for chunk in reversed(pieces(data)):
        with suppress(Damaged):
            found[entry_of(chunk).id] = None
    return list(found)


def _contents(data: bytes) -> tuple[int | None, int, tuple[str, ...], int | None]:
    """(format, readable videos, their gateways, unreadable ones) as `Watchlist` would read it."""
    version: object = None
    promised: object = None
    try:
        head, chunks = split(data)
        version, promised = head.get("format"), head.get("count")
    except Damaged:
        chunks = pieces(data)
    gateways: list[str] = []
    for chunk in chunks:
        try:
            gateways.append(entry_of(chunk).key.gateway)
        except Damaged:
            continue
    is_version = type(version) is int and version >= 1
    missing = max(len(chunks), promised if type(promised) is int else 0) - len(gateways)
    is_later = is_version and isinstance(version, int) and version > FORMAT
    is_whole = is_later or (
        is_version and type(promised) is int and missing == 0 and len(data) <= MOST_BYTES
    )
    known = version if is_version and isinstance(version, int) else None
    return known, len(gateways), tuple(dict.fromkeys(gateways)), None if is_whole else missing


def _is_locked(path: Path, within: float) -> bool:
    """Whether another process holds the lock file `path`, which is not made."""
    if not os.path.isfile(path):  # noqa: PTH113 - Path's own can raise
        return False
    try:
        with locked(path, timeout=within):
            return False
    except TimeoutError:
        return True
    except OSError:  # a folder that cannot be written to: that is another check
        return False
