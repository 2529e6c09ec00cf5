"""Draw with the sixteen colours of an old terminal, such as `TERM=xterm` on Debian, or of a theme.

Rich 15.0 takes the nearest of the sixteen for each colour by itself: all dark grounds become black,
and inks come out the same as their grounds. Here an ink keeps its hue and can be read.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from hingtui.ui.theme.contrast import LEAST, contrast

_SIXTEEN = tuple(
    Color(*parts)
    for parts in (
        *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0)),
        *((0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
        *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85)),
        *((85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255)),
    )
)
"""The colours by number, as Rich takes them to be."""
_GREY = 0.12
"""Difference of its strongest and weakest part below which a colour counts as grey, 0–1."""
_SAME_HUE = 0.12
"""Part of the circle of hues within which two colours count as alike."""


class FewColorsFilter(LineFilter):
    """Replaces every colour by one of the sixteen, so that text can be read on its ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in other styles."""
        ground = background.rgb
        return [
            segment
            if (style := segment.style) is None or segment.control
            # By colours, not by style: Textual puts the place of each cell into its style.
            else Segment(segment.text, style + _of_sixteen(style.color, style.bgcolor, ground))
            for segment in segments
        ]


@lru_cache(2048)
def _of_sixteen(
    ink: RichColor | None, ground: RichColor | None, default_ground: tuple[int, int, int]
) -> Style:
    if ground is None:
        beneath = _number(Color(*default_ground))
    elif ground.type is ColorType.DEFAULT:
        return Style()  # the terminal's own background is unknown
    elif ground.type is ColorType.STANDARD:
        beneath = ground.number or 0
    else:
        beneath = _number(Color.from_rich_color(ground))
        ground = RichColor.from_ansi(beneath)
    if ink is not None:
        ink = RichColor.from_ansi(_ink_number(_color_of(ink, beneath), beneath))
    return Style(color=ink, bgcolor=ground, dim=False)


def _color_of(ink: RichColor, beneath: int) -> Color:
    """The colour of an ink; the terminal's own one is black or white, whichever can be read."""
    if ink.type is ColorType.DEFAULT:
        return max(_SIXTEEN[0], _SIXTEEN[15], key=lambda color: contrast(color, _SIXTEEN[beneath]))
    if ink.type is ColorType.STANDARD:
        return _SIXTEEN[ink.number or 0]
    return Color.from_rich_color(ink)


def _number(color: Color) -> int:
    """The nearest of the sixteen, as Rich chooses it."""
    return color.rich_color.downgrade(ColorSystem.STANDARD).number or 0


def _ink_number(ink: Color, beneath: int) -> int:
    """The most similar of the sixteen that can be read on the ground `beneath`."""
    ground = _SIXTEEN[beneath]
    usable = [n for n, color in enumerate(_SIXTEEN) if contrast(color, ground) >= LEAST]
    alike = [number for number in usable if _hue_apart(ink, _SIXTEEN[number]) <= _SAME_HUE]

    def difference(number: int) -> tuple[float, int]:
        color = _SIXTEEN[number]
        return (round(_hue_apart(ink, color), 3) if alike else 0, _distance(ink, color))

    return min(alike or usable, key=difference)


def _hue_apart(one: Color, other: Color) -> float:
    """How far apart two hues are, 0–0.5; 1 where only one of them is grey."""
    if _is_grey(one) or _is_grey(other):
        return 0 if _is_grey(one) and _is_grey(other) else 1
    apart = abs(one.hsl.h - other.hsl.h)
    return min(apart, 1 - apart)


def _is_grey(color: Color) -> bool:
    return max(color.normalized) - min(color.normalized) < _GREY


def _distance(one: Color, other: Color) -> int:
    pairs = zip(one.rgb, other.rgb, strict=True)
    return sum((part - other_part) ** 2 for part, other_part in pairs)
