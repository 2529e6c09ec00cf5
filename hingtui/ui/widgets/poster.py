"""The picture in the details pane: when a file is looked at, and which picture of it is shown.

A file is looked at once the cursor has rested on its row; moving on forgets it. What takes long is
done by `preview`, in its own thread and process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.geometry import Size
from textual.timer import Timer

from hingtui.download.part_names import part_paths, target_of
from hingtui.monitor import DownloadState, Row
from hingtui.preview.pictures import (
    STRIP,
    Box,
    Looks,
    Picture,
    Preview,
    PreviewError,
    PreviewFailure,
)
from hingtui.system.terminal_pictures import (
    KITTY_ROWS,
    Graphics,
    iterm_lines,
    kitty_forget,
    kitty_lines,
    kitty_upload,
    over_blanks,
)
from hingtui.ui.widgets.picture import PictureView, sampled

if TYPE_CHECKING:
    from hingtui.ui.drawing import Drawing
    from hingtui.ui.previewing_app import PreviewingApp

REST = 0.15
"""Seconds that the cursor rests on a row before its file is looked at."""
LOOK_AFTER = 1.0
"""Seconds more until frames from all over the video are compared: that takes a second of CPU."""
_AGAIN = 2.0
"""Seconds between two tries with a file that is still being downloaded."""
_LOW, _NARROW = 18, 24
"""A pane of fewer lines or cells has no room for a picture."""
_WIDEST = 120
_ANY_BOX = Box(32, 32)
_KITTY_NUMBER = 0x687467
"""Names our picture in kitty; one is shown at a time."""


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """The file of a row."""

    path: Path
    is_part: bool


def preview_file(row: Row, folder: Path) -> PreviewFile | None:
    """The file that can be looked at: the saved one, or what has arrived of a download."""
    if row.saved is not None:
        return PreviewFile(row.saved, is_part=False)
    if row.download is not None and row.download.state is DownloadState.RUNNING:
        return PreviewFile(part_paths(target_of(row.key, folder))[0], is_part=True)
    return None


def room_for_picture(pane: Size) -> Size:
    """The cells that a picture may take: a third of the pane's height; none in a small one."""
    if pane.height < _LOW or pane.width < _NARROW:
        return Size(0, 0)
    return Size(min(pane.width - 2, _WIDEST), min(pane.height // 3, KITTY_ROWS))


class Poster(PictureView):
    """Shows the poster of one file, or a frame of its filmstrip."""

    DEFAULT_CSS = "Poster { position: absolute; display: none; }"

    def __init__(self, changed: Callable[[], object]) -> None:
        """`changed` is called when there is another picture, or more is known of the file."""
        super().__init__()
        self._changed = changed
        self._file: PreviewFile | None = None
        self._room = Size(0, 0)
        self._rest_timer: Timer | None = None
        self._loading: asyncio.Task[None] | None = None
        self._is_uploaded = False
        self._drawing: Drawing | None = None
        self._wanted: Picture | None = None
        """The picture to be drawn: encoding it can take longer than the cursor stays."""
        self.preview: Preview | None = None
        self.looks: Looks | None = None
        self.strip: list[Picture] = []
        self._frames = 0
        """Frames of the filmstrip, there or coming; 0 before the first step."""
        self.place = 0
        """Which frame of the filmstrip is shown, from 1 on; 0 for the poster."""

    @property
    def rows(self) -> int:
        """Lines of the picture, 0 while there is none."""
        return self._cells.height

    @property
    def _previewing(self) -> PreviewingApp:
        return cast("PreviewingApp", self.app)

    def use(self, file: PreviewFile | None, pane: Size) -> None:
        """Show this file, in a pane of so many cells, once the cursor has rested."""
        room = room_for_picture(pane)
        if file == self._file and room == self._room:
            return
        if file != self._file:
            self.preview = self.looks = None
        self._file, self._room = file, room
        self._stop()
        self._forget_picture()
        self.strip, self.place, self._frames = [], 0, 0
        if file is not None:
            self._rest_timer = self.set_timer(REST, self._rested)

    def step(self, frames: int) -> None:
        """Go so many frames on or back in the filmstrip; the first step decodes it."""
        if self._file is None or self._file.is_part or not self._room.height:
            return
        if not self._frames:
            self._frames = len(STRIP)
            self._start(self._load_strip(self._file))
        self.place = max(0, min(self.place + frames, self._frames))
        self._show_place()

    def on_unmount(self) -> None:
        """Stop decoding: the pane is gone."""
        self._stop()
        self._forget_picture()

    def _stop(self) -> None:
        if self._rest_timer is not None:
            self._rest_timer.stop()
        if self._loading is not None:
            self._loading.cancel()
        self._rest_timer = self._loading = None

    def _start(self, work: Coroutine[object, object, None]) -> None:
        """Do this instead of what is done now."""
        self._stop()

        async def do() -> None:
            with suppress(asyncio.CancelledError):  # the cursor has moved on
                await work

        task = asyncio.ensure_future(do())
        self._loading = task
        self.app.run_worker(_awaited(task), group="preview", exit_on_error=False)

    def _rested(self) -> None:
        if self._file is not None:
            self._start(self._load(self._file))

    async def _load(self, file: PreviewFile) -> None:
        previews = self._previewing.previews
        self._drawing = await self._previewing.drawing()
        box = self._drawing.box(self._room) or _ANY_BOX  # without pictures, only the facts
        preview = await previews.preview(file.path, box, is_part=file.is_part)
        if file.is_part and preview.picture is None:
            self._rest_timer = self.set_timer(_AGAIN, self._rested)
            return
        self.preview = preview
        if preview.picture is not None:
            await self._show_picture(preview.picture)
        self._changed()
        if preview.picture is None or file.is_part:
            return
        await asyncio.sleep(LOOK_AFTER)
        with suppress(PreviewError):  # the poster says what is wrong
            if (looks := await previews.looks(file.path)) is not None:
                self.looks = looks
                self._changed()

    async def _load_strip(self, file: PreviewFile) -> None:
        loop = asyncio.get_running_loop()
        self._drawing = await self._previewing.drawing()
        if (box := self._drawing.box(self._room)) is None:
            self._frames = self.place = 0
            return
        if self.preview is None:  # the cursor has not rested here: the facts are not known either
            self.preview = await self._previewing.previews.preview(file.path, box, is_part=False)
            self._changed()

        def show(picture: Picture) -> None:
            loop.call_soon_threadsafe(self._add_to_strip, file, picture)

        try:
            await self._previewing.previews.strip(file.path, box, show)
        except PreviewError as error:
            if self.preview is not None and error.why is not PreviewFailure.NO_DECODER:
                self.preview = replace(self.preview, why=error.why)
                self._changed()
        self._frames = len(self.strip)
        if self.place > self._frames:  # not every file has all
            self.place = self._frames
            self._show_place()
            self._changed()

    def _add_to_strip(self, file: PreviewFile, picture: Picture) -> None:
        if file is self._file:
            self.strip.append(picture)
            if len(self.strip) == self.place:
                self._show_place()

    def _show_place(self) -> None:
        """Show the frame of the filmstrip, if it is there already."""
        picture = self.preview.picture if self.preview is not None else None
        if self.place:
            picture = self.strip[self.place - 1] if self.place <= len(self.strip) else None
        if picture is not None:
            self.app.run_worker(
                self._show_frame(picture, self.place), group="preview", exit_on_error=False
            )

    async def _show_frame(self, picture: Picture, place: int) -> None:
        await self._show_picture(picture)
        if place == self.place:
            self._changed()

    async def _show_picture(self, picture: Picture) -> None:
        """Draw it; in the terminal's own graphics as soon as those are made."""
        self._wanted = picture
        drawing = self._drawing
        if drawing is None or drawing.box(self._room) is None:
            return
        if drawing.graphics is Graphics.HALF_BLOCKS:
            self.show(picture)
            return
        width, height = drawing.cell
        cells = (-(-picture.width // width), -(-picture.height // height))
        size, ground = (picture.width, picture.height), self.background_colors[1].rgb
        blocks = await asyncio.to_thread(sampled, picture, cells)
        if self._wanted is not picture:
            return  # another one is wanted by now
        if drawing.graphics is Graphics.KITTY:
            upload = await asyncio.to_thread(kitty_upload, _KITTY_NUMBER, size, cells, picture.rgb)
            if self._wanted is picture:
                self._previewing.write_to_terminal(upload)
                self._is_uploaded = True
                self.show(blocks, list(kitty_lines(_KITTY_NUMBER, cells)))
        elif drawing.graphics is Graphics.ITERM:
            lines = iterm_lines(size, cells[0], height, picture.rgb, ground)
            drawn = await asyncio.to_thread(list, lines)
            if self._wanted is picture:
                self.show(blocks, drawn)
        else:
            if drawing.has_colors:  # Sixel takes a moment
                self.show(blocks)
                self._changed()
            pieces = await self._previewing.previews.sixels(picture, height)
            if self._wanted is picture:
                self.show(blocks, [over_blanks(piece, cells[0], ground) for piece in pieces])

    def _forget_picture(self) -> None:
        self._wanted = None
        if self._is_uploaded:
            self._is_uploaded = False
            self._previewing.write_to_terminal(kitty_forget(_KITTY_NUMBER))
        self.show(None)


async def _awaited(task: asyncio.Task[None]) -> None:
    """Await a task; its exception goes to the app, as with any worker."""
    await task
