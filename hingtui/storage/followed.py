"""followed.json: which videos of a followed account were seen already, for each gateway.

What is in it is not added by itself again, so that a video that was taken off the watchlist stays
off. Several processes share the file; one that is damaged is set aside.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hingtui.system.files import locked, read_file, set_aside, write_atomically

FOLLOWED_FILE = "followed.json"
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


class FollowedFile:
    """The file at `path`. Its methods block, raise OSError, and serve any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(f"{path.name}.lock")

    def read(self, gateway: str) -> Followed | None:
        """What is known of the account at this gateway; None before following began."""
        return self._read().followed.get(gateway)

    def add(self, gateway: str, ids: Iterable[str], *, now: float) -> Followed:
        """Remember that these were seen, and return all that were, by other processes too.

        Following begins `now` (Unix seconds) if it has not begun yet.
        """
        with locked(self._lock_path):
            contents = self._read_or_set_aside()
            known = contents.followed.get(gateway, Followed(now))
            seen = dict.fromkeys(known.seen)
            for video_id in ids:
                seen.pop(video_id, None)
                seen[video_id] = None
            newer = Followed(known.since, tuple(seen)[-MOST_IDS:])
            if contents.is_ours and contents.followed.get(gateway) != newer:
                self._write({**contents.followed, gateway: newer})
        return newer

    def _read_or_set_aside(self) -> _Contents:
        """As `_read`; a damaged file gets another name. The lock is held."""
        contents = self._read()
        if contents.is_damaged:
            aside = set_aside(self._path)
            _log.warning("what was seen of followed accounts is damaged: see %s", aside.name)
            return _Contents({})
        return contents

    def _read(self) -> _Contents:
        try:
            data, _state = read_file(self._path, _MOST_BYTES)
            return _parsed(json.loads(data))
        except FileNotFoundError:
            return _Contents({})
        except (ValueError, RecursionError):
            return _Contents({}, is_damaged=True)

    def _write(self, followed: Mapping[str, Followed]) -> None:
        gateways = {
            name: {"since": each.since, "seen": each.seen} for name, each in followed.items()
        }
        text = json.dumps({"format": _FORMAT, "gateways": gateways}, indent=1)
        write_atomically(self._path, text.encode())


@dataclass(frozen=True, slots=True)
class _Contents:
    followed: dict[str, Followed]
    """By the name of the gateway."""
    is_damaged: bool = False
    is_ours: bool = True
    """False for a file of a later hingtui: it is read, and never written."""


def _parsed(payload: object) -> _Contents:
    """The content of the file. Raises ValueError if any of it is not as it is written here."""
    if not isinstance(payload, dict) or not isinstance(payload.get("gateways"), dict):
        raise ValueError("no table of gateways")  # noqa: TRY004 - one kind for all damage
    version = payload.get("format")
    if type(version) is not int or version < 1:
        raise ValueError("no version")
    followed = {name: _followed(table) for name, table in payload["gateways"].items()}
    return _Contents(followed, is_ours=version <= _FORMAT)


def _followed(table: object) -> Followed:
    if isinstance(table, dict):
        since, seen = table.get("since"), table.get("seen")
        is_time = isinstance(since, int | float) and math.isfinite(since)
        if isinstance(seen, list) and all(isinstance(each, str) for each in seen) and is_time:
            return Followed(float(table["since"]), tuple(seen[-MOST_IDS:]))
    raise ValueError("no ids that were seen")
