"""Connect each gateway of the settings, and take the tokens that a person types."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hingtui.model.errors import SettingsError
from hingtui.monitor import Monitor
from hingtui.monitor.gateway import LIST
from hingtui.storage.settings import GatewaySettings, Settings, load_token, save_token
from hingtui.text.i18n import _
from hingtui.ui.alerting_app import AlertingApp

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api
    from hingtui.ui.screens.token_dialog import TypedToken

_log = logging.getLogger(__name__)


class ConnectingApp(AlertingApp):
    """An app whose monitor gets a client for each gateway that has a token.

    What goes wrong meanwhile is shown with the alerts.
    """

    settings: Settings
    monitor: Monitor
    _hide: Callable[[str], None]
    _followed: AbstractSet[str] = frozenset()
    """The gateways whose accounts are followed."""

    def __init__(self) -> None:
        super().__init__()
        self._changing = asyncio.Lock()
        """Held while the settings change."""

    async def connect_all(self) -> None:
        """Connect every gateway; one that takes long does not hold up the others."""
        await asyncio.gather(*(self._connect(gateway) for gateway in self.settings.gateways))

    async def change_settings(self, change: Callable[[Settings], Settings]) -> None:
        """Use other settings from now on, once `change` has written them, in a thread.

        One change follows the other: each begins with what the one before has made. Raises what
        `change` does.
        """
        async with self._changing:
            await self._use_settings(await asyncio.to_thread(change, self.settings))

    async def _use_settings(self, settings: Settings) -> None:
        """Use other settings from now on: connect the gateways that are new or have changed."""
        before = self.settings.gateways
        self.settings = settings
        for name in {gateway.name for gateway in before} - {one.name for one in settings.gateways}:
            self.monitor.remove_gateway(name)
        changed = (gateway for gateway in settings.gateways if gateway not in before)
        await asyncio.gather(*(self._connect(gateway) for gateway in changed))
        self.follow_accounts()

    def follow_accounts(self) -> None:
        """Add new videos of accounts automatically, where the settings say so."""
        wanted = {gateway.name for gateway in self.settings.gateways if gateway.follow}
        for name in self._followed - wanted:
            self.monitor.unfollow(name)
        if new := wanted - self._followed:
            from hingtui.storage.followed import FollowedFile

            followed = FollowedFile(self.settings.followed_path)
            for name in sorted(new):
                self.monitor.follow(name, followed)
        self._followed = wanted

    async def _connect(self, gateway: GatewaySettings) -> None:
        """Make a client for this gateway; importing and building it happens in a thread."""
        try:
            api = await asyncio.to_thread(self._client_of, gateway)
        except SettingsError as error:  # the command that prints the token failed
            self.add_notice(str(error))
            api = None
        except Exception:  # noqa: BLE001 - the last known state is shown; the error can be secret
            _log.exception("no client could be made")
            words = _("Something unexpected went wrong inside hingtui; the details are in its log.")
            self.add_notice(words)
            return
        if gateway not in self.settings.gateways:  # removed or changed meanwhile
            if api is not None:
                await api.aclose()
            return
        self.monitor.connect(api, gateway.name, asks_balance=gateway.balance)
        self.show_alerts()

    def _client_of(self, gateway: GatewaySettings) -> Api | None:
        """The client of a gateway, None without a token. It blocks. Raises SettingsError."""
        gateway = load_token(gateway, tokens=self.settings.tokens)
        if gateway.needs_token:
            return None
        return self._make_api(gateway, gateway.token or "")

    def _make_api(self, gateway: GatewaySettings, token: str) -> Api:
        from hingtui.api import Api as HttpApi

        if token:
            self._hide(token)
        return HttpApi(gateway.base_url, token, kind=gateway.kind, clock=self.monitor.clock)

    def ask_for_token(self, name: str) -> None:
        """Let a person type the token of this gateway."""
        from hingtui.ui.screens.token_dialog import TokenDialog

        if (gateway := self.settings.gateway(name)) is None:
            return

        async def problem_with(token: str) -> str:
            """Ask the gateway: why a token is not proven to work, "" if it is."""
            from hingtui.ui.token_check import check_token

            self._hide(token)
            watched = next((key.id for key in self.monitor.rows if key.gateway == name), None)
            return await check_token(partial(self._make_api, gateway), token, watched)

        def typed(answer: TypedToken | None) -> None:
            if answer is not None:
                use = self._use_token(gateway, answer)
                self.run_worker(use, group="token", exit_on_error=False)

        host, path = urlsplit(gateway.base_url).netloc, self.settings.token_place(name)
        self.push_screen(TokenDialog(host, str(path), problem_with), typed)

    async def _use_token(self, gateway: GatewaySettings, typed: TypedToken) -> None:
        """Connect with a token; if it is to be kept, write it to its own file first."""
        token = typed.token
        self._hide(token)

        def keep_in_memory(settings: Settings) -> Settings:
            return settings.with_token(token, gateway.name)

        def keep(settings: Settings) -> Settings:
            return save_token(settings, token, gateway.name)

        try:
            await self.change_settings(keep if typed.keep else keep_in_memory)
        except SettingsError as error:
            self.notify(str(error), severity="error", markup=False)
            if self.settings.gateway(gateway.name) is None:
                return  # it was removed meanwhile
            await self.change_settings(keep_in_memory)
        if typed.is_proven:
            # It was asked when the token was tried.
            self.monitor.gateways[gateway.name].gateway.answered(LIST)
            self.notify(_("The gateway accepts the token."), markup=False)
