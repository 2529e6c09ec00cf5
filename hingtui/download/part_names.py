"""Name the files of a download after the video's id: the part, its metadata, the final file.

Parts are always named like this. What else a final file may be named is in `final_names`.
"""

from __future__ import annotations

from pathlib import Path

from hingtui.model.file_kind import FileKind
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.system.files import safe_name

SUFFIXES = tuple(dict.fromkeys(kind.suffix for kind in FileKind if kind is not FileKind.TEXT))
"""The suffixes of all final names."""


def target_of(key: VideoKey, folder: Path, index: int = 0) -> Path:
    """The name after the id of the file number `index`, if it is an MP4 and the name is free.

    The default gateway's videos are named after their ids alone. No two keys share a name: no id
    holds a NUL, and `safe_name` appends a hash to what does. The further files of a job have a
    number: `<id>-2.mp4` is the second.
    """
    number = f"-{index + 1}" if index else ""
    return folder / f"{safe_name(_name(key))}{number}.mp4"


def part_target_of(key: VideoKey, folder: Path, index: int = 0) -> Path:
    """The path from which the name of the part of file number `index` is made.

    Not after `target_of`: a video with the id `<id>-2` must not share a part with it.
    """
    name = f"{_name(key)}\0{index}" if index else _name(key)
    return folder / f"{safe_name(name)}.mp4"


def _name(key: VideoKey) -> str:
    return key.id if key.gateway == DEFAULT_GATEWAY else f"{key.id}\0{key.gateway}"


def part_paths(target: Path) -> tuple[Path, Path]:
    """The paths of the part and of its metadata."""
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json")
