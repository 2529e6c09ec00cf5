"""followed.json: which videos of a followed account were seen already, for each gateway.

A video that is in it is not added automatically again, so one that was taken off the watchlist
stays off. Several processes share the file. A damaged file is set aside: videos older than its last
write then count as seen, and newer ones are added.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hingtui.system.files import locked, read_file, set_aside, write_atomically
from hingtui.text.i18n import _

MOST_IDS = 5_000
"""Ids kept of one gateway, the latest seen: more than a sweep over its list can come across."""
_FORMAT = 1
_MOST_BYTES = 32 << 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of one account."""

    since: float
    """When following began, in Unix seconds on this machine's clock."""
    seen: tuple[str, ...] = ()
    """Ids, the latest seen last."""
    is_lost: bool = False
    """Whether the record of videos before `since` was lost: none of them is added."""


class FollowedFile:
    """The file at `path`. Its methods block, raise OSError, and serve any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        self.set_aside: Path | None = None
        """Where a damaged file was put, by this object."""
        self._is_reported = False

    def take_damage(self) -> str:
        """A sentence about the damaged file, once; "" where there was none."""
        if self.set_aside is None or self._is_reported:
            return ""
        self._is_reported = True
        words = _(
            "The record of followed accounts was damaged: only newer videos are added "
            "automatically. The bad file is {name}."
        )
        return words.format(name=self.set_aside.name)

    def read(self, gateway: str) -> Followed | None:
        """What is known of the account at this gateway; None before following began."""
        contents = self._read()
        if contents.is_damaged:
            with locked(self._lock_path):
                contents = self._read_or_begin_anew()
        return contents.of(gateway)

    def add(self, gateway: str, ids: Iterable[str], *, now: float) -> Followed:
        """Remember that these were seen, and return all that were, by other processes too.

        Following begins `now` (Unix seconds) if it has not begun yet.
        """
        with locked(self._lock_path):
            contents = self._read_or_begin_anew()
            known = contents.of(gateway) or Followed(now)
            seen = dict.fromkeys(known.seen)
            for video_id in ids:
                seen.pop(video_id, None)
                seen[video_id] = None
            newer = replace(known, seen=tuple(seen)[-MOST_IDS:])
            if contents.is_ours and contents.followed.get(gateway) != newer:
                self._write({**contents.followed, gateway: newer}, contents.lost_at)
        return newer

    def is_damaged(self) -> bool:
        """Whether the file cannot be used. Nothing is changed. Raises OSError."""
        return self._read().is_damaged

    def _read_or_begin_anew(self) -> _Contents:
        """As `_read`; a damaged file gets another name, and a new one begins. The lock is held."""
        contents = self._read()
        if not contents.is_damaged:
            return contents
        lost_at = min(self._path.lstat().st_mtime, time.time())
        self.set_aside = set_aside(self._path)
        _log.warning("what was seen of followed accounts is damaged: see %s", self.set_aside.name)
        self._write({}, lost_at)
        return _Contents({}, lost_at)

    def _read(self) -> _Contents:
        try:
            data, _state = read_file(self._path, _MOST_BYTES)
            return _parsed(json.loads(data))
        except FileNotFoundError:
            return _Contents({})
        except (ValueError, RecursionError):
            return _Contents({}, is_damaged=True)

    def _write(self, followed: Mapping[str, Followed], lost_at: float | None) -> None:
        gateways = {name: _table(each) for name, each in followed.items()}
        lost = {} if lost_at is None else {"lost_at": lost_at}
        text = json.dumps({"format": _FORMAT, "gateways": gateways, **lost}, indent=1)
        write_atomically(self._path, text.encode())


@dataclass(frozen=True, slots=True)
class _Contents:
    followed: dict[str, Followed]
    """By the name of the gateway."""
    lost_at: float | None = None
    """When the last damaged file was written, in Unix seconds."""
    is_damaged: bool = False
    is_ours: bool = True
    """False for a file of a later hingtui: it is read, and never written."""

    def of(self, gateway: str) -> Followed | None:
        """What is known of the account at this gateway; None before following began."""
        if gateway in self.followed or self.lost_at is None:
            return self.followed.get(gateway)
        return Followed(self.lost_at, is_lost=True)


def _parsed(payload: object) -> _Contents:
    """The content of the file. Raises ValueError if any of it is not as it is written here."""
    if not isinstance(payload, dict) or not isinstance(payload.get("gateways"), dict):
        raise ValueError("no table of gateways")  # noqa: TRY004 - one kind for all damage
    version = payload.get("format")
    if type(version) is not int or version < 1:
        raise ValueError("no version")
    followed = {name: _followed(table) for name, table in payload["gateways"].items()}
    lost_at = payload.get("lost_at")
    if lost_at is not None and not _is_time(lost_at):
        raise ValueError("no time")
    return _Contents(followed, lost_at, is_ours=version <= _FORMAT)


def _followed(table: object) -> Followed:
    if isinstance(table, dict):
        since, seen = table.get("since"), table.get("seen")
        is_list = isinstance(seen, list) and all(isinstance(each, str) for each in seen)
        if is_list and _is_time(since):
            is_lost = table.get("lost") is True
            return Followed(float(table["since"]), tuple(table["seen"][-MOST_IDS:]), is_lost)
    raise ValueError("no ids that were seen")


def _table(followed: Followed) -> dict[str, object]:
    table: dict[str, object] = {"since": followed.since, "seen": followed.seen}
    return {**table, "lost": True} if followed.is_lost else table


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
