"""Plays one video in place of the details, or of the table: muted, in time, until any key
or a resize.

A frame that comes while the last one is still to be drawn takes its place: late frames are dropped.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.widgets import Static

from hingtui.preview.pictures import Box, Picture, PreviewError, PreviewFailure
from hingtui.text.clean import human_duration
from hingtui.text.i18n import _
from hingtui.ui.textual_fixes.wide_cuts import keep_wide_characters
from hingtui.ui.widgets.picture import PictureView

if TYPE_CHECKING:
    from hingtui.ui.previewing_app import PreviewingApp

_LARGEST = (120, 60)
"""Cells of a playback; more would cost more than a person sees."""


class Player(ModalScreen[PreviewFailure | None]):
    """Answers why it could not be played, None where it was."""

    def __init__(self, path: Path, region: Region) -> None:
        """`region` is the part of the screen to play in."""
        super().__init__()
        keep_wide_characters(self)
        self._path = path
        self._place = region
        self._screen_size = Size(0, 0)
        self._latest: Picture | None = None
        self._is_stopped = False
        self.frames = 0
        """How many were drawn."""

    def compose(self) -> ComposeResult:
        with Container(id="player"):
            yield PictureView(id="player-picture")
            yield Static(id="player-line", markup=False)

    def on_mount(self) -> None:
        """Lie over that part of the screen, and begin."""
        self._screen_size = self.app.size
        box = self.query_one("#player")
        box.styles.offset = self._place.offset
        box.styles.width, box.styles.height = self._place.width, self._place.height
        self.run_worker(self._play(), group="play", exit_on_error=False)

    def on_unmount(self) -> None:
        """However the screen ends, the playback does."""
        self._is_stopped = True

    def on_key(self, event: events.Key) -> None:
        """Any key stops, and does nothing else."""
        event.stop()
        event.prevent_default()
        self._end(None)

    def on_click(self) -> None:
        """So does the mouse."""
        self._end(None)

    def on_resize(self) -> None:
        """Stop: a screen of another size has another place for it, and frames are made to fit."""
        if self.is_mounted and self.app.size != self._screen_size:
            self._end(None)

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        room = self._place.size
        box = Box(min(room.width, _LARGEST[0]), 2 * min(room.height - 1, _LARGEST[1]))

        def show(picture: Picture) -> None:
            is_waiting, self._latest = self._latest is not None, picture
            if not is_waiting:
                loop.call_soon_threadsafe(self._draw)

        previews = cast("PreviewingApp", self.app).previews
        try:
            await previews.play(self._path, box, show, lambda: self._is_stopped)
        except PreviewError as error:
            self._end(error.why)
        else:
            self._end(None)

    def _draw(self) -> None:
        picture, self._latest = self._latest, None
        if picture is None or self._is_stopped or not self.query(PictureView):
            return  # a frame can come while the program ends, when nothing is left to draw on
        self.frames += 1
        self.query_one(PictureView).show(picture)
        words = _("{time} · any key stops").format(time=human_duration(picture.at))
        line = self.query_one("#player-line", Static)
        if str(line.content) != words:
            line.update(words)

    def _end(self, why: PreviewFailure | None) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            self.dismiss(why)
