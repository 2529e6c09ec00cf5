"""The question whether to remove a gateway that was added in the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from hingtui.text.cell_width import legible
from hingtui.text.i18n import _, ngettext
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.widgets.key_bar import FooterKey


class RemoveGatewayDialog(Dialog[bool]):
    """Asks whether to remove a gateway, and says what happens to its videos."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("y,enter", "remove", show=False),
        Binding("n", "dismiss_nothing", show=False),
    ]

    def __init__(self, name: str, path: str, *, watched: int, running: int) -> None:
        """`path` is the file that it is taken out of; `running` counts unfinished downloads."""
        super().__init__()
        self._gateway = name
        self._path = path
        self._watched = watched
        self._downloads = running

    def compose(self) -> ComposeResult:
        with Vertical(classes="box narrow"):
            title = _("Remove the gateway {name}?").format(name=self._gateway)
            yield Label(title, classes="title", markup=False)
            for sentence in self._consequences():
                yield Label(sentence, classes="hint", markup=False)

    def _consequences(self) -> Sequence[str]:
        sentences = []
        if n := self._watched:
            words = ngettext(
                "{n} video is watched there. It stays on the watchlist, and is asked about again "
                "when there is a gateway of this name.",
                "{n} videos are watched there. They stay on the watchlist, and are asked about "
                "again when there is a gateway of this name.",
                n,
            )
            sentences.append(words.format(n=n))
        if n := self._downloads:
            words = ngettext("{n} download would stop", "{n} downloads would stop", n)
            sentences.append(words.format(n=n))
        words = _("Its address and its token are taken out of {path}.")
        return [*sentences, words.format(path=legible(self._path))]

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Remove")), FooterKey("escape", _("Keep"))]

    def action_remove(self) -> None:
        """Remove it anyway."""
        self.dismiss(True)
