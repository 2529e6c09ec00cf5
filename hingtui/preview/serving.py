"""What the decoder process does with each request. `child` starts it, `decoder` asks it.

The next request ends `frames` and `play` before their time.

poster   what the file holds, and the first frame that is not black
frames   frames at these times, each with how far it differs from the one before
play     frames as their time comes; those that are late are left out
encode   a picture of ours as Sixel
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from av.error import FFmpegError

from hingtui.preview.clip import Clip, Frame, Refused
from hingtui.preview.clip_formats import BLACK
from hingtui.preview.protocol import Message, encode, read_message

_LATE, _VERY_LATE = 0.02, 0.25
"""Seconds: from the first on a frame is left out, from the second on decoding leaves out more."""
_OTHER_TIMES = (0.05, 0.15, 0.35, 0.6)
"""Where a frame is looked for if the first is black, as parts of the length."""
_SIXEL_COLORS = 256

Allow = Callable[[float], None]


def serve(requests: BinaryIO, replies: int, allow_cpu: Allow) -> None:
    """Do what is asked until standard input ends. `allow_cpu` grants seconds for one request."""
    server = _Server(requests, replies, allow_cpu)
    while (request := read_message(requests.read)) is not None:
        server.answer(request)


class _Server:
    """Keeps the file of the last request open."""

    def __init__(self, requests: BinaryIO, replies: int, allow_cpu: Allow) -> None:
        self._input = requests.fileno()
        self._replies = replies
        self._allow_cpu = allow_cpu
        self._id = 0

    def answer(self, request: Message) -> None:
        """Answer one request; a file that cannot be read is an answer too."""
        head = request.head
        self._id = head["id"]
        if head["do"] == "ping":
            self._send("end")
            return
        self._allow_cpu(head.get("seconds", 0.0))
        try:
            if head["do"] == "encode":
                lines = _sixels(head["width"], head["line"], request.data)
                self._send("sixel", "\n".join(lines).encode("ascii"))
                self._send("end")
            else:
                self._decode(head)
        except Refused as refused:
            self._send("error", why=refused.args[0])
        except OSError as error:
            is_broken = isinstance(error, FFmpegError)
            self._send("error", why="broken" if is_broken else "no_file")
        except (MemoryError, FFmpegError, ValueError, ArithmeticError, IndexError):
            self._send("error", why="broken")

    def _decode(self, head: dict[str, Any]) -> None:
        clip = Clip(bytes.fromhex(head["path"]))
        box = (head["width"], head["height"])
        try:
            self._send("facts", **clip.facts())
            if head["do"] == "play":
                self._play(clip, box)
            elif head["do"] == "frames":
                self._frames(clip, box, head)
            else:
                self._send_frame(_poster(clip, box))
            self._send("end")
        finally:
            clip.close()

    def _frames(self, clip: Clip, box: tuple[int, int], head: dict[str, Any]) -> None:
        times = [part * (clip.duration or 0.0) for part in head["parts"]]
        before: Frame | None = None
        for at, raw in clip.frames_at(times, lambda: self._is_asked_within(0)):
            frame = clip.scaled(at, raw, box)
            self._send_frame(frame, before)
            before = frame

    def _play(self, clip: Clip, box: tuple[int, int]) -> None:
        """Send frames in time until the end, or until the next request is there."""
        begun = 0.0
        is_hurried = False
        for at, raw in clip.raw_frames():
            now = time.monotonic()
            begun = begun or now - at
            early = begun + at - now
            if self._is_asked_within(max(0.0, early)):
                return
            if is_hurried is not (early < -_VERY_LATE):
                is_hurried = not is_hurried
                clip.hurry(is_hurried)
            if early > -_LATE:
                self._send_frame(clip.plain(at, raw, box))

    def _is_asked_within(self, seconds: float) -> bool:
        return bool(select.select([self._input], [], [], seconds)[0])

    def _send_frame(self, frame: Frame, before: Frame | None = None) -> None:
        moved = None if before is None else _difference(frame.sample, before.sample)
        self._send(
            "frame",
            frame.rgb,
            at=frame.at,
            width=frame.width,
            height=frame.height,
            brightness=frame.brightness,
            moved=moved,
        )

    def _send(self, kind: str, data: bytes = b"", **more: Any) -> None:
        rest = memoryview(encode(Message({"id": self._id, "kind": kind, **more}, data)))
        while rest:
            rest = rest[os.write(self._replies, rest) :]


def _poster(clip: Clip, box: tuple[int, int]) -> Frame:
    """The first frame, or the first of some later ones if that is black."""
    best: Frame | None = None
    for at, raw in _candidates(clip):
        frame = clip.scaled(at, raw, box)
        if frame.brightness >= BLACK:
            return frame
        if best is None or frame.brightness > best.brightness:
            best = frame
    if best is None:
        raise Refused("broken")
    return best


def _candidates(clip: Clip) -> Iterator[tuple[float, Any]]:
    yield from clip.frames_at([0.0])
    if clip.duration:
        yield from clip.frames_at([part * clip.duration for part in _OTHER_TIMES])


def _difference(one: bytes, other: bytes) -> float:
    """The mean difference of two samples, 0–255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def _sixels(width: int, line: int, rgb: bytes) -> Iterator[str]:
    """A Sixel picture for each line of the terminal, `line` pixels high."""
    try:
        from PIL import Image
        from textual_image._sixel import image_to_sixels
    except ImportError:  # the caller draws half blocks
        return
    picture = Image.frombytes("RGB", (width, len(rgb) // (3 * width)), rgb)
    # One palette for the whole picture: with one a line, the lines would differ in their colours.
    colors = picture.quantize(_SIXEL_COLORS, Image.Quantize.MEDIANCUT)
    picture = picture.quantize(palette=colors, dither=Image.Dither.FLOYDSTEINBERG)
    for top in range(0, picture.height, line):
        piece = picture.crop((0, top, width, min(top + line, picture.height)))
        yield image_to_sixels(piece)
