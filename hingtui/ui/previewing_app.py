"""An app that makes previews of video files, and knows how its terminal draws pictures.

What only pictures need is imported when one is wanted.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import App
from textual.events import Unmount

from hingtui.ui.textual_fixes.background_query import can_ask
from hingtui.ui.textual_fixes.graphics_query import AbilitiesReported, CellReported

if TYPE_CHECKING:
    from hingtui.preview.previews import Previews
    from hingtui.ui.drawing import Drawing

_TIMEOUT = 0.1
"""Seconds to wait for the terminal's first reply, before a picture is drawn."""


class PreviewingApp(App[None]):
    """Keeps the previews, which start no thread and no process before one is wanted."""

    cache_path: Path
    """The folder of the cache."""

    def __init__(self) -> None:
        super().__init__()
        self.picture_terminal: Drawing | None = None
        """How it draws, as far as it has reported; None before it was asked."""
        self._may_ask = False
        self._replied = asyncio.Event()

    @cached_property
    def previews(self) -> Previews:
        """What makes previews. Imported when first used, because that takes time."""
        from hingtui.preview.previews import Previews

        return Previews(self.cache_path)

    async def drawing(self) -> Drawing:
        """How to draw a picture now; the first time the terminal is asked.

        A reply that comes later than `_TIMEOUT` is used from then on.
        """
        from hingtui.system.terminal_pictures import ASK_PIXELS, cell_pixels

        terminal = self.picture_terminal
        if terminal is None:
            terminal = self.picture_terminal = self._known_drawing()
            if self._may_ask and not self.is_headless:
                self.write_to_terminal(ASK_PIXELS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TIMEOUT):
                        await self._replied.wait()
                terminal = self.picture_terminal
        if not self.is_headless and (cell := cell_pixels()) is not None:
            terminal = replace(terminal, cell=cell)  # the font may have another size by now
        return terminal

    def _known_drawing(self) -> Drawing:
        """What is known without asking."""
        from hingtui.system.terminal_pictures import Graphics, graphics_by_name
        from hingtui.ui.drawing import Drawing

        has_colors = self.console.color_system in ("256", "truecolor")
        has_colors = has_colors and not self.no_color and not self.native_ansi_color
        graphics = None if self.no_color else graphics_by_name(os.environ)
        self._may_ask = (
            not self.no_color and graphics is not Graphics.HALF_BLOCKS and can_ask(os.environ)
        )
        return Drawing(graphics or Graphics.HALF_BLOCKS, has_colors=has_colors)

    def write_to_terminal(self, sequence: str) -> None:
        """Send it as it is."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    @on(CellReported)
    def _cell_reported(self, event: CellReported) -> None:
        is_likely = 4 <= event.width <= 100 and 4 <= event.height <= 200
        if is_likely and self.picture_terminal is not None:
            cell = (event.width, event.height)
            self.picture_terminal = replace(self.picture_terminal, cell=cell)

    @on(AbilitiesReported)
    def _abilities_reported(self, event: AbilitiesReported) -> None:
        """The last reply."""
        from hingtui.system.terminal_pictures import Graphics, graphics_by_name

        self._replied.set()
        is_unknown = graphics_by_name(os.environ) is None
        if event.has_sixel and is_unknown and self.picture_terminal is not None:
            self.picture_terminal = replace(self.picture_terminal, graphics=Graphics.SIXEL)

    @on(Unmount)
    def _end_previews(self) -> None:
        """However the app ends, no process stays."""
        if "previews" in vars(self):
            self.previews.close()
