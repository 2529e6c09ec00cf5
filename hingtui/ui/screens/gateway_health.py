"""The dialog about the gateways: how well each works, in this run and in the history.

A gateway that was added in the dashboard can be changed or removed here; the app does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.widgets import Label, Static

from hingtui.model.errors import StorageError
from hingtui.monitor import Monitor
from hingtui.monitor.gateway_health import Ended
from hingtui.storage.history import History
from hingtui.storage.settings import GatewaySettings
from hingtui.text.i18n import _
from hingtui.ui.gateway_health_text import (
    ended_in_history,
    gateways_health,
    health_text,
    source_text,
)
from hingtui.ui.gateway_view import GatewayView
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.list_box import ListBox
from hingtui.ui.theme.palette import Palette
from hingtui.ui.widgets.key_bar import FooterKey

_REFRESH_EVERY = 1.0
"""Seconds between two redraws of the states."""


class GatewayHealthDialog(Dialog[None]):
    """Shows a few lines for each gateway."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "dismiss_nothing", show=False, id="quit"),
        Binding("f4", "dismiss_nothing", show=False, id="gateway_health"),
        Binding("j,down", "select(1)", show=False),
        Binding("k,up", "select(-1)", show=False),
        Binding("a,f3", "app.add_gateway", show=False),
        Binding("enter", "change('edit_gateway')", show=False),
        Binding("x,delete", "change('remove_gateway')", show=False),
    ]

    def __init__(
        self,
        monitor: Monitor,
        view: GatewayView,
        settings_of: Callable[[str], GatewaySettings | None],
        open_history: Callable[[], History],
        palette: Palette,
    ) -> None:
        """`open_history` blocks."""
        super().__init__()
        self._monitor = monitor
        self._view = view
        self._settings_of = settings_of
        self._open_history = open_history
        self._palette = palette
        self._ended: Sequence[Ended] | None = None
        self._problem: StorageError | None = None
        self._selected = next(iter(monitor.gateways), "")
        self._starts: Sequence[int] = ()
        """The lines on which the gateways begin."""

    def compose(self) -> ComposeResult:
        with ListBox(id="health-box", classes="box"):
            yield Label(_("Gateways"), classes="title", markup=False)
            with VerticalScroll(id="health-scroll", classes="list", can_focus=False):
                yield Static(id="health", markup=False)
            yield Label("", id="health-source", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show this run, and the history once it is read."""
        self.set_interval(_REFRESH_EVERY, self.show_health)
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

    def footer_keys(self) -> Sequence[FooterKey]:
        """The keys that change the gateways; those that a person has written stay theirs."""
        gateway = self._settings_of(self._selected)
        keys = [FooterKey("a", _("Add"), 2)]
        if gateway is not None and gateway.is_editable:
            keys.append(FooterKey("enter", _("Change"), 1))
        if gateway is not None and gateway.is_added:
            keys.append(FooterKey("x", _("Remove"), 1))
        return [*keys, *super().footer_keys()]

    def on_screen_resume(self) -> None:
        """One may be added, changed or removed now."""
        self.when_laid_out(self.show_health)

    def action_select(self, step: int) -> None:
        """Go to the next or the previous gateway."""
        names = list(self._monitor.gateways)
        at = names.index(self._selected) if self._selected in names else 0
        self._selected = names[max(0, min(at + step, len(names) - 1))]
        self.show_health()
        self._show_selected()

    async def action_change(self, action: str) -> None:
        """Let the app change or remove the selected gateway; it says why that cannot be done."""
        await self.run_action(f"app.{action}({self._selected!r})")

    def _show_selected(self) -> None:
        """Scroll to the selected gateway."""
        at = list(self._monitor.gateways).index(self._selected)
        starts = (*self._starts, self.query_one("#health").size.height + 1)
        first, end = starts[at], starts[at + 1] - 1
        region = Region(0, first, 1, max(1, end - first))
        self.query_one("#health-scroll").scroll_to_region(region, animate=False)

    def show_health(self) -> None:
        """Draw the figures and states there are now."""
        if self._selected not in self._monitor.gateways:
            self._selected = next(iter(self._monitor.gateways), "")
        box = self.query_one("#health-scroll", VerticalScroll)
        width = box.scrollable_content_region.width
        gateways = gateways_health(self._monitor, self._view, self._settings_of, self._ended)
        now = self._monitor.now()
        shown = health_text(gateways, now, self._palette, width or 60, self._selected)
        self._starts = shown.starts
        self.query_one("#health", Static).update(shown.text)
        source = source_text(self._ended, self._problem)
        self.query_one("#health-source", Label).update(source)
        self.show_keys()
