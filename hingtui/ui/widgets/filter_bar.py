"""The input line of the filter."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from hingtui.text.cell_width import steady
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _


class FilterBar(Input):
    """Filters while a person types; Enter keeps the filter, Escape clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear_and_close", show=False)]

    class FilterChanged(Message):
        """Other words are typed now."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Closed(Message):
        """The person has finished typing."""

    def __init__(self, words: str) -> None:
        super().__init__(words, placeholder=_("filter: words of the prompt, model, id or status"))
        self.compact = True

    def _on_paste(self, event: events.Paste) -> None:
        """Textual's own handler comes after this one, and would insert whatever it is given."""
        event.text = steady(clean_line(event.text))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.FilterChanged(self.value.strip()))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed())

    def action_clear_and_close(self) -> None:
        """Show all rows again."""
        self.value = ""
        self.post_message(self.Closed())
