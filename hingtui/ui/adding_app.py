"""Add a gateway in the dashboard: ask for it, test it, save it, and use it at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import GatewaySettings, save_gateway
from hingtui.text.i18n import _
from hingtui.ui.connecting_app import ConnectingApp

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api
    from hingtui.ui.gateway_check import Checked


class AddingApp(ConnectingApp):
    """An app that can get further gateways while it runs."""

    def action_add_gateway(self) -> None:
        """Ask for a gateway; it is tested in the dialog."""
        from hingtui.ui.screens.gateway_dialog import GatewayDialog

        if not isinstance(self.screen, GatewayDialog):
            self.push_screen(GatewayDialog(self.settings, self._test_gateway), self._gateway_typed)

    async def _test_gateway(self, gateway: GatewaySettings, video_id: str | None) -> Checked:
        from hingtui.ui.gateway_check import ask_gateway

        def make_api(asked: GatewaySettings) -> Api:
            return self._make_api(asked, asked.token or "")

        return await ask_gateway(make_api, gateway, video_id)

    def _gateway_typed(self, gateway: GatewaySettings | None) -> None:
        if gateway is not None:
            use = self._add_gateway(gateway)
            self.run_worker(use, group="gateway", exit_on_error=False)

    async def _add_gateway(self, gateway: GatewaySettings) -> None:
        """Save a gateway and use it; where it cannot be saved, use it in this run only."""
        try:
            settings = await asyncio.to_thread(save_gateway, self.settings, gateway)
        except SettingsError as error:
            self.notify(str(error), severity="error", markup=False)
            settings = self.settings.with_gateway(replace(gateway, token_source=""))
        else:
            words = _("The gateway {name} is saved, and used from now on.")
            self.notify(words.format(name=gateway.name), markup=False)
        await self.use_settings(settings)
