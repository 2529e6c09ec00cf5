"""The banner under the header: what a person should know or do about the gateway or their files."""

from __future__ import annotations

from collections.abc import Iterable

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
    status: GatewayStatus,
    *,
    alerts: Iterable[BannerLine] = (),
    urgent: str = "",
    notices: Iterable[str],
    palette: Palette,
    key_for: KeyFor,
) -> Text | None:
    """The alerts, and below them the state of storage and gateway; None when all is well."""
    styles = {
        "information": palette.primary,
        "warning": palette.warning + palette.strong,
        "error": palette.error + palette.strong,
    }
    lines = [Text(f" {legible(line.text)}", styles[line.severity]) for line in alerts]
    state = _state_text(status, urgent=urgent, notices=notices, palette=palette, key_for=key_for)
    if state is not None:
        lines.append(state)
    return Text("\n").join(lines) if lines else None


def _state_text(
    status: GatewayStatus,
    *,
    urgent: str,
    notices: Iterable[str],
    palette: Palette,
    key_for: KeyFor,
) -> Text | None:
    """The most important thing to say, or all notices; None when all is well.

    What is `urgent` comes first: that the gateway is offline, the header says too.
    """
    if urgent:
        return Text(f" {legible(urgent)}", palette.warning)
    is_refused = status.state is GatewayState.DENIED
    if (is_refused or status.state is GatewayState.OFFLINE) and status.error is not None:
        diagnosis = diagnose(status.error, of_all=True)
        sentences = (diagnosis.what, advice_text(diagnosis.advice, key_for))
        words = " ".join(sentence for sentence in sentences if sentence)
        if diagnosis.details:
            words += f" ({diagnosis.details})"
        return Text(f" {steady(words)}", palette.error if is_refused else palette.warning)
    lines = [f" {legible(notice)}" for notice in notices]
    return Text("\n".join(lines), palette.warning) if lines else None
