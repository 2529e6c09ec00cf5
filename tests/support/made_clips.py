"""Make small video files, good ones and odd ones."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

Color = tuple[int, int, int]


def make_clip(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    seconds: float = 2.0,
    color: Callable[[float], Color] = lambda at: (int(100 * at) % 200, 90, 160),
    codec: str = "mpeg4",
    rate: int = 12,
    has_audio: bool = False,
    options: dict[str, str] | None = None,
) -> Path:
    """A clip of one colour at each time. Needs PyAV."""
    import av

    with av.open(str(path), "w", options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        sound: Any = container.add_stream("aac", rate=44100) if has_audio else None
        for number in range(round(seconds * rate)):
            frame: Any = av.VideoFrame(*size, pixels)
            for plane, value in zip(frame.planes, _yuv(color(number / rate)), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound is not None:
            silence = av.AudioFrame("fltp", "stereo", 1024)
            silence.sample_rate = 44100
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(sound.encode(silence))
            container.mux(sound.encode())
    return path


def _yuv(color: Color) -> tuple[int, int, int]:
    """As ITU-R BT.601 has it."""
    red, green, blue = (part / 255 for part in color)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.772),
        round(128 + 224 * (red - luma) / 1.402),
    )
