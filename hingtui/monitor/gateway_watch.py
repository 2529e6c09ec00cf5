"""Watch one gateway: its state, its client, its poller, and what its responses mean.

The monitor has one for each gateway; the rows, the download queue and the watchlist are common to
all of them. A token is known only to the client of its own gateway.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from hingtui.model.video import Status
from hingtui.monitor.account_list import AccountList
from hingtui.monitor.balance import Balance
from hingtui.monitor.following import Follower
from hingtui.monitor.gateway import Gateway
from hingtui.monitor.gateway_status import GatewayState
from hingtui.monitor.list_poller import Listed, ignore_page, is_complete
from hingtui.monitor.poller import Poller
from hingtui.monitor.response_handler import Outcome, ResponseHandler, is_of_gateway
from hingtui.monitor.row import Row
from hingtui.monitor.shared import Shared

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api


_CHECK_CLOCK_EVERY = 2.0
"""Seconds between two checks whether this machine's clock was set."""
_ASK_CLOCK_EVERY = 30.0
"""Seconds between two requests because of that, as long as no response names a time."""


class GatewayWatch:
    """One gateway. All methods belong to the event loop's thread."""

    def __init__(self, name: str, shared: Shared) -> None:
        """`name` is the gateway's name in the settings."""
        self.api: Api | None = None
        """Its client; None without a token."""
        self._shared = shared
        clock, rng = shared.clock, shared.rng
        self.gateway = Gateway(clock, rng, shared.feed.gateway_changed, name=name)
        self.poller = Poller(self.gateway, clock, rng, on_outcome=self._handle_outcome)
        self.balance = Balance(clock, shared.feed.gateway_changed, self._may_ask_balance)
        self.account_list = AccountList(self.gateway, clock, self._handle_outcome)
        self._follower: Follower | None = None
        self.responses = ResponseHandler(self.gateway, self.poller, shared)
        self._clock_asked_at = -math.inf

    @property
    def name(self) -> str:
        """The gateway's name in the settings."""
        return self.gateway.name

    @property
    def loops(self) -> list[Callable[[], Coroutine[object, object, None]]]:
        """What runs while it is watched."""
        return [self.poller.run, self.balance.run, self._watch_clock]

    @property
    def rows(self) -> list[Row]:
        """Its rows."""
        return [row for row in self._shared.rows.values() if row.gateway == self.name]

    @property
    def lacks_list(self) -> bool:
        """Whether it is known to have no list of the account's videos."""
        return self.account_list.is_missing or not getattr(self.api, "has_list", True)

    def use(self, api: Api | None, *, asks_balance: bool = False) -> None:
        """Ask and download through `api` from now on; None: there is no token to ask with."""
        self.api = api
        self.balance.use(api if asks_balance else None)
        self.poller.use(api)
        self.account_list.use(api)
        if self._follower is not None:
            self._follower.reset()
        self.gateway.begin(GatewayState.ONLINE if api is not None else GatewayState.NO_TOKEN)
        for row in self.rows:
            if row.failures and not row.is_final:
                self.poller.schedule(row.id, 0)
            if row.download is not None and is_of_gateway(row.download.error):
                self._shared.queue.requeue(row)
        self._shared.queue.wake()

    @property
    def under_way(self) -> list[asyncio.Task[Any]]:
        """The requests that are being sent, but for those of downloads."""
        return [*self.poller.under_way, *self.account_list.under_way]

    def follow(self, follower: Follower | None) -> None:
        """Let `follower` see each page of the list that is read, and what is removed.

        None: the account is not followed any more.
        """
        self._follower = follower
        self.poller.list_poller.on_page = follower.saw if follower is not None else ignore_page

    def take_listed(self, entries: Sequence[Listed]) -> None:
        """Take what the list says of these rows; ask where it leaves something out."""
        for entry in entries:
            video = entry.video
            self.responses.handle(video.id, entry)
            if video.status.is_final and not is_complete(video):
                self.poller.schedule(video.id, 0, alone=True)

    def watch(self, row: Row) -> None:
        """Ask about this row from now on."""
        row.clock_lead = self.gateway.clock_lead
        self.poller.watch(row.id)
        if not row.is_final:
            self.poller.schedule(row.id, 0)

    def drop(self, video_ids: list[str]) -> None:
        """These are not watched any more."""
        self.poller.drop(video_ids)
        self.gateway.forget(video_ids)
        if self._follower is not None:
            self._follower.removed(video_ids)

    def ask(self, video_id: str, *, alone: bool) -> None:
        """Ask about this video now, for a person; with `alone`, not through the list."""
        self.poller.schedule(video_id, 0, alone=alone)
        self.responses.asked_for.add(video_id)

    async def fresh_link(self, video_id: str, index: int = 0) -> str:
        """Ask about a video once more, for a link that is valid now; "" where there is none.

        It leads to the file number `index` of the job.
        """
        if (api := self.api) is None:
            return ""
        try:
            response = await api.retrieve(video_id)
        except Exception as error:  # noqa: BLE001 - shown on the row, as with any other request
            if api is self.api:  # else it says nothing: it was another token or address
                self.responses.handle(video_id, error)
            return ""
        self.responses.handle(video_id, response)
        return response.video.link_of(index)

    async def _watch_clock(self) -> None:
        while True:
            await self._shared.clock.sleep(_CHECK_CLOCK_EVERY)
            self.check_clock()

    def check_clock(self) -> None:
        """Ask about one video if this machine's clock was set: when do the others expire by it?

        Nothing else may be due, and what is ready would count as expired, or as not expiring yet.
        """
        now = self._shared.clock.monotonic()
        if not self.gateway.is_clock_outdated or now - self._clock_asked_at < _ASK_CLOCK_EVERY:
            return
        ready = (r for r in self.rows if r.status is Status.READY and r.saved is None)
        if (row := next(ready, None)) is not None:
            self._clock_asked_at = now
            self.poller.schedule(row.id, 0, alone=True)

    def _may_ask_balance(self) -> bool:
        is_slowed = self.gateway.limiter.wait(self._shared.clock.monotonic()) > 0
        return not (self.gateway.is_paused or self.gateway.is_probing or is_slowed)

    def _handle_outcome(self, video_id: str, outcome: Outcome) -> None:
        self.responses.handle(video_id, outcome)
