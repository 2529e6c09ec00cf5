"""The dark and the light theme."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="hingtui-dark",
    primary="#6ea8fe",
    secondary="#8b9bb4",
    accent="#f2a65a",
    foreground="#d8dee9",
    background="#10141b",
    surface="#171d27",
    panel="#1c2431",
    boost="#222c3b",
    success="#7fd6a2",
    warning="#f0c369",
    error="#f07f86",
    dark=True,
    variables={"footer-key-foreground": "#6ea8fe", "block-cursor-text-style": "none"},
)
LIGHT = Theme(
    name="hingtui-light",
    primary="#1f5fbf",
    secondary="#5b6778",
    accent="#b35c00",
    foreground="#1f2733",
    background="#fbfbf8",
    surface="#f2f3ef",
    panel="#e7e9e4",
    boost="#dde1dc",
    success="#1d7a4a",
    warning="#8a6100",
    error="#b3261e",
    dark=False,
    variables={"footer-key-foreground": "#1f5fbf", "block-cursor-text-style": "none"},
)


def theme_names() -> frozenset[str]:
    """The names of all themes: Textual's and hingtui's."""
    return frozenset((*BUILTIN_THEMES, DARK.name, LIGHT.name))
