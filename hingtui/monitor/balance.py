"""What is left in the account at one gateway: asked for now and then, and remembered.

It holds up nothing else: it runs in a task of its own, and its errors are only logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from hingtui.model.errors import HingtuiError
from hingtui.model.video import Cost
from hingtui.system.clock import Clock

ASK_EVERY = 300.0
"""Seconds between two queries, of two requests each: some gateways allow 20 in 20 minutes."""

_log = logging.getLogger(__name__)


class BalanceApi(Protocol):
    """The call that `Balance` needs of the API."""

    async def balance(self) -> Cost | None: ...


class Balance:
    """The balance of one gateway. All methods belong to the event loop's thread."""

    def __init__(
        self, clock: Clock, changed: Callable[[], None], may_ask: Callable[[], bool] = lambda: True
    ) -> None:
        """`changed` is called when another amount is known. `may_ask` says whether the gateway can
        be asked now: it is reachable, and does not ask to slow down."""
        self.left: Cost | None = None
        """What is left as last reported; None if unknown or without a limit."""
        self._clock = clock
        self._changed = changed
        self._may_ask = may_ask
        self._api: BalanceApi | None = None
        self._is_wanted = asyncio.Event()
        self._asked_at: float | None = None
        self._is_asking = False

    def use(self, api: BalanceApi | None) -> None:
        """Ask `api` from now on, at once; None: do not ask. Another token has another balance."""
        self._api = api
        self._asked_at = None
        if api is None:
            self._is_wanted.clear()
        else:
            self._is_wanted.set()
        self._set(None)

    async def run(self) -> None:
        """Ask for ever, every `ASK_EVERY` seconds while an account can be asked about."""
        while True:
            await self._is_wanted.wait()
            await self.refresh()
            await self._clock.sleep(ASK_EVERY / 10)

    async def refresh(self) -> None:
        """Ask if the last time is `ASK_EVERY` seconds ago. It never raises an error of the API."""
        api, now = self._api, self._clock.monotonic()
        is_early = self._asked_at is not None and now - self._asked_at < ASK_EVERY
        if api is None or is_early or self._is_asking or not self._may_ask():
            return
        self._asked_at, self._is_asking = now, True
        try:
            left = await api.balance()
        except HingtuiError as error:  # the amount known before is still the best there is
            _log.info("the balance could not be asked for: %r", error)
            return
        finally:
            self._is_asking = False
        if api is self._api:  # else it belongs to another token
            self._set(left)

    def _set(self, left: Cost | None) -> None:
        if left != self.left:
            self.left = left
            self._changed()
