"""The dialog about the health of the gateways: at once of this run, then of the history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from hingtui.model.errors import StorageError
from hingtui.monitor import Monitor
from hingtui.monitor.gateway_health import Ended
from hingtui.storage.history import History
from hingtui.text.i18n import _
from hingtui.ui.gateway_health_text import (
    ended_in_history,
    gateways_health,
    health_text,
    source_text,
)
from hingtui.ui.gateway_view import GatewayView
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.theme.palette import Palette

_EVERY = 1.0
"""Seconds between two looks at the states."""


class GatewayHealthDialog(Dialog[None]):
    """Shows a few lines for each gateway."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding("f4", "dismiss_nothing", show=False, id="gateway_health"),
    ]

    def __init__(
        self,
        monitor: Monitor,
        view: GatewayView,
        open_history: Callable[[], History],
        palette: Palette,
    ) -> None:
        """`open_history` blocks."""
        super().__init__()
        self._monitor = monitor
        self._view = view
        self._open_history = open_history
        self._palette = palette
        self._ended: Sequence[Ended] | None = None
        self._problem: StorageError | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="health-box", classes="box"):
            yield Label(_("Gateways"), classes="title", markup=False)
            with VerticalScroll(id="health-scroll"):
                yield Static(id="health", markup=False)
            yield Label("", id="health-source", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show this run, and the history once it is read."""
        self.set_interval(_EVERY, self.show_health)
        self.when_laid_out(self.show_health)
        self.run_worker(self._read(), exit_on_error=False)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.when_laid_out(self.show_health)

    async def _read(self) -> None:
        try:
            now = self._monitor.now()
            ended = await asyncio.to_thread(ended_in_history, self._open_history, now)
        except StorageError as error:
            self._problem = error
        else:
            self._ended = ended or None  # an empty history knows less than this run
        self.show_health()

    def show_health(self) -> None:
        """Draw the figures and states there are now."""
        box = self.query_one("#health-scroll", VerticalScroll)
        width = box.scrollable_content_region.width
        gateways = gateways_health(self._monitor, self._view, self._ended)
        text = health_text(gateways, self._monitor.now(), self._palette, width or 60)
        self.query_one("#health", Static).update(text)
        source = source_text(self._ended, self._problem)
        self.query_one("#health-source", Label).update(source)
