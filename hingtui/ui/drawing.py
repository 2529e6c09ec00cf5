"""How a terminal draws pictures: in half blocks or its own graphics, and how large a cell is."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Size

from hingtui.preview.pictures import Box
from hingtui.system.terminal_pictures import Graphics

_USUAL_CELL = (10, 20)
"""Pixels of a cell where the terminal does not say."""
_WIDEST = 1600
"""Pixels of the largest picture."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the terminal draws pictures."""

    graphics: Graphics = Graphics.HALF_BLOCKS
    cell: tuple[int, int] = _USUAL_CELL
    """Pixels of a cell: width, height."""
    has_colors: bool = True
    """Whether there are enough colours for half blocks."""

    @property
    def can_show(self) -> bool:
        """Whether there can be pictures: the terminal's own need no colours for characters."""
        return self.has_colors or self.graphics is not Graphics.HALF_BLOCKS

    def box(self, room: Size) -> Box | None:
        """The pixels of a picture in so many cells; None where there can be none."""
        if not self.can_show or not room.height:
            return None
        if self.graphics is Graphics.HALF_BLOCKS:
            return Box(room.width, 2 * room.height)
        width, height = self.cell
        return Box(min(_WIDEST, room.width * width), min(_WIDEST, room.height * height))
