"""Make previews: from the cache, by the decoder, or by ffmpeg; one thread, one process.

The process is started when the first picture is wanted, stays for the next ones, and is ended after
a minute without any.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from hingtui.model.mp4 import BrokenMp4, NotMp4, Unverifiable, inspect
from hingtui.preview.cache import Entry, PreviewCache
from hingtui.preview.decoder import Decoder, Show
from hingtui.preview.ffmpeg import ffmpeg_poster
from hingtui.preview.pictures import (
    STRIP,
    Box,
    Facts,
    Looks,
    Picture,
    Preview,
    PreviewError,
    PreviewFailure,
    Source,
    looks_of,
)
from hingtui.preview.tools import Tools, find_tools

IDLE = 60.0
"""Seconds without a request after which the process is ended."""
_LOOK_BOX = Box(64, 64)
_SAMPLES = (0.02, 0.25, 0.5, 0.75, 0.97)
"""Where a video is looked at, as parts of its length."""

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


def source_of(path: Path, *, is_part: bool = False) -> Source:
    """The file as it is now. Blocks; raises PreviewError where there is none."""
    try:
        state = path.stat()
    except OSError as error:
        raise PreviewError(PreviewFailure.NO_FILE) from error
    return Source(path, state.st_size, state.st_mtime_ns, is_part)


class Previews:
    """The thread that makes previews, and its process. To be used from one event loop."""

    def __init__(
        self,
        cache: Path,
        find: Callable[[], Tools] = find_tools,
        idle: float = IDLE,
        make_decoder: Callable[[Sequence[str]], Decoder] = Decoder,
    ) -> None:
        """`cache` is the folder of the cache, made where missing."""
        self._cache = PreviewCache(cache)
        self._find = find
        self._idle = idle
        self._make_decoder = make_decoder
        self._tools: Tools | None = None
        self._decoder: Decoder | None = None
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    async def tools(self) -> Tools:
        """What can decode here."""
        return await self._run(self._found)

    async def preview(self, path: Path, box: Box, *, is_part: bool = False) -> Preview:
        """What the file holds, and its poster within `box` pixels."""
        return await self._run(lambda: self._preview(path, box, is_part=is_part))

    async def looks(self, path: Path) -> Looks | None:
        """Whether it looks black or frozen; None where another request came first.

        Raises PreviewError.
        """
        return await self._run(lambda: self._look(path))

    async def strip(self, path: Path, box: Box, show: Show) -> None:
        """Call `show`, in a thread, with frames from all over the video. Raises PreviewError.

        Another request goes first; the frames that are left follow it.
        """
        left, is_begun = list(STRIP), False

        def shown(picture: Picture) -> None:
            del left[:1]
            show(picture)

        while await self._run(partial(self._is_interrupted, path, box, left, shown, is_begun)):
            is_begun = True

    async def play(self, path: Path, box: Box, show: Show, is_stopped: Callable[[], bool]) -> None:
        """Call `show`, in a thread, with each frame as its time comes. Raises PreviewError."""
        await self._run(lambda: self._asked().play(source_of(path), box, show, is_stopped))

    async def sixels(self, picture: Picture, line: int) -> tuple[str, ...]:
        """The picture as Sixel, a piece for each line; () where that cannot be."""
        return await self._run(lambda: self._encode(picture, line))

    def close(self) -> None:
        """End the process and the thread; waits for neither."""
        self._jobs.put(None)
        if (decoder := self._decoder) is not None:
            decoder.kill()

    def _run(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Run this in the thread, after what was asked for before, unless it is cancelled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def settle(result: Result | None, error: Exception | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]  # None only beside an error

        def job() -> None:
            if future.cancelled():
                return
            try:
                result, failed = work(), None
            except Exception as error:  # noqa: BLE001 - raised again where the future is awaited
                result, failed = None, error
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, failed)

        self._jobs.put(job)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="previews", daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        """Do the jobs in turn; while there is none, let the process end."""
        while True:
            try:
                job = self._jobs.get(timeout=self._idle)
            except queue.Empty:
                self._end_decoder()
                job = self._jobs.get()
            if job is None:
                self._end_decoder()
                return
            job()

    def _end_decoder(self) -> None:
        if self._decoder is not None:
            self._decoder.close()

    def _found(self) -> Tools:
        if self._tools is None:
            self._tools = self._find()
        return self._tools

    def _asked(self) -> Decoder:
        """The decoder. Raises PreviewError where there is none."""
        folders = self._found().folders
        if not folders:
            raise PreviewError(PreviewFailure.NO_DECODER)
        if self._decoder is None:
            self._decoder = self._make_decoder(folders)
        return self._decoder

    def _preview(self, path: Path, box: Box, *, is_part: bool) -> Preview:
        try:
            source = source_of(path, is_part=is_part)
        except PreviewError as error:
            return Preview(Facts(), why=error.why)
        if not is_part and (kept := self._cache.get(source, box, "poster")) is not None:
            return Preview(kept.facts, kept.picture)
        try:
            facts, picture = self._decoded(source, box)
        except PreviewError as error:
            return Preview(_own_facts(path), why=error.why)
        entry = Entry(facts, picture, None)
        self._jobs.put(lambda: self._cache.put(source, box, "poster", entry))  # shown before that
        return Preview(facts, picture)

    def _decoded(self, source: Source, box: Box) -> tuple[Facts, Picture]:
        tools = self._found()
        if not tools.folders and tools.ffmpeg:
            return _own_facts(source.path), ffmpeg_poster(tools.ffmpeg, source, box)
        return self._asked().poster(source, box)

    def _is_wanted(self) -> bool:
        """Whether something else is asked for."""
        return not self._jobs.empty()

    def _is_interrupted(
        self, path: Path, box: Box, left: list[float], show: Show, is_begun: bool
    ) -> bool:
        """Call `show` with the frames that are `left`; whether another request ended that early.

        What was interrupted before shows one frame at least: two strips take turns.
        """
        parts, is_interrupted = tuple(left), False

        def is_wanted() -> bool:
            nonlocal is_interrupted
            may_be = not is_begun or len(left) < len(parts)
            is_interrupted = is_interrupted or (may_be and self._is_wanted())
            return is_interrupted

        self._asked().frames(source_of(path), box, parts, show, is_wanted)
        return is_interrupted and bool(left)

    def _look(self, path: Path) -> Looks | None:
        source = source_of(path)
        kept = self._cache.get(source, _LOOK_BOX, "looks")
        if kept is not None and kept.looks is not None:
            return kept.looks
        pictures: list[Picture] = []
        decoder = self._asked()
        decoder.frames(source, _LOOK_BOX, _SAMPLES, pictures.append, self._is_wanted)
        if len(pictures) < len(_SAMPLES):
            return None
        looks = looks_of(pictures)
        self._cache.put(source, _LOOK_BOX, "looks", Entry(Facts(), None, looks))
        return looks

    def _encode(self, picture: Picture, line: int) -> tuple[str, ...]:
        if not self._found().has_sixel:
            return ()
        try:
            return self._asked().sixels(picture, line)
        except PreviewError as error:
            _log.info("no Sixel: %s", error)
            return ()


def _own_facts(path: Path) -> Facts:
    """What hingtui itself can read of an MP4."""
    try:
        mp4 = inspect(path)
    except (BrokenMp4, NotMp4, Unverifiable, OSError):
        return Facts()
    return Facts(width=mp4.width, height=mp4.height, duration=mp4.duration)
