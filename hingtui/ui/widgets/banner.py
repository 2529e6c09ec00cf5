"""The banner under the header: what a person should know or do about the gateway or their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from hingtui.model.explain import diagnose
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.cell_width import legible, steady
from hingtui.text.i18n import ngettext
from hingtui.ui.advice import advice_text, sentences
from hingtui.ui.alert_text import BannerLine
from hingtui.ui.keys import KeyFor
from hingtui.ui.theme.palette import Palette


class Banner(Widget):
    """Takes no room while there is nothing to say, and is repainted only when its text changes."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self._messages: list[Text] = []
        self._lines: list[Text] = []

    def show(self, messages: list[Text]) -> None:
        """Show these messages, each in one style, as far as there is room."""
        shown = [(message.plain, message.style) for message in messages]
        if shown != [(message.plain, message.style) for message in self._messages]:
            self._messages = messages
            self.set_class(bool(messages), "-shown")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        most = self.styles.max_height
        room = viewport.height if most is None else int(most.value)
        self._lines = fitted(self._messages, width, room)
        return len(self._lines)

    def render(self) -> Text:
        return Text("\n").join(self._lines)


def fitted(messages: Sequence[Text], width: int, room: int) -> list[Text]:
    """The messages in at most `room` lines of `width` cells; the last says how many are left out.

    A first message that is longer than that is cut.
    """
    wrapping = [_wrapped(message, width) for message in messages]
    if sum(map(len, wrapping)) <= room:
        return [line for lines in wrapping for line in lines]
    shown: list[Text] = []
    left = len(messages)
    for lines in wrapping:
        if len(shown) + len(lines) >= room:  # one line says how many are left out
            break
        shown += lines
        left -= 1
    if not shown:
        shown = wrapping[0][: room - 1]
        left -= 1
    words = ngettext("{n} more message", "{n} more messages", left).format(n=left)
    return [*shown, Text(f"… {words}" if left else "…", messages[-1 - left].style)]


def _wrapped(message: Text, width: int) -> list[Text]:
    from hingtui.text.wrap import wrapped  # not for the first picture

    return [Text(line, message.style) for line in wrapped(message.plain, width)]


def banner_messages(
    gateways: Sequence[tuple[str, GatewayStatus]],
    *,
    alerts: Iterable[BannerLine] = (),
    urgent: str = "",
    notices: Iterable[str],
    palette: Palette,
    key_for: KeyFor,
) -> list[Text]:
    """The alerts, and below them the state of storage and gateways; none when all is well.

    What only informs comes last: the first lines are all that a low screen shows. `gateways` are
    their names and states.
    """
    styles = {
        "information": palette.primary,
        "warning": palette.warning + palette.strong,
        "error": palette.error + palette.strong,
    }
    styled = [(line.severity, Text(legible(line.text), styles[line.severity])) for line in alerts]
    lines = [text for severity, text in styled if severity != "information"]
    if urgent:  # the header shows offline gateways too
        lines.append(Text(legible(urgent), palette.warning))
    elif errors := _gateway_lines(gateways, palette, key_for):
        lines += errors
    else:
        lines += [Text(legible(notice), palette.warning) for notice in notices]
    return lines + [text for severity, text in styled if severity == "information"]


def _gateway_lines(
    gateways: Sequence[tuple[str, GatewayStatus]], palette: Palette, key_for: KeyFor
) -> list[Text]:
    """What is wrong with each gateway that refuses the token or fails, the refusals first."""
    lines: list[Text] = []
    for state in (GatewayState.DENIED, GatewayState.OFFLINE):
        for name, status in gateways:
            if status.state is not state or status.error is None:
                continue
            diagnosis = diagnose(status.error, of_all=True)
            advice = advice_text(diagnosis.advice, key_for)
            words = sentences(diagnosis.what, advice, details=diagnosis.details)
            start = f"{legible(name)}: " if len(gateways) > 1 else ""
            style = palette.error if state is GatewayState.DENIED else palette.warning
            lines.append(Text(f"{start}{steady(words)}", style))
    return lines
