"""The line of the filter: a prompt, the words, and how many rows match."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from hingtui.text.i18n import _
from hingtui.ui.widgets.key_bar import FooterKey
from hingtui.ui.widgets.line_input import LineInput


class FilterBar(Horizontal):
    """Filters while a person types; Enter keeps the filter, Escape clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear_and_close", show=False)]

    class FilterChanged(Message):
        """Other words are typed now."""

        def __init__(self, bar: FilterBar, words: str) -> None:
            super().__init__()
            self.bar = bar
            self.words = words

    class Closed(Message):
        """The person has finished typing."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._input = FilterInput(
            placeholder=_("words on the screen, model:…, status:…, !word"), compact=True
        )
        self._found = Static(id="filter-found", markup=False)

    def compose(self) -> ComposeResult:
        yield Static("/", id="filter-prompt", markup=False)
        yield self._input
        yield self._found

    @property
    def value(self) -> str:
        """What is typed."""
        return self._input.value

    @value.setter
    def value(self, words: str) -> None:
        self._input.value = words

    def take_keys(self) -> None:
        """Give the keys to the input at once: what is typed next belongs to it."""
        if self._input.is_attached:
            self.screen.set_focus(self._input)
        else:
            self.call_after_refresh(self.take_keys)

    def show_matches(self, shown: int, total: int) -> None:
        """Say how many rows match."""
        self._found.update(_("{n} of {m}").format(n=shown, m=total))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.FilterChanged(self, self.value.strip()))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed())

    def action_clear_and_close(self) -> None:
        """Show all rows again."""
        self.value = ""
        self.post_message(self.Closed())


class FilterInput(LineInput):
    """One line of words."""

    def footer_keys(self) -> list[FooterKey]:
        """What works while words are typed."""
        return [FooterKey("escape", _("Clear")), FooterKey("enter", _("Keep"), 1)]
