"""An input of one line, drawn as wide as the terminal draws it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from hingtui.text.cell_width import steady
from hingtui.text.clean import clean_line


class LineInput(Input):
    """Takes pasted text without what moves a terminal's cursor or has no certain width."""

    def _on_paste(self, event: events.Paste) -> None:
        """Textual's own handler comes after this one, and would insert whatever it is given."""
        event.text = steady(clean_line(event.text))
