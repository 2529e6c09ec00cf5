"""Read and write the metadata beside a part: what the bytes belong to, and which are synced.

It must not know the bytes themselves, or who may write them.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from hingtui.system.files import NotAFile, read_file, write_atomically

_LIMIT = 64 << 10


@dataclass(frozen=True, slots=True)
class Source:
    """The file on the server that the bytes are a piece of."""

    total: int | None = None
    """Bytes of the whole, where the server said so."""
    validator: str | None = None
    """What `If-Range` takes."""
    origin: str = ""
    """Where the bytes came from: `scheme://host:port`."""
    version: str = ""
    """What another file would not have, be it too weak for `If-Range`."""


@dataclass(frozen=True, slots=True)
class PartMetadata:
    """What stands beside the part."""

    source: Source
    solid: int = 0
    """So many bytes outlast a power cut."""
    boot: str = ""
    """The run of this machine in which it was written; "" where that is not known."""


def write_metadata(path: Path, video_id: str, note: PartMetadata) -> os.stat_result:
    """Write it, for good, and return which file it is. Raises OSError."""
    told = {"id": video_id, **asdict(note.source), "solid": note.solid, "boot": note.boot}
    write_atomically(path, json.dumps(told).encode())
    return path.lstat()


def read_metadata(path: Path, video_id: str) -> tuple[PartMetadata | None, os.stat_result | None]:
    """What the note says, and which file it is; None where there is none of ours."""
    try:
        data, state = read_file(path, _LIMIT, follow=False)
        note = _parse(json.loads(data), video_id)
    except (FileNotFoundError, NotAFile, ValueError, RecursionError):
        return None, None
    return (note, state) if note else (None, None)


def _parse(told: object, video_id: str) -> PartMetadata | None:
    if not isinstance(told, dict) or told.get("id") != video_id:
        return None
    total, validator, origin = told.get("total"), told.get("validator"), told.get("origin")
    if not (total is None or (type(total) is int and total >= 0)):
        return None
    if not (validator is None or isinstance(validator, str)) or not isinstance(origin, str):
        return None
    solid, boot = told.get("solid"), told.get("boot")
    version = told.get("version")
    return PartMetadata(
        Source(total, validator, origin, version if isinstance(version, str) else validator or ""),
        solid if type(solid) is int and solid >= 0 else 0,
        boot if isinstance(boot, str) else "",
    )
