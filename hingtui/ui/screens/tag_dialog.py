"""The dialog that asks for a tag."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label

from hingtui.text.cell_width import fit
from hingtui.text.i18n import _, ngettext
from hingtui.ui.screens.dialogs import Dialog
from hingtui.ui.widgets.key_bar import FooterKey
from hingtui.ui.widgets.line_input import LineInput

_SHOWN = 50
"""Cells of the tags that there are already."""


class TagDialog(Dialog[str]):
    """Answers what was typed: tags, with a `-` before them those to take off."""

    def __init__(self, count: int, known: Sequence[str]) -> None:
        """`count` videos are about to be tagged; `known` are the tags there are."""
        super().__init__()
        self._count = count
        self._known = known

    def compose(self) -> ComposeResult:
        words = ngettext("Tag {n} video", "Tag {n} videos", self._count)
        with Vertical(classes="box narrow"):
            yield Label(words.format(n=self._count), classes="title", markup=False)
            yield LineInput(
                id="tag", placeholder=_("a word, or several"), compact=True, max_length=200
            )
            if self._known:
                known = _("There are: {tags}").format(tags=" ".join(self._known))
                yield Label(fit(known, _SHOWN), classes="hint", markup=False)
            yield Label(_("A - before it takes it off."), classes="hint", markup=False)
            yield Label(_("Enter tags, Esc cancels"), classes="hint keys", markup=False)

    def on_mount(self) -> None:
        """Put the cursor into the input."""
        self.query_one(Input).focus()

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Tag"), 1), FooterKey("escape", _("Cancel"))]

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
