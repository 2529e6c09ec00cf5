"""Keep text legible: contrast as WCAG 2 measures it, and inks that reach a contrast.

`ContrastFilter` does that for each line just before it is drawn, so it covers Textual's own widgets
and every theme. Textual 8.2.8 promises no contrast: several of its themes fall to 1.5:1.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK, WHITE, Color
from textual.filter import LineFilter

LEAST = 4.5
"""The contrast of text with its ground that WCAG 2 asks for at level AA."""
_MARGIN = 0.05
"""Aimed at beyond that, because blended colours are rounded."""
_STEPS = 20
_DIM = 0.3
"""How far dim text is blended into its ground."""


def contrast(one: Color, other: Color) -> float:
    """The contrast of two opaque colours, 1–21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible_ink(ink: Color, *grounds: Color, least: float = LEAST) -> Color:
    """`ink`, blended with white or black until its contrast with each of `grounds` is `least`.

    Where no ink reaches that on all grounds, the one that comes nearest.
    """

    def worst(color: Color) -> float:
        return min(contrast(color, ground) for ground in grounds)

    if worst(ink) >= least:
        return ink
    extreme = max(WHITE, BLACK, key=worst)
    for step in range(1, _STEPS):
        blended = Color(*ink.blend(extreme, step / _STEPS, alpha=1.0).rgb)
        if worst(blended) >= least + _MARGIN:
            return blended
    return extreme


def is_text(text: str) -> bool:
    """Whether anything is written there: no blanks, frames, blocks or scrollbars only."""
    return any(not char.isspace() and not "\u2500" <= char <= "\u259f" for char in text)


class ContrastFilter(LineFilter):
    """Lifts the ink of each text until it can be read on its ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, some in another ink."""
        ground = background.rgb
        lifted = []
        for segment in segments:
            style = segment.style
            if style is not None and not segment.control:
                # By colours, not by style: Textual puts the place of each cell into its style.
                change = _change(
                    style.color, style.bgcolor, bool(style.reverse), bool(style.dim), ground
                )
                if change is not None and is_text(segment.text):
                    segment = Segment(segment.text, style + change)
            lifted.append(segment)
        return lifted


@lru_cache(2048)
def _change(
    ink: RichColor | None,
    ground: RichColor | None,
    reverse: bool,
    dim: bool,
    default_ground: tuple[int, int, int],
) -> Style | None:
    """What makes a style legible; None if it is. Colours of the terminal are kept."""
    if reverse:
        ink, ground = ground, ink
    if ink is None or ink.type is not ColorType.TRUECOLOR:
        return None
    if ground is not None and ground.type is not ColorType.TRUECOLOR:
        return None
    beneath = Color(*default_ground) if ground is None else Color.from_rich_color(ground)
    wanted = Color.from_rich_color(ink)
    if dim:
        wanted = wanted.blend(beneath, _DIM)
    lifted = legible_ink(wanted, beneath)
    if lifted == wanted and not dim:
        return None
    if reverse:
        return Style(bgcolor=lifted.rich_color, dim=False)
    return Style(color=lifted.rich_color, dim=False)
