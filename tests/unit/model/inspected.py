"""Inspect the bytes of an MP4 file."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.mp4 import Mp4, inspect


def inspected(folder: Path, data: bytes) -> Mp4:
    """Write these bytes into a file and inspect it."""
    path = folder / "video.mp4"
    path.write_bytes(data)
    return inspect(path)
