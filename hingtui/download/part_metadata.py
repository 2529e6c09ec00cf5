"""Read and write the metadata beside a part: which file the bytes are from, how many are synced."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.system.files import NotAFile, read_file, write_atomically

_LIMIT = 64 << 10
_SYNCED_BYTES = "solid"
"""The key on the disk, which parts of earlier versions have."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file on the server that the bytes are a piece of."""

    total: int | None = None
    """Bytes of the whole file; None if the server did not name its length."""
    validator: str | None = None
    """The value for `If-Range`."""
    origin: str = ""
    """Where the bytes came from: `scheme://host:port`."""
    version: str = ""
    """The ETag or date, which another file would not have, even one too weak for `If-Range`."""


@dataclass(frozen=True, slots=True)
class PartMetadata:
    """What is written beside the part."""

    source: Source
    synced_bytes: int = 0
    """So many bytes outlast a power cut."""
    boot: str = ""
    """The kernel's boot id when this was written; "" if unavailable."""
    name: str = ""
    """The final name that the complete file was about to get; "" before that."""


def write_metadata(path: Path, key: VideoKey, metadata: PartMetadata) -> os.stat_result:
    """Write it, synced; the state of the file. Raises OSError."""
    record = {
        "gateway": key.gateway,
        "id": key.id,
        **asdict(metadata.source),
        _SYNCED_BYTES: metadata.synced_bytes,
        "boot": metadata.boot,
    }
    if metadata.name:
        record["name"] = metadata.name
    write_atomically(path, json.dumps(record).encode())
    return path.lstat()


def read_metadata(path: Path, key: VideoKey) -> tuple[PartMetadata | None, os.stat_result | None]:
    """The metadata of this video's part and the state of its file; None if there is none."""
    try:
        data, state = read_file(path, _LIMIT, follow=False)
        metadata = _parse(json.loads(data), key)
    except (FileNotFoundError, NotAFile, ValueError, RecursionError):
        return None, None
    return (metadata, state) if metadata else (None, None)


def _parse(record: object, key: VideoKey) -> PartMetadata | None:
    if not isinstance(record, dict):
        return None
    if (record.get("gateway", DEFAULT_GATEWAY), record.get("id")) != key:
        return None  # earlier versions wrote no gateway: there was only one
    total, validator, origin = record.get("total"), record.get("validator"), record.get("origin")
    if not (total is None or (type(total) is int and total >= 0)):
        return None
    if not (validator is None or isinstance(validator, str)) or not isinstance(origin, str):
        return None
    synced_bytes, boot = record.get(_SYNCED_BYTES), record.get("boot")
    version, name = record.get("version"), record.get("name")
    return PartMetadata(
        Source(total, validator, origin, version if isinstance(version, str) else validator or ""),
        synced_bytes if type(synced_bytes) is int and synced_bytes >= 0 else 0,
        boot if isinstance(boot, str) else "",
        name if isinstance(name, str) and name == os.path.basename(name) else "",  # noqa: PTH119 - of a text
    )
