"""Add, change and remove gateways in the dashboard: test them, save them, use them at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.errors import SettingsError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings import GatewaySettings, NameTaken, remove_gateway, save_gateway
from hingtui.text.i18n import _
from hingtui.ui.connecting_app import ConnectingApp

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api
    from hingtui.ui.gateway_check import Checked


class AddingApp(ConnectingApp):
    """An app whose gateways can change while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._without_list: set[str] = set()
        """The addresses at which a test has found no list."""

    def action_add_gateway(self) -> None:
        """Ask for a gateway; it is tested in the dialog."""
        self._ask_for_gateway(None)

    def action_edit_gateway(self, name: str) -> None:
        """Let a person change a gateway that was added here."""
        if (gateway := self._added(name)) is None:
            return
        if gateway.is_editable:
            self._ask_for_gateway(gateway)
        else:  # its table names a variable, a file or a command by hand
            self._notify_defined_in(name, self.settings.gateways_path)

    def action_remove_gateway(self, name: str) -> None:
        """Ask whether to remove a gateway that was added here, and do it."""
        from hingtui.ui.screens.remove_gateway import RemoveGatewayDialog

        if (gateway := self._added(name)) is None:
            return
        rows = [row for key, row in self.monitor.rows.items() if key.gateway == name]
        running = sum(row.is_downloading for row in rows)
        path = str(self.settings.gateways_path)

        def answered(is_sure: bool | None) -> None:
            if is_sure:
                remove = self._remove_gateway(gateway)
                self.run_worker(remove, group="gateway", exit_on_error=False)

        dialog = RemoveGatewayDialog(name, path, watched=len(rows), running=running)
        self.push_screen(dialog, answered)

    def _added(self, name: str) -> GatewaySettings | None:
        """The gateway of this name, if it was added here; else None, after a message."""
        gateway = self.settings.gateway(name)
        if gateway is not None and gateway.is_added:
            return gateway
        self._notify_defined_in(name, self.settings.config_path)
        return None

    def _notify_defined_in(self, name: str, path: Path) -> None:
        """Name the file in which a gateway is to be changed."""
        if name == DEFAULT_GATEWAY:
            words = _("{name} cannot be changed here: it is described by HINGNET_… or in {path}.")
        else:
            words = _("{name} cannot be changed here: it is described in {path}.")
        self.notify(words.format(name=name, path=path), severity="warning", markup=False)

    def _ask_for_gateway(self, edited: GatewaySettings | None) -> None:
        from hingtui.ui.screens.gateway_dialog import GatewayDialog

        if not isinstance(self.screen, GatewayDialog):
            dialog = GatewayDialog(self.settings, self._test_gateway, edited)
            self.push_screen(dialog, self._gateway_typed)

    async def _test_gateway(self, gateway: GatewaySettings, video_id: str | None) -> Checked:
        from hingtui.ui.gateway_check import ask_gateway

        def make_api(asked: GatewaySettings) -> Api:
            return self._make_api(asked, asked.token or "")

        checked = await ask_gateway(make_api, gateway, video_id)
        if checked.lacks_list:
            self._without_list.add(gateway.base_url)
        else:
            self._without_list.discard(gateway.base_url)
        return checked

    def _gateway_typed(self, gateway: GatewaySettings | None) -> None:
        if gateway is not None:
            use = self._add_gateway(gateway)
            self.run_worker(use, group="gateway", exit_on_error=False)

    async def _add_gateway(self, gateway: GatewaySettings) -> None:
        """Save a gateway and use it; where it cannot be saved, use it in this run only."""
        try:
            await self.change_settings(lambda settings: save_gateway(settings, gateway))
        except SettingsError as error:
            self.notify(str(error), severity="error", markup=False)
            if isinstance(error, NameTaken):
                return  # by another process: its gateway is used from the next start on
            unsaved = replace(gateway, token_source="")
            await self.change_settings(lambda settings: settings.with_gateway(unsaved))
        else:
            words = _("The gateway {name} is saved, and used from now on.")
            self.notify(words.format(name=gateway.name), markup=False)
        if gateway.base_url in self._without_list:
            self.monitor.gateways[gateway.name].account_list.is_missing = True
            self.show_alerts()
        from hingtui.ui.screens.dialogs import AddDialog

        for screen in self.screen_stack:
            if isinstance(screen, AddDialog):
                screen.look_again()

    async def _remove_gateway(self, gateway: GatewaySettings) -> None:
        """Take a gateway out of its file, and use it no more."""
        try:
            await self.change_settings(lambda settings: remove_gateway(settings, gateway.name))
        except SettingsError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        words = _("The gateway {name} is removed.")
        self.notify(words.format(name=gateway.name), markup=False)
