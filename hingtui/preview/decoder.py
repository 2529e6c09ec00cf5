"""Ask the decoder process, and end it where it takes too long or sends what is no message.

Everything here blocks: it belongs into a thread. A process that has ended is started again with
the next request.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from hingtui.preview.pictures import (
    Box,
    Facts,
    Picture,
    PreviewError,
    PreviewFailure,
    Source,
    facts_from,
    picture_from,
)
from hingtui.preview.protocol import Message, ProtocolError, encode, read_message
from hingtui.preview.tools import child_command, child_environ

TIMEOUT = 8.0
"""Seconds for one answer, and from one frame of a playback to the next."""
_LONGEST_PLAY = 3600.0
"""Seconds of CPU for a playback."""
_SIXEL = re.compile(rb"\x1bP[0-9;]*q[ -~]*\x1b\\")
_STOP = encode(Message({"id": -1, "do": "ping"}))
"""Any other request ends a playback."""
_CHECK_EVERY = 0.05
"""Seconds between two checks whether to stop."""

Show = Callable[[Picture], None]
Stopped = Callable[[], bool]


def _never() -> bool:
    return False


class _Stop:
    """Asks the process once to stop."""

    def __init__(self, is_wanted: Stopped, ask: Callable[[], None]) -> None:
        self._is_wanted = is_wanted
        self._ask = ask
        self._is_asked = False

    def check(self) -> None:
        if not self._is_asked and self._is_wanted():
            self._is_asked = True
            self._ask()


class Decoder:
    """One decoder process. Its requests come from one thread; `kill` may be called from any."""

    def __init__(self, folders: Sequence[str], timeout: float = TIMEOUT) -> None:
        self._folders = tuple(folders)
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._id = 0

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        return None if self._process is None else self._process.pid

    def poster(self, source: Source, box: Box) -> tuple[Facts, Picture]:
        """What the file holds, and its first frame that is not black. Raises PreviewError."""
        facts, pictures = Facts(), []
        for message in self._ask({"do": "poster"}, source, box):
            if message.head.get("kind") == "facts":
                facts = facts_from(message.head)
            elif (picture := picture_from(message.head, message.data)) is not None:
                pictures.append(picture)
        if not pictures:
            raise PreviewError(PreviewFailure.BROKEN)
        return facts, pictures[0]

    def frames(
        self,
        source: Source,
        box: Box,
        parts: Sequence[float],
        show: Show,
        is_stopped: Stopped = _never,
    ) -> None:
        """Call `show` with the frames at these parts (0–1, ascending) of the video.

        Raises PreviewError.
        """
        self._show({"do": "frames", "parts": list(parts)}, source, box, show, is_stopped)

    def play(self, source: Source, box: Box, show: Show, is_stopped: Stopped = _never) -> None:
        """Call `show` with each frame as its time comes, until the end or `is_stopped`.

        Raises PreviewError.
        """
        head = {"do": "play", "seconds": _LONGEST_PLAY}
        self._show(head, source, box, show, is_stopped)

    def _show(
        self, head: dict[str, Any], source: Source, box: Box, show: Show, is_stopped: Stopped
    ) -> None:
        for message in self._ask(head, source, box, is_stopped=is_stopped):
            picture = picture_from(message.head, message.data)
            if picture is not None and not is_stopped():
                show(picture)

    def sixels(self, picture: Picture, line: int) -> tuple[str, ...]:
        """The picture as Sixel, a piece for each line of `line` pixels; () without Pillow."""
        head = {"do": "encode", "width": picture.width, "line": line}
        for message in self._ask(head, data=picture.rgb):
            if message.head.get("kind") == "sixel":
                return _checked_sixels(message.data)
        return ()

    def kill(self) -> None:
        """End the process; what waits for its answer gets none."""
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process at once, and forget it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _ask(
        self,
        head: dict[str, Any],
        source: Source | None = None,
        box: Box | None = None,
        data: bytes = b"",
        is_stopped: Stopped = _never,
    ) -> Iterator[Message]:
        """The messages that answer a request, without the last. Raises PreviewError."""
        self._id += 1
        head |= {"id": self._id}
        if source is not None:
            head |= {"path": os.fsencode(source.path).hex()}
        if box is not None:
            head |= {"width": box.width, "height": box.height}
        is_over = False
        try:
            process = self._started()
            self._write(process, encode(Message(head, data)))
            stop = _Stop(is_stopped, lambda: self._write(process, _STOP))
            while not is_over:
                message = self._read(process, stop)
                if message.head.get("id") != self._id:
                    continue  # the end of what was stopped
                kind = message.head.get("kind")
                is_over = kind in ("end", "error")
                if kind == "error":
                    raise PreviewError(_failure(message.head.get("why")))
                if not is_over:
                    yield message
        finally:
            if not is_over:  # what comes later would answer nothing
                self.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        try:
            process = subprocess.Popen(  # noqa: S603 - our own Python and our own script
                child_command(*self._folders),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environ(),
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise PreviewError(PreviewFailure.CRASHED) from error
        self._process = process
        return process

    def _write(self, process: subprocess.Popen[bytes], data: bytes) -> None:
        """A request, all of it or the process is stuck."""
        stream, rest = _descriptor(process.stdin), memoryview(data)
        os.set_blocking(stream, False)
        ends = time.monotonic() + self._timeout
        while rest:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([], [stream], [], left)[1]:
                raise PreviewError(PreviewFailure.TIMEOUT)
            try:
                rest = rest[os.write(stream, rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise PreviewError(PreviewFailure.CRASHED) from error

    def _read(self, process: subprocess.Popen[bytes], stop: _Stop) -> Message:
        stream, ends = _descriptor(process.stdout), time.monotonic() + self._timeout

        def read(count: int) -> bytes:
            chunks: list[bytes] = []
            while count > 0:
                stop.check()
                left = ends - time.monotonic()
                if left <= 0:
                    raise PreviewError(PreviewFailure.TIMEOUT)
                if not select.select([stream], [], [], min(left, _CHECK_EVERY))[0]:
                    continue
                chunk = os.read(stream, min(count, 1 << 20))
                if not chunk:
                    break
                chunks.append(chunk)
                count -= len(chunk)
            return b"".join(chunks)

        try:
            message = read_message(read)
        except (ProtocolError, OSError, ValueError) as error:
            raise PreviewError(PreviewFailure.CRASHED) from error
        if message is None:
            raise PreviewError(PreviewFailure.CRASHED)
        return message


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None or pipe.closed:
        raise PreviewError(PreviewFailure.CRASHED)
    return pipe.fileno()


def _failure(word: object) -> PreviewFailure:
    try:
        return PreviewFailure(word)
    except ValueError:
        return PreviewFailure.BROKEN


def _checked_sixels(data: bytes) -> tuple[str, ...]:
    """The pieces, if there is nothing in them but Sixel: they go to the terminal as they are."""
    pieces = data.split(b"\n") if data else []
    if not all(_SIXEL.fullmatch(piece) for piece in pieces):
        return ()
    return tuple(piece.decode("ascii") for piece in pieces)
