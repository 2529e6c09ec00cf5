"""The card that is shown while nothing is watched."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.widgets import Static

from hingtui.text.i18n import _
from hingtui.ui.theme.palette import Palette


class Welcome(Middle):
    """Says what to do first."""

    def __init__(self, card: Text) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        with Center():
            yield Static(self._card, id="welcome-card", classes="box", markup=False)

    def show(self, card: Text) -> None:
        """Say this now."""
        self._card = card
        for shown in self.query("#welcome-card").results(Static):
            shown.update(card)


def welcome_card(*, needs_token: bool, host: str, palette: Palette) -> Text:
    """What to do first, fitted to what is missing."""
    text = Text()
    text.append("hingtui\n", palette.primary + palette.strong)
    text.append(
        _("Watches your video generations and brings each finished one home.") + "\n\n",
        palette.muted,
    )
    steps: list[tuple[str, str]] = []
    if needs_token:
        steps.append(("Enter", _("type your token for {host}").format(host=host)))
    steps += [
        ("a", _("paste the ids of your videos")),
        ("?", _("see all keys")),
        ("q", _("quit")),
    ]
    for key, words in steps:
        text.append(f"{key:>7}  ", palette.strong)
        text.append(f"{words}\n")
    text.append("\n" + _("From a script:") + "  ", palette.muted)
    text.append("hingtui add video_...\n")
    text.append(_("Just looking:") + "  ", palette.muted)
    text.append("hingtui demo")
    return text
