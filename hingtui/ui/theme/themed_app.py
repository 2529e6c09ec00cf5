"""An app whose themes are legible, fit the terminal's colours, and follow its background."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

from textual import on
from textual.app import App
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.theme import Theme

from hingtui.ui.textual_fixes.background_query import BackgroundReported, can_ask
from hingtui.ui.theme.choice import ThemeChoice, choose_theme
from hingtui.ui.theme.contrast import ContrastFilter
from hingtui.ui.theme.few_colors import FewColorsFilter
from hingtui.ui.theme.palette import Palette, palette_of, readable_variables
from hingtui.ui.theme.themes import DARK, LIGHT

_CONTRAST, _FEW_COLORS = ContrastFilter(), FewColorsFilter()


class ThemedApp(App[None]):
    """Adds hingtui's themes; `start_theme` chooses one."""

    # Textual's own default is what TEXTUAL_THEME says, and a name that is not known yet raises.
    theme: Reactive[str] = Reactive(DARK.name)

    def __init__(self) -> None:
        super().__init__()
        self.automatic_theme: str | None = None
        """The theme that was chosen by the terminal's background; None where a person chose."""
        self.set_class(self.has_few_colors, "-few-colors")
        self.set_class(self.no_color, "-no-color")

    def start_theme(self, *, config: str | None, remembered: str | None) -> ThemeChoice:
        """Use the theme that was asked for, else one that the terminal's background decides."""
        choice = choose_theme(
            self.available_themes,
            config=config,
            environ=os.environ.get("TEXTUAL_THEME"),
            remembered=remembered,
        )
        if choice.is_automatic:
            self.automatic_theme = choice.name
        self._begin_with(choice.name)
        return choice

    def _begin_with(self, name: str) -> None:
        """Use a theme before the app runs.

        Setting `theme` would make Textual 8.2.8 parse all style sheets twice before the first
        picture: it calls `refresh_css` as soon as it runs.
        """
        if name != self.theme:
            self.set_reactive(ThemedApp.theme, name)
            self._refresh_truecolor_filter(self.ansi_theme)
            self.stylesheet.set_variables(self.get_css_variables())
        is_dark = self.current_theme.dark
        self.set_class(True, f"-theme-{name}", update=False)
        self.set_class(is_dark, "-dark-mode", update=False)
        self.set_class(not is_dark, "-light-mode", update=False)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's and ours: not registered, for the first picture already needs one of ours."""
        return {**super().available_themes, DARK.name: DARK, LIGHT.name: LIGHT}

    @property
    def asks_background(self) -> bool:
        """Whether the driver is to ask the terminal for its background colour."""
        return self.automatic_theme is not None and can_ask(os.environ)

    @on(BackgroundReported)
    def _use_background(self, event: BackgroundReported) -> None:
        if self.theme == self.automatic_theme:  # else a person has chosen meanwhile
            self.automatic_theme = LIGHT.name if event.is_light else DARK.name
            self.theme = self.automatic_theme

    @cached_property
    def has_few_colors(self) -> bool:
        """Whether the terminal has sixteen colours at most."""
        return self.console.color_system not in ("256", "truecolor")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and one that makes all text legible."""
        is_sixteen = self.has_few_colors or self.native_ansi_color
        more = _FEW_COLORS if is_sixteen else _CONTRAST
        return [*super().get_line_filters(), more]

    def get_css_variables(self) -> dict[str, str]:
        """As Textual's, with legible inks."""
        self.theme_variables = readable_variables(super().get_css_variables())
        return self.theme_variables

    def palette(self) -> Palette:
        """The styles of the theme in use, for this terminal."""
        return palette_of(
            self.theme_variables, few_colors=self.has_few_colors, no_color=self.no_color
        )
