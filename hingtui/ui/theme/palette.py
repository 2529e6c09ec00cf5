"""The colours of a theme as Rich styles."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.color import Color


@dataclass(frozen=True, slots=True)
class Palette:
    """Styles for text in cells and lines, taken from the theme in use."""

    plain: Style
    muted: Style
    strong: Style
    primary: Style
    success: Style
    warning: Style
    error: Style
    accent: Style
    match: Style
    """What the filter has found, over the style of the text."""
    track: Style
    """The part of a bar that is still to come."""
    filled: Style
    """The part of a bar of a video being generated."""
    filled_download: Style
    """The part of a bar of a file being saved."""


def palette_of(variables: dict[str, str]) -> Palette:
    """The palette of a theme, from its CSS variables."""

    def ink(name: str, *, bold: bool = False) -> Style:
        return Style(color=Color.parse(variables[name]).rich_color, bold=bold or None)

    def block(ground: str, share: float) -> Style:
        back = Color.parse(variables[ground])
        surface = Color.parse(variables["surface"])
        if back.ansi is None and surface.ansi is None:
            back = surface.blend(back, share)
        return Style(color=back.get_contrast_text(0.9).rich_color, bgcolor=back.rich_color)

    muted = Color.parse(variables["foreground"])
    surface = Color.parse(variables["surface"])
    if muted.ansi is None and surface.ansi is None:
        muted = surface.blend(muted, 0.6)
    return Palette(
        plain=Style(),
        muted=Style(color=muted.rich_color),
        strong=Style(bold=True),
        primary=ink("primary"),
        success=ink("success"),
        warning=ink("warning"),
        error=ink("error"),
        accent=ink("accent"),
        match=Style(underline=True, bold=True),
        track=block("foreground", 0.13),
        filled=block("primary", 0.5),
        filled_download=block("success", 0.45),
    )
