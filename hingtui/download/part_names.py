"""Name the files of a download: the part, its metadata, the final file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from hingtui.download.claim import busy_elsewhere, is_at, is_locked_elsewhere
from hingtui.model.file_kind import FileKind
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.system.files import is_taken, numbered, safe_name

_SUFFIXES = tuple(dict.fromkeys(kind.suffix for kind in FileKind if kind is not FileKind.TEXT))
"""The suffixes of all final names."""


def target_of(key: VideoKey, folder: Path, index: int = 0) -> Path:
    """The final name of the file number `index`, if it is an MP4 and the name is free.

    The default gateway's videos are named after their ids alone. No two keys share a name: no id
    holds a NUL, and `safe_name` appends a hash to what does. The further files of a job have a
    number: `<id>-2.mp4` is the second.
    """
    number = f"-{index + 1}" if index else ""
    return folder / f"{safe_name(_name(key))}{number}.mp4"


def part_target_of(key: VideoKey, folder: Path, index: int = 0) -> Path:
    """What the part of the file number `index` is named after.

    Not after `target_of`: a video with the id `<id>-2` must not share a part with it.
    """
    name = f"{_name(key)}\0{index}" if index else _name(key)
    return folder / f"{safe_name(name)}.mp4"


def _name(key: VideoKey) -> str:
    return key.id if key.gateway == DEFAULT_GATEWAY else f"{key.id}\0{key.gateway}"


def part_paths(target: Path) -> tuple[Path, Path]:
    """The paths of the part and of its metadata."""
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json")


def final_name(state: os.stat_result, target: Path) -> Path | None:
    """The final name that leads to the file of this `state`; None if there is none."""
    return next((name for name in _taken_names(target) if is_at(state, name)), None)


def check_not_just_named(target: Path) -> None:
    """Raise Busy if another process has named its file and not yet reported where it is.

    It holds the lock of its part until then, and the lock goes with the file to its final name. So
    the part's name can be free, and the file complete, before any other process can know.

    The error names no file: a name with a number can be that of another file of the same job.
    """
    if any(is_locked_elsewhere(name) for name in _taken_names(target)):
        raise busy_elsewhere()


def _taken_names(target: Path) -> Iterator[Path]:
    """The final names of a video at which there is anything."""
    for suffix in _SUFFIXES:
        yield from takewhile(is_taken, numbered(target.with_suffix(suffix)))


def published_as(
    state: os.stat_result | None, key: VideoKey, folder: Path, index: int = 0
) -> Path | None:
    """The final name of the file that another process was seen downloading to; None if none."""
    return None if state is None else final_name(state, target_of(key, folder, index))
