"""The card that is shown while nothing is watched."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.geometry import Size
from textual.widgets import Static

from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.keys import KeyFor
from hingtui.ui.messages import WelcomeResized
from hingtui.ui.theme.palette import Palette

_ROOMY = 30
"""Cells of width from which the keys are indented."""


class Welcome(Middle):
    """Lists the first steps."""

    def __init__(self, card: Text) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        with Center():
            yield Static(self._card, id="welcome-card", classes="box", markup=False)

    def on_resize(self) -> None:
        """Ask for a card of this size, once the frame is as wide as it is here."""
        self.call_after_refresh(self.post_message, WelcomeResized())

    @property
    def room(self) -> Size:
        """What fits into the frame."""
        card = next(iter(self.query("#welcome-card")), None)
        if card is None:
            return self.size  # not composed yet: a resize follows
        frame = card.gutter
        return Size(self.size.width - frame.width, self.size.height - frame.height)

    def show(self, card: Text) -> None:
        """Show this card."""
        self._card = card
        for shown in self.query("#welcome-card").results(Static):
            shown.update(card)


def welcome_card(
    *, needs_token: bool, gateway: str, palette: Palette, key_for: KeyFor, room: Size
) -> Text:
    """What to do first, fitted to what is missing; as much of it as there is room for."""
    width = max(2, room.width)
    title = [Text("hingtui", palette.primary + palette.strong)]
    about = _("Watches your video generations. Download each before it expires.")
    abouts = [Text(line, palette.muted) for line in wrapped(about, width)]
    steps = _steps(needs_token, gateway, palette, key_for, width)
    more = [
        Text.assemble((_("From a script:"), palette.muted), "  hingtui add video_..."),
        Text.assemble((_("Just looking:"), palette.muted), "  hingtui demo"),
    ]
    blank = [Text()]
    shown = steps
    for lines in (
        [*title, *abouts, *blank, *steps, *blank, *more],
        [*title, *abouts, *blank, *steps],
        [*title, *abouts, *steps],
        [*title, *steps],
    ):
        if len(lines) <= room.height:
            shown = lines
            break
    return Text("\n").join(shown)


def _steps(
    needs_token: bool, gateway: str, palette: Palette, key_for: KeyFor, width: int
) -> list[Text]:
    """Each key and what it does, the words wrapped beside the key."""
    steps: list[tuple[str, str]] = []
    if needs_token:
        steps.append((key_for("detail"), _("type your token for {host}").format(host=gateway)))
        steps.append((key_for("add_gateway"), _("use another gateway")))
    steps.append((key_for("add"), _("paste the ids of your videos")))
    if not needs_token:
        steps.append((key_for("import"), _("choose from the account's list")))
    steps += [
        (key_for("help"), _("see all keys")),
        (key_for("quit"), _("quit")),
    ]
    longest = max(cell_len(key) for key, _words in steps)
    room = longest if width < _ROOMY else max(7, longest)
    lines: list[Text] = []
    for key, words in steps:
        head = (" " * (room - cell_len(key)) + key, palette.strong)
        for part in wrapped(words, width - room - 2):
            lines.append(Text.assemble(head, "  ", part))
            head = (" " * room, palette.plain)
    return lines
