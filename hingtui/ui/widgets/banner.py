"""The banner under the header: what a person should know or do about the gateway or their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.widgets import Static

from hingtui.model.explain import diagnose
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.cell_width import legible, steady
from hingtui.ui.advice import advice_text
from hingtui.ui.alert_text import BannerLine
from hingtui.ui.keys import KeyFor
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.same_text import same_text


class Banner(Static):
    """Takes no room while there is nothing to say, and is repainted only when its text changes."""

    def __init__(self) -> None:
        super().__init__(id="banner", markup=False)
        self._text: Text | None = None

    def show(self, text: Text | None) -> None:
        """Show this text; nothing for None."""
        if not same_text(text, self._text):
            self._text = text
            self.set_class(text is not None, "-shown")
            self.update(text or "")


def banner_text(
    gateways: Sequence[tuple[str, GatewayStatus]],
    *,
    alerts: Iterable[BannerLine] = (),
    urgent: str = "",
    notices: Iterable[str],
    palette: Palette,
    key_for: KeyFor,
) -> Text | None:
    """The alerts, and below them the state of storage and gateways; None when all is well.

    `gateways` are their names and states.
    """
    styles = {
        "information": palette.primary,
        "warning": palette.warning + palette.strong,
        "error": palette.error + palette.strong,
    }
    lines = [Text(legible(line.text), styles[line.severity]) for line in alerts]
    if urgent:  # that a gateway is offline, the header says too
        lines.append(Text(legible(urgent), palette.warning))
    elif troubles := _gateway_lines(gateways, palette, key_for):
        lines += troubles
    else:
        lines += [Text(legible(notice), palette.warning) for notice in notices]
    return Text("\n").join(lines) if lines else None


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
            sentences = (diagnosis.what, advice_text(diagnosis.advice, key_for))
            words = " ".join(sentence for sentence in sentences if sentence)
            if diagnosis.details:
                words += f" ({diagnosis.details})"
            start = f"{legible(name)}: " if len(gateways) > 1 else ""
            style = palette.error if state is GatewayState.DENIED else palette.warning
            lines.append(Text(f"{start}{steady(words)}", style))
    return lines
