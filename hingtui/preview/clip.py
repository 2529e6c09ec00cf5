"""One opened video file: what it holds, and frames of it, scaled down. Runs in the decoder process.

Only this module decodes. The file is read through Python, so that FFmpeg itself opens nothing: a
playlist in disguise cannot make it read other files or addresses.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from hingtui.preview.clip_formats import FORMATS

PIXEL_LIMIT = 40_000_000
"""Pixels of a frame; 8K has 33 million."""
_CODECS = frozenset(
    (
        *("h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4"),
        *("mpeg2video", "mpeg1video", "h263", "mjpeg", "prores", "gif", "webp", "theora", "vvc"),
    )
)
"""The decoders that a video may use; the many others are older, rarer and less tested."""
_NEAR = 3.0
"""Seconds ahead up to which decoding goes on, instead of seeking."""
_SAMPLE = 16
"""Pixels of the width and the height of the sample by which frames are compared."""


class Refused(Exception):
    """The file is not decoded; `args[0]` says why: `too_large`, `codec`, `no_video`, `no_file`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, scaled down."""

    at: float
    """Seconds from the beginning."""
    width: int
    height: int
    rgb: bytes
    sample: bytes
    """The same at 16 × 16 pixels."""

    @property
    def brightness(self) -> float:
        """The mean of all its values, 0–255."""
        return sum(self.sample) / len(self.sample)


class Clip:
    """A video file, open for decoding. Raises OSError, Refused, FFmpegError, MemoryError."""

    def __init__(self, path: bytes) -> None:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
        self._file = os.fdopen(descriptor, "rb")
        try:
            _check_is_file(descriptor)
            options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
            self._container = av.open(
                self._file, "r", container_options=options, metadata_errors="replace"
            )
        except BaseException:
            self._file.close()
            raise
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        stream = self._container.streams.best("video")
        if stream is None:
            raise Refused("no_video")
        self._stream: Any = stream
        self._context: Any = self._stream.codec_context
        if self._context is None:  # FFmpeg does not know the codec
            raise Refused("codec")
        self.codec: str = self._context.codec.canonical_name
        """Its name as FFmpeg has it, such as `h264`."""
        self.width, self.height = self._context.width, self._context.height
        if self._context.name not in _CODECS:
            raise Refused("codec")
        if self.width * self.height > PIXEL_LIMIT:
            raise Refused("too_large")
        self._context.options = {"max_pixels": str(PIXEL_LIMIT)}
        self._context.thread_count = 2
        self._frames: Iterator[VideoFrame] | None = None
        self._at = 0.0

    def close(self) -> None:
        """Close the file."""
        with suppress(FFmpegError, OSError):
            self._container.close()
        self._file.close()

    def facts(self) -> dict[str, Any]:
        """What the file says of itself."""
        rate = self._stream.average_rate
        return {
            "codec": self.codec,
            "width": self.width,
            "height": self.height,
            "duration": self.duration,
            "rate": float(rate) if rate else None,
            "audio": next((s.codec_context.name for s in self._container.streams.audio), None),
            "has_audio": bool(self._container.streams.audio),
        }

    @property
    def duration(self) -> float | None:
        """Seconds, if the file says so."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration is not None:
            return float(self._container.duration / av.time_base)
        return None

    @property
    def start(self) -> float:
        """The time of the first frame, in the file's own counting."""
        return float((self._stream.start_time or 0) * (self._stream.time_base or 0))

    def raw_frames(self, start: float = 0.0) -> Iterator[tuple[float, VideoFrame]]:
        """(seconds from the beginning, frame) from the key frame before `start` on."""
        base = float(self._stream.time_base or 1)
        if start > 0 or self._frames is not None:
            self._container.seek(int((start + self.start) / base), stream=self._stream)
        self._frames = self._container.decode(self._stream)
        for number, frame in enumerate(self._frames):
            time = frame.time
            self._at = time - self.start if time is not None else number / 24
            yield self._at, frame

    def frames_at(
        self, times: list[float], is_stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[float, VideoFrame]]:
        """The frames that are shown at these times, in ascending order; the last for those behind.

        A part of a file gives fewer.
        """
        frames: Iterator[tuple[float, VideoFrame]] | None = None
        latest: tuple[float, VideoFrame] | None = None
        for time in times:
            if frames is None or time > self._at + _NEAR:
                frames = self.raw_frames(time)
            try:
                for latest in frames:
                    if is_stopped():
                        return
                    if latest[0] >= time - 1e-3:
                        break
            except FFmpegError:  # the rest is missing or damaged
                if latest is None:
                    raise
            if latest is not None:
                yield latest

    def hurry(self, is_late: bool) -> None:
        """Leave frames out that no other needs, while the playback is late."""
        self._context.skip_frame = "NONREF" if is_late else "DEFAULT"

    def scaled(self, at: float, frame: VideoFrame, box: tuple[int, int]) -> Frame:
        """The frame at the largest size of the same shape that fits into `box` pixels."""
        width, height = fitted(self.shape(frame), box)
        small = _reformatted(frame, width, height)
        sample = _bytes_of(_reformatted(small, _SAMPLE, _SAMPLE))
        return Frame(at, width, height, _bytes_of(small), sample)

    def plain(self, at: float, frame: VideoFrame, box: tuple[int, int]) -> Frame:
        """As `scaled`, without a sample: for playback."""
        width, height = fitted(self.shape(frame), box)
        return Frame(at, width, height, _bytes_of(_reformatted(frame, width, height)), b"\0")

    def shape(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height as they are to be seen: pixels need not be square."""
        ratio = self._stream.sample_aspect_ratio
        width = frame.width * float(ratio) if ratio and 0.1 < ratio < 10 else frame.width
        return max(1, round(width)), frame.height


def _check_is_file(descriptor: int) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise Refused("no_file")


def fitted(shape: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The largest width and height of this shape within `box`; at least one pixel each."""
    scale = min(box[0] / shape[0], box[1] / shape[1])
    return (
        max(1, min(box[0], round(shape[0] * scale))),
        max(1, min(box[1], round(shape[1] * scale))),
    )


def _reformatted(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    return frame.reformat(width, height, "rgb24", interpolation=Interpolation.AREA)


def _bytes_of(frame: VideoFrame) -> bytes:
    """Three bytes a pixel, row by row, without what pads the rows."""
    plane = frame.planes[0]
    data, line, wanted = bytes(plane), plane.line_size, 3 * frame.width
    if line == wanted:
        return data[: wanted * frame.height]
    return b"".join(data[at : at + wanted] for at in range(0, line * frame.height, line))
