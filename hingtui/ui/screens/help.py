"""The help: all commands with their keys, and what the signs mean."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Label, Static

from hingtui.monitor import RowState
from hingtui.monitor.state_words import row_state_icon, row_state_word
from hingtui.text.i18n import _
from hingtui.ui.commands import Group, group_title
from hingtui.ui.keys import LiveKeys
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.theme.palette import Palette

_TWO_COLUMNS = 96
"""Cells of width from which the keys are listed in two columns."""
_LEGEND = (
    RowState.QUEUED,
    RowState.GENERATING,
    RowState.READY,
    RowState.DOWNLOADING,
    RowState.SAVED,
    RowState.FAILED,
    RowState.UNKNOWN,
)


class HelpDialog(Dialog[None]):
    """All keys, and what the signs mean."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding(
            "question_mark,fullwidth_question_mark,f1", "dismiss_nothing", show=False, id="help"
        ),
        Binding("enter", "dismiss_nothing", show=False),
    ]

    def __init__(self, keys: LiveKeys, palette: Palette) -> None:
        super().__init__()
        self._keys = keys
        self._palette = palette

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-box", classes="box"):
            yield Label(_("Keys"), classes="title", markup=False)
            yield Static(self._key_table(), markup=False, id="help-keys")
            yield Label(_("Signs"), classes="title", markup=False)
            yield Static(self._legend(), markup=False)
            yield Label(
                _("hingtui only reads: no key can start, change or delete a job."),
                classes="hint",
                markup=False,
            )

    def _key_table(self) -> Text:
        """All commands by group, in two columns; in one where the terminal is too narrow."""
        groups = list(Group)
        columns = [groups[:2], groups[2:]] if self.app.size.width >= _TWO_COLUMNS else [groups]
        room = max(cell_len(self._keys.shown(command.id)) for command in self._keys.commands)
        blocks = [self._column(column, room) for column in columns]
        width = max(cell_len(line.plain) for line in blocks[0]) + 2
        text = Text()
        for lines in zip_longest(*blocks, fillvalue=Text()):
            for at, line in enumerate(lines):
                text.append_text(line)
                if at < len(lines) - 1:
                    text.append(" " * (width - cell_len(line.plain)))
            text.append("\n")
        text.rstrip()
        return text

    def _column(self, groups: list[Group], room: int) -> list[Text]:
        lines: list[Text] = []
        for group in groups:
            lines.append(Text(group_title(group), "bold underline"))
            for command in self._keys.commands:
                if command.group is group:
                    key = self._keys.shown(command.id)
                    padding = " " * (room - cell_len(key))
                    lines.append(Text.assemble(padding, (key, "bold"), f"  {command.help}"))
            lines.append(Text())
        return lines[:-1]

    def _legend(self) -> Text:
        text = Text()
        for state in _LEGEND:
            style = row_state_style(state, self._palette)
            text.append(f"{row_state_icon(state)} {row_state_word(state)}   ", style)
        text.append("\n")
        text.append(_("~ marks an estimate; everything else is what the server said."))
        return text
