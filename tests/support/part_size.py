"""How many bytes of a video have arrived, read from the disk."""

from __future__ import annotations

from pathlib import Path

from hingtui.download.part_names import part_paths, target_of
from hingtui.model.key import VideoKey


def part_size(key: VideoKey, folder: Path) -> int:
    """Bytes in the part of a video; 0 if there is none."""
    try:
        return part_paths(target_of(key, folder))[0].stat().st_size
    except OSError:
        return 0
