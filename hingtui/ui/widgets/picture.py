"""A picture in the terminal: half blocks, or lines in the terminal's own graphics.

A cell holds two pixels, one above the other. Made of Rich segments with a style a cell, a frame of
80 × 45 cells costs Textual 8.2.8 ten times as much as here: a line makes its escape sequences
itself, and becomes segments only where something asks for them (an exported picture, a dialog that
dims what is beneath it, a terminal of few colours).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from hingtui.preview.pictures import Picture

_HALF = "▀"
_FINE = bytes(value & 0xFC | value >> 6 for value in range(256))
"""Six bits of a colour: neighbours are alike more often, and the eye sees no difference."""


class PictureStrip(Strip):
    """One line of a picture: the colours of its upper and its lower pixels, three bytes each."""

    __slots__ = ("_bottom", "_cells", "_drawn", "_own", "_top")

    def __init__(self, top: bytes, bottom: bytes, drawn: str = "") -> None:
        """`drawn` draws the whole line in the terminal's own graphics; "" for half blocks."""
        self._top, self._bottom, self._drawn = top, bottom, drawn
        self._own: str | None = None
        self._cells: list[Segment] | None = None
        super().__init__((), len(top) // 3)

    @property
    def _segments(self) -> list[Segment]:
        """The line as segments, made when something asks for them."""
        if self._cells is None:
            self._cells = list(_segments(self._top, self._bottom))
        return self._cells

    @_segments.setter
    def _segments(self, _segments: list[Segment]) -> None:
        """Textual's own `__init__` sets them."""

    def render(self, console: Console) -> str:
        """The escape sequences of the line."""
        if self._own is None:
            system = console._color_system
            if self._drawn:
                self._own = self._drawn
            elif system is ColorSystem.TRUECOLOR:
                self._own = true_color(self._top, self._bottom)
            elif system is ColorSystem.EIGHT_BIT:
                self._own = of_256(self._top, self._bottom)
            else:
                self._own = super().render(console)
        return self._own

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002, ARG002 - Textual's names
        """As it is: a picture is no text."""
        return self

    def crop(self, start: int, end: int | None = None) -> Strip:
        """A piece of it, in half blocks."""
        last = self.cell_length if end is None else min(end, self.cell_length)
        return self._piece(max(0, start), last)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Pieces of it, in half blocks; as it is where nothing is cut off."""
        pieces, start = [], 0
        for cut in cuts:
            if cut <= self.cell_length:
                pieces.append(self._piece(start, cut))
                start = cut
        return pieces

    def _piece(self, start: int, end: int) -> Strip:
        if start == 0 and end == self.cell_length:
            return self
        if end <= start:
            return Strip([], 0)
        return PictureStrip(self._top[3 * start : 3 * end], self._bottom[3 * start : 3 * end])


def true_color(top: bytes, bottom: bytes) -> str:
    """Half blocks in 24-bit colours; neighbours that are alike share a sequence."""
    above, below = top.translate(_FINE), bottom.translate(_FINE)
    line: list[str] = []
    add = line.append
    last_red = last_green = last_blue = lower_red = lower_green = lower_blue = -1
    for red, green, blue, red_2, green_2, blue_2 in zip(
        above[0::3], above[1::3], above[2::3], below[0::3], below[1::3], below[2::3], strict=True
    ):
        upper = red != last_red or green != last_green or blue != last_blue
        if red_2 != lower_red or green_2 != lower_green or blue_2 != lower_blue:
            lower_red, lower_green, lower_blue = red_2, green_2, blue_2
            if upper:
                last_red, last_green, last_blue = red, green, blue
                add(f"\x1b[38;2;{red};{green};{blue};48;2;{red_2};{green_2};{blue_2}m▀")
            else:
                add(f"\x1b[48;2;{red_2};{green_2};{blue_2}m▀")
        elif upper:
            last_red, last_green, last_blue = red, green, blue
            add(f"\x1b[38;2;{red};{green};{blue}m▀")
        else:
            add(_HALF)
    add("\x1b[0m")
    return "".join(line)


def of_256(top: bytes, bottom: bytes) -> str:
    """Half blocks in the nearest of a terminal's 256 colours: those of its cube, and its greys."""
    above, below = _of_cube_or_grey(top), _of_cube_or_grey(bottom)
    line, last = [], (-1, -1)
    for pair in zip(above, below, strict=True):
        line.append(_HALF if pair == last else f"\x1b[38;5;{pair[0]};48;5;{pair[1]}m▀")
        last = pair
    return "".join((*line, "\x1b[0m"))


_STEPS = bytes(0 if v < 48 else 1 if v < 115 else (v - 35) // 40 for v in range(256))
"""Which of the cube's six steps is nearest: 0, 95, 135, 175, 215, 255."""


_LEVELS = (0, 95, 135, 175, 215, 255)


def _of_cube_or_grey(rgb: bytes) -> list[int]:
    colors = rgb.translate(_FINE)
    return [_nearest(*c) for c in zip(colors[0::3], colors[1::3], colors[2::3], strict=True)]


@lru_cache(1 << 14)
def _nearest(red: int, green: int, blue: int) -> int:
    steps = (_STEPS[red], _STEPS[green], _STEPS[blue])
    shade = max(0, min(23, (red + green + blue - 9) // 30))
    grey = 8 + 10 * shade
    parts = (red, green, blue)
    to_grey = sum((part - grey) ** 2 for part in parts)
    to_cube = sum((part - _LEVELS[step]) ** 2 for part, step in zip(parts, steps, strict=True))
    return 232 + shade if to_grey < to_cube else 16 + 36 * steps[0] + 6 * steps[1] + steps[2]


def _segments(top: bytes, bottom: bytes) -> Iterable[Segment]:
    cells = [(top[at : at + 3], bottom[at : at + 3]) for at in range(0, len(top), 3)]
    start = 0
    for at in range(1, len(cells) + 1):
        if at == len(cells) or cells[at] != cells[start]:
            yield Segment(_HALF * (at - start), _style(*cells[start]))
            start = at


@lru_cache(4096)
def _style(upper: bytes, lower: bytes) -> Style:
    return Style(color=RichColor.from_rgb(*upper), bgcolor=RichColor.from_rgb(*lower))


def half_block_lines(picture: Picture) -> list[tuple[bytes, bytes]]:
    """The upper and the lower pixels of each line of a picture as wide as its cells."""
    row = 3 * picture.width
    rows = [picture.rgb[at : at + row] for at in range(0, len(picture.rgb), row)]
    if len(rows) % 2:
        rows.append(rows[-1])
    return list(zip(rows[0::2], rows[1::2], strict=True))


def sampled(picture: Picture, cells: tuple[int, int]) -> Picture:
    """A picture of one pixel a half cell, taken from a larger one: what stands for it when cut."""
    width, height = cells[0], 2 * cells[1]
    rows = []
    for y in range(height):
        start = 3 * picture.width * min(picture.height - 1, y * picture.height // height)
        columns = (3 * min(picture.width - 1, x * picture.width // width) for x in range(width))
        rows.append(b"".join(picture.rgb[start + at : start + at + 3] for at in columns))
    return Picture(width, height, b"".join(rows), picture.at)


class PictureView(Widget):
    """Shows one picture at the upper left, as large as it is; the rest is background."""

    DEFAULT_CSS = "PictureView { width: auto; height: auto; }"
    ALLOW_SELECT = False
    can_focus = False

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._lines: list[PictureStrip] = []
        self._cells = Size(0, 0)

    def show(self, picture: Picture | None, drawn: Sequence[str] = ()) -> None:
        """Show it in half blocks, one pixel a half cell; or in the lines `drawn` in its place."""
        lines = [] if picture is None else half_block_lines(picture)
        self._lines = [
            PictureStrip(top, bottom, drawn[number] if number < len(drawn) else "")
            for number, (top, bottom) in enumerate(lines)
        ]
        cells = Size(0 if picture is None else picture.width, len(lines))
        is_other_size, self._cells = cells != self._cells, cells
        self.refresh(layout=is_other_size)

    @property
    def cells(self) -> Size:
        """The cells of the picture."""
        return self._cells

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's
        """As wide as the picture."""
        return self._cells.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - likewise
        """As high as the picture."""
        return self._cells.height

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the picture; blanks where there is none."""
        ground = Style(bgcolor=self.background_colors[1].rich_color)
        strips: list[Strip] = []
        for y in crop.line_range:
            if y >= len(self._lines):
                strips.append(Strip.blank(crop.width, ground))
                continue
            line = self._lines[y]
            piece = line.crop(crop.x, crop.right)
            if (rest := crop.width - piece.cell_length) > 0:
                piece = Strip.join([piece, Strip.blank(rest, ground)])
            strips.append(piece)
        return strips
