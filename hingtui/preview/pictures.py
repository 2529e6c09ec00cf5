"""What a preview consists of: pictures, what the file holds, and why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from hingtui.preview.clip_formats import BLACK
from hingtui.text.clean import clean_line

SIDE_LIMIT = 4096
"""Pixels of a picture's width and height."""
_STILL = 0.4
"""Mean difference of two frames below which nothing has moved, 0–255."""

STRIP = tuple((2 * n + 1) / 24 for n in range(12))
"""Where the frames of a filmstrip are taken, as parts of the length."""


class PreviewFailure(Enum):
    """Why there is no picture."""

    NO_FILE = "no_file"
    BROKEN = "broken"
    """Damaged, cut off, or no video at all."""
    NO_VIDEO = "no_video"
    """Nothing in it can be seen: sound only, for example."""
    CODEC = "codec"
    """Of a kind that is not decoded."""
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    """The decoder has ended: by itself, or by its limits of memory and time."""
    NO_DECODER = "no_decoder"
    """Neither the extra is installed nor ffmpeg."""


class PreviewError(Exception):
    """There is no picture."""

    def __init__(self, why: PreviewFailure) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself; None where it says nothing."""

    codec: str = ""
    """Such as `h264`."""
    width: int | None = None
    """Pixels, like the height."""
    height: int | None = None
    duration: float | None = None
    """Seconds."""
    rate: float | None = None
    """Frames a second."""
    has_audio: bool | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, three bytes a pixel, row by row."""

    width: int
    height: int
    rgb: bytes = field(repr=False)
    at: float = 0.0
    """Seconds from the beginning of the video."""
    brightness: float = 255.0
    """0–255."""
    moved: float | None = None
    """How far it differs from the picture before it, 0–255; None for the first."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What the sampled frames look like."""

    is_black: bool = False
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """The room for a picture, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file to preview, as it is now."""

    path: Path
    size: int
    modified: int
    """Nanoseconds since 1970."""
    is_part: bool = False
    """Whether it is still being downloaded: then it changes all the time."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known of a file."""

    facts: Facts
    picture: Picture | None = None
    why: PreviewFailure | None = None
    """Why there is no picture."""


def looks_of(pictures: list[Picture]) -> Looks:
    """What frames from all over a video look like; nothing is said of fewer than three."""
    if len(pictures) < 3:
        return Looks()
    is_black = all(picture.brightness < BLACK for picture in pictures)
    moves = [picture.moved for picture in pictures if picture.moved is not None]
    return Looks(is_black, not is_black and bool(moves) and max(moves) < _STILL)


def facts_from(head: Mapping[str, Any]) -> Facts:
    """The facts in a message of the decoder, which may hold anything."""
    codec = head.get("codec")
    audio = head.get("has_audio")
    return Facts(
        codec=clean_line(codec)[:20] if isinstance(codec, str) else "",
        width=_pixels(head.get("width")),
        height=_pixels(head.get("height")),
        duration=_seconds(head.get("duration")),
        rate=_seconds(head.get("rate")),
        has_audio=audio if isinstance(audio, bool) else None,
    )


def picture_from(head: Mapping[str, Any], data: bytes) -> Picture | None:
    """The picture in a message; None where its bytes are not as many as its size says."""
    width, height = _pixels(head.get("width")), _pixels(head.get("height"))
    if not width or not height or max(width, height) > SIDE_LIMIT:
        return None
    if len(data) != 3 * width * height:
        return None
    moved = head.get("moved")
    return Picture(
        width,
        height,
        data,
        at=_seconds(head.get("at")) or 0.0,
        brightness=_seconds(head.get("brightness")) or 0.0,
        moved=_seconds(moved),
    )


def _pixels(value: object) -> int | None:
    return value if type(value) is int and 0 < value < 1 << 20 else None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if math.isfinite(number) and 0 <= number < 1e9 else None
