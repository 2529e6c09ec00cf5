"""One watched video as plain values, and those values as they are stored.

It reads no file: the text is in `layout`, the file in `watchlist`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from hingtui.model.key import DEFAULT_GATEWAY, UNKNOWN_GATEWAY, VideoKey
from hingtui.model.tags import parse_tags
from hingtui.model.video import MOST_FILES, Cost, Status, Video, VideoError
from hingtui.text.clean import clean_block, clean_line

_ID_LIMIT = 2000
_GATEWAY_LIMIT = 64
"""Characters of a gateway's name."""
_BATCH_LIMIT = 40
"""Characters of a batch's name."""
_STATUSES = {status.value: status for status in Status}
_FIELDS = (
    "raw_status",
    "progress",
    "model",
    "prompt",
    "seconds",
    "size",
    "created_at",
    "completed_at",
    "expires_at",
    "usual_life",
    "remote_id",
    "remixed_from",
)
"""The attributes of a video that are stored unchanged. Its link is never stored."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One watched video and what is known about it."""

    id: str
    added_at: float
    """Unix seconds by this machine's clock, like `asked_at`."""
    video: Video | None = None
    """As the gateway last described it; the link is never stored."""
    asked_at: float | None = None
    """When `video` was received."""
    saved: Path | None = None
    """The path of the saved file."""
    saved_bytes: int | None = None
    download_requested: bool | None = None
    """Whether a person asked for its file and does not have it yet; None if that is unknown."""
    gateway: str = DEFAULT_GATEWAY
    """The name of the gateway that knows the id; UNKNOWN_GATEWAY until one does."""
    files: tuple[Path | None, ...] = ()
    """The paths of all files of a job that made several; None for one that is not saved."""
    batch: str = ""
    """What all videos that were added together have in common; "" for one that came alone."""
    tags: tuple[str, ...] | None = None
    """The words that a person has put on it; None if nothing is said of them."""

    @property
    def key(self) -> VideoKey:
        """What identifies the video."""
        return VideoKey(self.gateway, self.id)

    def file(self, index: int) -> Path | None:
        """The path of the file number `index` of the job, from 0; None if it is not saved."""
        if index < len(self.files) and self.files[index] is not None:
            return self.files[index]
        return None if index else self.saved

    def followed_by(self, newer: Entry) -> Entry:
        """This entry updated by `newer`; what `newer` leaves out stays as it was."""
        older, later = (self, newer) if _order(self) <= _order(newer) else (newer, self)
        if older.video and later.video:
            video: Video | None = older.video.followed_by(later.video)
        else:
            video = later.video or older.video
        keeps_file = newer.saved is None or (newer.saved == self.saved and not newer.saved_bytes)
        file = self if keeps_file else newer
        return Entry(
            id=self.id,
            added_at=self.added_at,
            video=video,
            asked_at=later.asked_at if later.asked_at is not None else older.asked_at,
            saved=file.saved,
            saved_bytes=file.saved_bytes,
            download_requested=(
                self.download_requested
                if newer.download_requested is None
                else newer.download_requested
            ),
            gateway=self.gateway,
            files=merged_files(self.files, newer.files),
            batch=self.batch or newer.batch,
            tags=self.tags if newer.tags is None else newer.tags or None,
        )

    def as_stored(self) -> Entry:
        """The entry as it will be read back: under its own id, without the secret link.

        Raises ValueError if the id or the gateway's name could not be shown.
        """
        if not _is_storable(self.id):
            raise ValueError(f"not an id that can be watched: {self.id!r}")
        if not _is_gateway(self.gateway):
            raise ValueError(f"not a gateway's name: {self.gateway!r}")
        video = self.video
        if video is None or (not (video.link or video.more_links) and video.id == self.id):
            return self
        return replace(self, video=replace(video, id=self.id, link="", more_links=()))

    def as_table(self) -> dict[str, object]:
        """The entry as a table of TOML's types."""
        table: dict[str, object] = {
            "gateway": self.gateway,
            "id": self.id,
            "added_at": self.added_at,
        }
        if self.asked_at is not None:
            table["asked_at"] = self.asked_at
        if self.saved is not None:
            table |= _path_table("saved", self.saved)
        if self.saved_bytes is not None:
            table["saved_bytes"] = self.saved_bytes
        if self.download_requested:
            table["download_requested"] = True
        if self.files:
            paths = [{} if path is None else _path_table("path", path) for path in self.files]
            table["files"] = paths
        if self.batch:
            table["batch"] = self.batch
        if self.tags:
            table["tags"] = " ".join(self.tags)  # one text: lists are slow to read
        if self.video is not None:
            table["video"] = _video_table(self.video)
        return table


def merged_files(
    known: tuple[Path | None, ...], newer: tuple[Path | None, ...]
) -> tuple[Path | None, ...]:
    """The paths of a job's files; what `newer` leaves out stays as it was."""
    return tuple(new or old for old, new in zip_longest(known, newer))


def _path_table(name: str, path: Path) -> dict[str, object]:
    """A path as TOML holds it. One that is not UTF-8 cannot stand there: its bytes do instead."""
    text = str(path)
    if any("\ud800" <= char <= "\udfff" for char in text):
        return {f"{name}_hex": os.fsencode(text).hex()}
    return {name: text}


def _order(entry: Entry) -> float:
    return float("-inf") if entry.asked_at is None else entry.asked_at


def parse_entry(table: object) -> Entry | None:
    """Parse a stored entry, which a person may have edited; None if its id is not valid.

    Entries of format 1 name no gateway: there was only one.
    """
    if not isinstance(table, Mapping):
        return None
    video_id, video, size = table.get("id"), table.get("video"), table.get("saved_bytes")
    if not isinstance(video_id, str) or not _is_storable(video_id):
        return None
    gateway = table.get("gateway", DEFAULT_GATEWAY)
    if not isinstance(gateway, str) or not _is_gateway(gateway):
        return None
    return Entry(
        id=video_id,
        added_at=_number(table.get("added_at")) or 0.0,
        video=_parse_video(video_id, video) if isinstance(video, Mapping) else None,
        asked_at=_number(table.get("asked_at")),
        saved=_parse_path(table, "saved"),
        saved_bytes=size if type(size) is int and size >= 0 else None,
        download_requested=True if table.get("download_requested") is True else None,
        gateway=gateway,
        files=_parse_files(table.get("files")),
        batch=_line(table.get("batch"))[:_BATCH_LIMIT],
        tags=_parse_tags(table.get("tags")),
    )


def _is_storable(name: str, limit: int = _ID_LIMIT) -> bool:
    return bool(name) and clean_line(name, limit) == name


def _is_gateway(name: str) -> bool:
    return name == UNKNOWN_GATEWAY or _is_storable(name, _GATEWAY_LIMIT)


def _video_table(video: Video) -> dict[str, object]:
    table: dict[str, object] = {"status": video.status.value}
    table |= {name: value for name in _FIELDS if (value := getattr(video, name)) not in (None, "")}
    if video.outputs > 1:
        table["outputs"] = video.outputs
    if video.expires_by_link:
        table["expires_by_link"] = True
    if video.cost:
        table["cost"] = {"amount": video.cost.amount, "unit": video.cost.unit}
    if video.error:
        error = video.error
        texts = {"code": error.code, "message": error.message}
        table["error"] = texts | ({"request_id": error.request_id} if error.request_id else {})
    return table


def _parse_video(video_id: str, table: Mapping[str, object]) -> Video:
    word = _line(table.get("status"))
    error, cost = table.get("error"), table.get("cost")
    life = table.get("usual_life")
    progress = _number(table.get("progress"))
    return Video(
        id=video_id,
        status=_STATUSES.get(word, Status.UNKNOWN),
        raw_status=_line(table.get("raw_status")),
        progress=None if progress is None else min(100.0, max(0.0, progress)),
        model=_line(table.get("model")),
        prompt=_block(table.get("prompt")),
        seconds=_number(table.get("seconds")),
        size=_line(table.get("size")),
        created_at=_number(table.get("created_at")),
        completed_at=_number(table.get("completed_at")),
        expires_at=_number(table.get("expires_at")),
        expires_by_link=table.get("expires_by_link") is True,
        usual_life=math.inf if life == math.inf else _number(life),
        cost=_parse_cost(cost) if isinstance(cost, Mapping) else None,
        error=_parse_error(error) if isinstance(error, Mapping) else None,
        remote_id=_line(table.get("remote_id")),
        remixed_from=_line(table.get("remixed_from")),
        outputs=_parse_outputs(table.get("outputs")),
    )


def _parse_outputs(value: object) -> int:
    return value if type(value) is int and 1 <= value <= MOST_FILES else 1


def _parse_error(table: Mapping[str, object]) -> VideoError:
    code, request_id = _line(table.get("code")), _line(table.get("request_id"))
    return VideoError(code, _block(table.get("message")), request_id)


def _parse_cost(table: Mapping[str, object]) -> Cost | None:
    amount, unit = _number(table.get("amount")), _line(table.get("unit"))
    return None if amount is None else Cost(amount, unit)


def _parse_tags(value: object) -> tuple[str, ...] | None:
    return parse_tags(value) if isinstance(value, str) else None


def _parse_files(tables: object) -> tuple[Path | None, ...]:
    if not isinstance(tables, list):
        return ()
    return tuple(
        _parse_path(table, "path") if isinstance(table, Mapping) else None
        for table in tables[:MOST_FILES]
    )


def _parse_path(table: Mapping[str, object], key: str) -> Path | None:
    name, raw = table.get(key), table.get(f"{key}_hex")
    if isinstance(raw, str) and re.fullmatch("(?:[0-9a-f]{2})+", raw):
        name = os.fsdecode(bytes.fromhex(raw))
    return Path(name) if isinstance(name, str) and name and "\0" not in name else None


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _block(value: object) -> str:
    return clean_block(value) if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """The value if it is a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


def merged(known: Entry | None, newer: Entry) -> Entry:
    """`known` updated by `newer`; `known` itself if nothing is new."""
    both = (known.followed_by(newer) if known else newer).as_stored()
    return known if known is not None and both == known else both
