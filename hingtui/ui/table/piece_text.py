"""Lines of pieces with roles, as they are drawn in the colours of a theme."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from hingtui.monitor.text_table import Line, Role
from hingtui.ui.theme.palette import Palette


def line_text(line: Line, palette: Palette) -> Text:
    """The line in the colours of the theme."""
    text = Text(no_wrap=True, end="")
    for piece in line:
        text.append(piece.text, role_style(piece.role, palette))
    return text


def role_style(role: Role, palette: Palette) -> Style:
    """The colour of what has this role."""
    return {
        Role.PLAIN: palette.plain,
        Role.MUTED: palette.muted,
        Role.STRONG: palette.strong,
        Role.GOOD: palette.success,
        Role.BAD: palette.error,
        Role.BAR: palette.primary,
    }[role]
