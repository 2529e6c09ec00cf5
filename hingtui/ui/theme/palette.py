"""The colours of a theme as Rich styles that are legible on the screen and in boxes.

On other grounds, such as the row of the cursor, `contrast.ContrastFilter` lifts them further: an
ink for all grounds at once would be pale in many themes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

from hingtui.ui.theme.contrast import legible_ink

_MUTED = 0.6
"""How much of the foreground is in muted text."""


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


def palette_of(
    variables: Mapping[str, str], *, few_colors: bool = False, no_color: bool = False
) -> Palette:
    """The palette of a theme, from its CSS variables.

    With `few_colors`, and without any, bars are drawn in reverse video: grounds would look alike.
    With `no_color`, what is urgent is bold, underlined or reversed.
    """
    theme = _Theme(variables)
    if few_colors or no_color or theme.is_ansi:
        track, filled, filled_download = Style(), Style(reverse=True), Style(reverse=True)
    else:
        track, filled = theme.block("foreground", 0.13), theme.block("primary", 0.5)
        filled_download = theme.block("success", 0.45)
    return Palette(
        plain=Style(),
        muted=theme.muted(),
        strong=Style(bold=True),
        primary=theme.ink("primary"),
        success=theme.ink("success"),
        warning=theme.ink("warning") + Style(bold=no_color or None, underline=no_color or None),
        error=theme.ink("error") + Style(bold=no_color or None, reverse=no_color or None),
        accent=theme.ink("accent"),
        match=Style(underline=True, bold=True),
        track=track,
        filled=filled,
        filled_download=filled_download,
    )


def grounds_of(variables: Mapping[str, str]) -> tuple[Color, ...]:
    """What the inks are legible on: the screen and boxes. Empty for the terminal's own colours."""
    theme = _Theme(variables)
    return () if theme.is_ansi else theme.grounds()


def readable_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """A theme's CSS variables, with inks that are legible on its grounds."""
    theme = _Theme(variables)
    if theme.is_ansi:
        return dict(variables)
    muted = theme.legible(theme.color("background").blend(theme.color("foreground"), _MUTED))
    changed = {"text-muted": muted.hex, "text-disabled": muted.hex}
    for name in ("foreground", "footer-foreground", "footer-description-foreground"):
        changed[name] = theme.legible(theme.color(name)).hex
    changed["footer-key-foreground"] = theme.legible(theme.color("footer-key-foreground")).hex
    for name in ("primary", "secondary", "accent", "success", "warning", "error"):
        changed[f"text-{name}"] = theme.legible(theme.color(name)).hex
    return {**variables, **changed}


class _Theme:
    """The colours of a theme, opaque."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.is_ansi = any(
            Color.parse(variables[name]).ansi is not None for name in ("background", "foreground")
        )

    def color(self, name: str) -> Color:
        """A variable's colour, over the background where it is translucent."""
        color = Color.parse(self._variables[name])
        if self.is_ansi or name == "background":
            return color
        over = Color.parse(self._variables["background"]) + color
        return Color(*over.rgb)

    def grounds(self) -> tuple[Color, ...]:
        return (self.color("background"), self.color("surface"))

    def legible(self, ink: Color) -> Color:
        return legible_ink(ink, *self.grounds())

    def ink(self, name: str) -> Style:
        color = self.color(name)
        return Style(color=(color if self.is_ansi else self.legible(color)).rich_color)

    def muted(self) -> Style:
        if self.is_ansi:
            return Style(color=self.color("foreground").rich_color)
        muted = self.color("surface").blend(self.color("foreground"), _MUTED, alpha=1.0)
        return Style(color=self.legible(muted).rich_color)

    def block(self, name: str, share: float) -> Style:
        """Text on a ground with so much of a colour in it."""
        if self.is_ansi:
            return Style()
        ground = self.color("surface").blend(self.color(name), share, alpha=1.0)
        ink = legible_ink(self.color("foreground"), ground)
        return Style(color=ink.rich_color, bgcolor=ground.rich_color)
