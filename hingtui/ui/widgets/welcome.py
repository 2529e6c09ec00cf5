"""The card that is shown while nothing is watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size
from textual.widget import Widget

from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped
from hingtui.ui.keys import KeyFor
from hingtui.ui.theme.palette import Palette

FitCard = Callable[[Size], Text]
"""The words of the card for so much room in its frame, in cells."""

_ROOMY = 30
"""Cells of width from which the keys are indented."""


class Welcome(Container):
    """Lists the first steps in the middle of the screen."""

    def __init__(self, fit: FitCard) -> None:
        super().__init__()
        self._card = _Card(fit)

    def compose(self) -> ComposeResult:
        yield self._card

    def show(self, fit: FitCard) -> None:
        """Show this card."""
        self._card.show(fit)


class _Card(Widget):
    """As much as there is room for: it is fitted while the screen is laid out."""

    def __init__(self, fit: FitCard) -> None:
        super().__init__(id="welcome-card", classes="box")
        self._fit = fit
        self._shown = Text()

    def show(self, fit: FitCard) -> None:
        self._fit = fit
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - as Textual calls it
        self._shown = self._fit(container)
        return max(line.cell_len for line in self._shown.split())

    def get_content_height(self, *_sizes: object) -> int:
        return len(self._shown.split())

    def render(self) -> Text:
        return self._shown


def welcome_card(
    room: Size,
    *,
    needs_token: bool,
    has_list: bool,
    gateway: str,
    palette: Palette,
    key_for: KeyFor,
) -> Text:
    """What to do first, fitted to what is missing; as much of it as there is room for.

    Without `has_list` no gateway has a list to choose from.
    """
    width = max(2, room.width)
    title = [Text("hingtui", palette.primary + palette.strong)]
    about = _("Watches your video generations. Download each before it expires.")
    about_lines = [Text(line, palette.muted) for line in wrapped(about, width)]
    named = _named_steps(needs_token, has_list, gateway, key_for)
    steps = _step_lines(named, palette, width)
    more = [
        Text.assemble((_("From a script:"), palette.muted), "  hingtui add video_..."),
        Text.assemble((_("Just looking:"), palette.muted), "  hingtui demo"),
    ]
    blank = [Text()]
    shown = steps
    for lines in (
        [*title, *about_lines, *blank, *steps, *blank, *more],
        [*title, *about_lines, *blank, *steps],
        [*title, *about_lines, *steps],
        [*title, *steps],
    ):
        if len(lines) <= room.height:
            shown = lines
            break
    return Text("\n").join(shown)


def _named_steps(
    needs_token: bool, has_list: bool, gateway: str, key_for: KeyFor
) -> list[tuple[str, str]]:
    """Each key and what it does."""
    steps: list[tuple[str, str]] = []
    if needs_token:
        steps.append((key_for("detail"), _("type your token for {host}").format(host=gateway)))
        steps.append((key_for("add_gateway"), _("use another gateway")))
    steps.append((key_for("add"), _("paste the ids of your videos")))
    if not needs_token and has_list:
        steps.append((key_for("import"), _("choose from the account's list")))
    return [*steps, (key_for("help"), _("see all keys")), (key_for("quit"), _("quit"))]


def _step_lines(steps: Sequence[tuple[str, str]], palette: Palette, width: int) -> list[Text]:
    """The keys, and their words wrapped beside them."""
    longest = max(cell_len(key) for key, _words in steps)
    room = longest if width < _ROOMY else max(7, longest)
    lines: list[Text] = []
    for key, words in steps:
        head = (" " * (room - cell_len(key)) + key, palette.strong)
        for part in wrapped(words, width - room - 2):
            lines.append(Text.assemble(head, "  ", part))
            head = (" " * room, palette.plain)
    return lines
