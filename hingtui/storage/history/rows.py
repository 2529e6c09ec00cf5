"""Write videos of the history into its tables, and read them back."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from hingtui.model.eta import Basis, Expiry
from hingtui.model.key import VideoKey
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.storage.history.durations import bucket_of
from hingtui.storage.history.record import Duration, HistoryVideo, Sighting, StatusChange
from hingtui.storage.watchlist.entry import Entry

_COLUMNS = (
    *("gateway", "id", "state", "status", "raw_status", "model", "seconds", "size", "began_at"),
    *("added_at", "created_at", "completed_at", "asked_at", "expires_at", "expires_by_link"),
    *("expiry_at", "expiry_basis", "gone_at", "duration", "is_observed", "bucket", "cost"),
    *(
        "highest_cost",
        "unit",
        "has_error",
        "remote_id",
        "outputs",
        "files",
        "path",
        "bytes",
        "saved_at",
        "sha256",
        "still",
    ),
)
_READ = ", ".join(f"videos.{name}" for name in _COLUMNS)
SELECT = (
    "SELECT videos.n, texts.prompt, texts.error_code, texts.error_message, texts.request_id, "
    f"{_READ} FROM videos JOIN texts USING (n)"
)
"""Followed by a condition; each row is one for `video_of`."""
SELECT_OF_FORMAT_1 = SELECT.replace("texts.request_id", "''").replace("videos.still", "NULL")
"""The same for a file that cannot be upgraded: a damaged one."""
_INSERT = f"INSERT INTO videos ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_UPDATE = f"UPDATE videos SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE n = ?"
_STATUSES = {status.value: status for status in Status}
_BASES = {basis.value: basis for basis in Basis}

Row = Sequence[object]


def write(connection: sqlite3.Connection, sighting: Sighting) -> bool:
    """Store what was seen of a video; whether it is new. Within a transaction."""
    newer = sighting.video.as_stored()
    row = connection.execute(f"{SELECT} WHERE gateway = ? AND id = ?", newer.key).fetchone()
    if row is None:
        n = connection.execute(_INSERT, _values(newer)).lastrowid
        connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)", (n, *_texts(newer)))
    else:
        n = row[0]
        known = video_of(row)
        merged = known.followed_by(newer).as_stored()
        if merged != known:
            connection.execute(_UPDATE, (*_values(merged), n))
        if _texts(merged) != _texts(known):
            connection.execute(
                "UPDATE texts SET prompt = ?, rest = ?, error_code = ?, error_message = ?, "
                "request_id = ? WHERE n = ?",
                (*_texts(merged), n),
            )
    _write_changes(connection, n, sighting.changes)
    return row is None


def is_known(connection: sqlite3.Connection, entry: Entry) -> bool:
    """Whether this is stored already, judged by what changes whenever it changes; cheap.

    A video whose texts are lost, as a log that was cut can leave it, is not.
    """
    status = entry.video.status.value if entry.video is not None else None
    paths = (_stored_path(entry.saved), _stored_files(entry.files))
    values = (*entry.key, entry.asked_at, *paths, status)
    found = connection.execute(
        "SELECT 1 FROM videos JOIN texts USING (n) WHERE gateway = ? AND id = ? "
        "AND asked_at IS ? AND path IS ? AND files IS ? AND status IS ?",
        values,
    )
    return found.fetchone() is not None


def remove_oldest(connection: sqlite3.Connection, most: int) -> int:
    """Keep the `most` videos that began last; how many were removed. Within a transaction."""
    (count,) = connection.execute("SELECT count(*) FROM videos").fetchone()
    if count <= most:
        return 0
    old = connection.execute("SELECT n FROM videos ORDER BY began_at LIMIT ?", (count - most,))
    gone = old.fetchall()
    for table in ("texts", "changes", "videos"):
        connection.executemany(f"DELETE FROM {table} WHERE n = ?", gone)
    return len(gone)


def changes_of(connection: sqlite3.Connection, key: VideoKey) -> list[StatusChange]:
    """The observed status changes of a video, the oldest first."""
    found = connection.execute(
        "SELECT at, changes.status, changes.raw_status FROM changes JOIN videos USING (n) "
        "WHERE gateway = ? AND id = ? ORDER BY at",
        key,
    )
    return [StatusChange(at, _status(word), raw) for at, word, raw in found]


def video_of(row: Row) -> HistoryVideo:
    """The video of one row of `SELECT`."""
    value = dict(zip(_COLUMNS, row[5:], strict=True))
    _n, prompt, *error = row[:5]
    video = None
    if value["status"] is not None:
        video = Video(
            id=str(value["id"]),
            status=_status(value["status"]),
            raw_status=str(value["raw_status"]),
            model=str(value["model"]),
            prompt=str(prompt),
            seconds=_number(value["seconds"]),
            size=str(value["size"]),
            created_at=_number(value["created_at"]),
            completed_at=_number(value["completed_at"]),
            expires_at=_number(value["expires_at"]),
            expires_by_link=bool(value["expires_by_link"]),
            error=VideoError(*map(str, error)) if value["has_error"] else None,
            cost=_cost(value["cost"], value["unit"]),
            remote_id=str(value["remote_id"]),
            outputs=int(_number(value["outputs"]) or 1),
        )
    size, digest = value["bytes"], value["sha256"]
    entry = Entry(
        id=str(value["id"]),
        added_at=_number(value["added_at"]) or 0.0,
        video=video,
        asked_at=_number(value["asked_at"]),
        saved=_path(value["path"]),
        saved_bytes=size if isinstance(size, int) else None,
        gateway=str(value["gateway"]),
        files=_files(value["files"]),
    )
    expiry_at, duration = _number(value["expiry_at"]), _number(value["duration"])
    basis = _BASES.get(str(value["expiry_basis"]))
    return HistoryVideo(
        entry=entry,
        expiry=None if expiry_at is None or basis is None else Expiry(expiry_at, basis),
        duration=None if duration is None else Duration(duration, bool(value["is_observed"])),
        highest_cost=_number(value["highest_cost"]),
        saved_at=_number(value["saved_at"]),
        sha256=digest if isinstance(digest, str) else None,
        still=_number(value["still"]),
    )


def _values(video: HistoryVideo) -> tuple[object, ...]:
    """The values of `_COLUMNS`."""
    entry, known = video.entry, video.entry.video
    about = known or Video(entry.id)
    duration = video.duration
    return (
        *(entry.gateway, entry.id, video.stored_state.value),
        known.status.value if known is not None else None,
        *(about.raw_status, about.model, about.seconds, about.size, video.began_at),
        *(entry.added_at, about.created_at, about.completed_at, entry.asked_at),
        *(about.expires_at, about.expires_by_link),
        *((None, None) if (e := video.expiry) is None else (e.at, e.basis.value)),
        video.gone_at,
        *((None, False) if duration is None else (duration.seconds, duration.is_observed)),
        bucket_of(duration.seconds) if duration is not None else None,
        about.cost.amount if about.cost is not None else None,
        video.highest_cost,
        about.cost.unit if about.cost is not None else None,
        *(about.error is not None, about.remote_id, about.outputs, _stored_files(entry.files)),
        _stored_path(entry.saved),
        *(entry.saved_bytes, video.saved_at, video.sha256, video.still),
    )


def _texts(video: HistoryVideo) -> tuple[str, str, str, str, str]:
    """The prompt, the other texts that a word is looked for in, and the error with its id."""
    about = video.entry.video or Video(video.entry.id)
    error = about.error or VideoError("", "")
    rest = (about.model, video.entry.id, about.remote_id, about.size, error.code, error.message)
    words = "\n".join(filter(None, rest))
    return about.prompt, words, error.code, error.message, error.request_id


def _write_changes(
    connection: sqlite3.Connection, n: int | None, changes: Iterable[StatusChange]
) -> None:
    """Store the changes that come after the last known one, and differ from it."""
    if not changes:
        return
    known = connection.execute(
        "SELECT at, status, raw_status FROM changes WHERE n = ? ORDER BY at DESC LIMIT 1", (n,)
    ).fetchone()
    last_at, *last = known or (-math.inf, None, None)
    for change in changes:
        words = [change.status.value, change.raw_status]
        if change.at > last_at and words != last:
            connection.execute("INSERT INTO changes VALUES (?, ?, ?, ?)", (n, change.at, *words))
            last = words


def _stored_path(path: Path | None) -> str | bytes | None:
    """A name that is not UTF-8 is stored as its bytes."""
    if path is None:
        return None
    name = str(path)
    return os.fsencode(name) if any("\ud800" <= char <= "\udfff" for char in name) else name


def _stored_files(files: Sequence[Path | None]) -> str | None:
    """The paths as JSON, whose escapes can hold names that are not UTF-8."""
    return json.dumps([None if path is None else str(path) for path in files]) if files else None


def _files(value: object) -> tuple[Path | None, ...]:
    """The paths in a column that holds JSON; none where a bit of it is damaged."""
    try:
        names = json.loads(value) if isinstance(value, str) else []
    except ValueError:
        return ()
    if not isinstance(names, list):
        return ()
    return tuple(Path(name) if isinstance(name, str) and name else None for name in names)


def _path(value: object) -> Path | None:
    name = os.fsdecode(value) if isinstance(value, bytes) else value
    return Path(name) if isinstance(name, str) and name else None


def _cost(amount: object, unit: object) -> Cost | None:
    number = _number(amount)
    return None if number is None else Cost(number, str(unit or ""))


def _status(word: object) -> Status:
    return _STATUSES.get(str(word), Status.UNKNOWN)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
