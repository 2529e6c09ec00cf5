"""The card that stands where the table would be as long as nothing is watched."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.widgets import Static

from hingtui.i18n import _
from hingtui.ui.palette import Palette


class Welcome(Middle):
    """Says what to do first."""

    def compose(self) -> ComposeResult:
        with Center():
            yield Static(id="welcome-card", classes="box", markup=False)

    def show(self, *, needs_token: bool, host: str, palette: Palette) -> None:
        """Fit the words to what is missing."""
        self.query_one("#welcome-card", Static).update(
            _card(needs_token=needs_token, host=host, palette=palette)
        )


def _card(*, needs_token: bool, host: str, palette: Palette) -> Text:
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
