"""Collect what cannot be used, so that one reading of the settings finds all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hingtui.model.errors import SettingsError
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

Value = TypeVar("Value")


class Problems:
    """The errors met so far, and notices about what is doubtful."""

    def __init__(self) -> None:
        """Start without any."""
        self.errors: list[SettingsError] = []
        self.left_out: dict[str, SettingsError] = {}
        """Why a gateway cannot be used, by its name."""
        self.notices: list[str] = []

    def attempt(self, read: Callable[[], Value], fallback: Value) -> Value:
        """The result of `read`; `fallback` where it raises SettingsError, which is kept."""
        try:
            return read()
        except SettingsError as error:
            self.errors.append(error)
            return fallback

    def all_notices(self) -> tuple[str, ...]:
        """The notices, also about each gateway that is left out."""
        sentence = _("{problem} Until then the gateway {name} is left out.")
        left_out = (
            sentence.format(problem=error, name=clean_line(name, 60))
            for name, error in self.left_out.items()
        )
        return (*left_out, *self.notices)

    def raise_first(self) -> None:
        """Raise the first error, if there is any."""
        if self.errors:
            raise self.errors[0]
