"""Choose the theme: config.toml, then TEXTUAL_THEME, then the one remembered, then the terminal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hingtui.text.clean import clean_line
from hingtui.text.i18n import _
from hingtui.ui.theme.themes import DARK

_NAME_LENGTH = 40
"""Characters of a theme's name that a sentence quotes."""
_NEAR = 3
"""Names like the one asked for that a sentence offers."""


@dataclass(frozen=True, slots=True)
class ThemeChoice:
    """The theme to start with."""

    name: str
    is_automatic: bool
    """Whether no theme was chosen, so that the terminal's background decides."""
    notices: tuple[str, ...] = ()
    """A sentence for each theme that was asked for and does not exist."""


def choose_theme(
    available: Collection[str], *, config: str | None, environ: str | None, remembered: str | None
) -> ThemeChoice:
    """The first of the themes asked for that exists. Only a person's own mistakes are reported."""
    notices: list[str] = []
    for source, asked in (("config.toml", config), ("TEXTUAL_THEME", environ)):
        names = [name.strip() for name in (asked or "").split(",") if name.strip()]
        for name in names:
            if name in available:
                return ThemeChoice(name, is_automatic=False, notices=tuple(notices))
        if names:
            notices.append(_no_such_theme(source, ", ".join(names), available))
    if remembered in available and remembered is not None:
        return ThemeChoice(remembered, is_automatic=False, notices=tuple(notices))
    return ThemeChoice(DARK.name, is_automatic=True, notices=tuple(notices))


def _no_such_theme(source: str, asked: str, available: Collection[str]) -> str:
    from difflib import get_close_matches  # not for the first picture

    ours = [name for name in sorted(available) if name.startswith("hingtui")]
    near = get_close_matches(asked, available, n=_NEAR) or ours
    words = _(
        "{source} asks for the theme “{name}”, which does not exist. The nearest are: {names}. The"
        " command palette lists all."
    )
    return words.format(source=source, name=clean_line(asked, _NAME_LENGTH), names=", ".join(near))
