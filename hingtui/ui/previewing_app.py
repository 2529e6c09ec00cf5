"""An app that makes previews of video files, and knows how its terminal draws pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import App
from textual.events import Unmount

from hingtui.system.terminal_pictures import ASK_PIXELS, Graphics, graphics_by_name
from hingtui.ui.textual_fixes.background_query import can_ask
from hingtui.ui.textual_fixes.graphics_query import AbilitiesReported, CellReported

if TYPE_CHECKING:
    from hingtui.preview.previews import Previews

_USUAL_CELL = (10, 20)
"""Pixels of a cell where the terminal does not say."""


@dataclass(slots=True)
class PictureTerminal:
    """How the terminal draws pictures."""

    graphics: Graphics = Graphics.HALF_BLOCKS
    cell: tuple[int, int] = _USUAL_CELL
    """Pixels of a cell: width, height."""
    has_colors: bool = True
    """Whether there are enough colours for a picture."""
    is_asked: bool = False


class PreviewingApp(App[None]):
    """Keeps the previews, which start no thread and no process before one is wanted."""

    cache_path: Path
    """The folder of the cache."""

    def __init__(self) -> None:
        super().__init__()
        self.picture_terminal = PictureTerminal()

    @cached_property
    def previews(self) -> Previews:
        """What makes them. The first picture needs nothing of it, and its import takes time."""
        from hingtui.preview.previews import Previews

        return Previews(self.cache_path)

    def ask_for_graphics(self) -> None:
        """Find out how the terminal draws pictures; the reply may come at any time."""
        terminal = self.picture_terminal
        if terminal.is_asked:
            return
        terminal.is_asked = True
        terminal.has_colors = (
            self.console.color_system in ("256", "truecolor")
            and not self.no_color
            and not self.native_ansi_color
        )
        if (known := graphics_by_name(os.environ)) is not None:
            terminal.graphics = known
        if known is not Graphics.HALF_BLOCKS and terminal.has_colors and can_ask(os.environ):
            self.write_to_terminal(ASK_PIXELS)

    def write_to_terminal(self, sequence: str) -> None:
        """Send it as it is."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    @on(CellReported)
    def _cell_reported(self, event: CellReported) -> None:
        if 4 <= event.width <= 100 and 4 <= event.height <= 200:
            self.picture_terminal.cell = (event.width, event.height)

    @on(AbilitiesReported)
    def _abilities_reported(self, event: AbilitiesReported) -> None:
        if event.has_sixel and graphics_by_name(os.environ) is None:
            self.picture_terminal.graphics = Graphics.SIXEL

    @on(Unmount)
    def _end_previews(self) -> None:
        """However the app ends, no process stays."""
        if "previews" in vars(self):
            self.previews.close()
