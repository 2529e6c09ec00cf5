"""A poster by the program ffmpeg, where the extra is not installed. Blocks: for a thread."""

from __future__ import annotations

import os
import re
import subprocess

from hingtui.preview.clip_formats import BLACK, FORMATS
from hingtui.preview.pictures import Box, Picture, PreviewError, PreviewFailure, Source
from hingtui.preview.tools import child_command, child_environ

_PPM = re.compile(rb"P6\s(\d{1,5})\s(\d{1,5})\s255\s")
_LATER = 1.0
"""Seconds from the beginning where that is."""


def ffmpeg_poster(program: str, source: Source, box: Box, timeout: float = 8.0) -> Picture:
    """The first frame, or a later one if that is black. Raises PreviewError."""
    picture = _frame(program, source, box, 0.0, timeout)
    if picture.brightness >= BLACK:
        return picture
    try:
        later = _frame(program, source, box, _LATER, timeout)
    except PreviewError:  # it is not that long
        return picture
    return later if later.brightness > picture.brightness else picture


def _frame(program: str, source: Source, box: Box, at: float, timeout: float) -> Picture:
    size = f"{box.width}:{box.height}:force_original_aspect_ratio=decrease"
    arguments = (
        *(program, "-v", "error", "-nostdin", "-threads", "2", "-ss", str(at)),
        *("-protocol_whitelist", "file", "-format_whitelist", FORMATS),
        *("-i", f"file:{os.fsdecode(source.path)}", "-map", "0:v:0", "-frames:v", "1"),
        *("-vf", f"scale={size}:flags=area", "-f", "image2pipe", "-c:v", "ppm", "-"),
    )
    try:
        done = subprocess.run(  # noqa: S603 - the program that was found, without a shell
            child_command("--run", *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environ(),
            timeout=timeout,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise PreviewError(PreviewFailure.TIMEOUT) from error
    except OSError as error:
        raise PreviewError(PreviewFailure.CRASHED) from error
    return _read_ppm(done.stdout, box, at)


def _read_ppm(data: bytes, box: Box, at: float) -> Picture:
    found = _PPM.match(data)
    if found is None:
        raise PreviewError(PreviewFailure.BROKEN)
    width, height = int(found[1]), int(found[2])
    rgb = data[found.end() : found.end() + 3 * width * height]
    fits = 0 < width <= box.width and 0 < height <= box.height
    if not fits or len(rgb) < 3 * width * height:
        raise PreviewError(PreviewFailure.BROKEN)
    sample = rgb[:: max(1, len(rgb) // 3000) | 1]
    return Picture(width, height, rgb, at, sum(sample) / len(sample))
