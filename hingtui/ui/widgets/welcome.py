"""The card that is shown while nothing is watched."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.widgets import Static

from hingtui.text.i18n import _
from hingtui.ui.keys import KeyFor
from hingtui.ui.theme.palette import Palette


class Welcome(Middle):
    """Lists the first steps."""

    def __init__(self, card: Text) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        with Center():
            yield Static(self._card, id="welcome-card", classes="box", markup=False)

    def show(self, card: Text) -> None:
        """Show this card."""
        self._card = card
        for shown in self.query("#welcome-card").results(Static):
            shown.update(card)


def welcome_card(*, needs_token: bool, gateway: str, palette: Palette, key_for: KeyFor) -> Text:
    """What to do first, fitted to what is missing."""
    text = Text()
    text.append("hingtui\n", palette.primary + palette.strong)
    text.append(
        _("Watches your video generations. Download each before it expires.") + "\n\n",
        palette.muted,
    )
    steps: list[tuple[str, str]] = []
    if needs_token:
        steps.append((key_for("detail"), _("type your token for {host}").format(host=gateway)))
    steps += [
        (key_for("add"), _("paste the ids of your videos")),
        (key_for("help"), _("see all keys")),
        (key_for("quit"), _("quit")),
    ]
    room = max(7, *(cell_len(key) for key, _words in steps))
    for key, words in steps:
        text.append(" " * (room - cell_len(key)) + f"{key}  ", palette.strong)
        text.append(f"{words}\n")
    text.append("\n" + _("From a script:") + "  ", palette.muted)
    text.append("hingtui add video_...\n")
    text.append(_("Just looking:") + "  ", palette.muted)
    text.append("hingtui demo")
    return text
