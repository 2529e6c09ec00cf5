"""Read the list of an account's videos page by page, for a person who chooses among them.

Unlike `list_poller`, which sweeps over the list to update rows, it returns each page to its caller.
What a page or an error says about the gateway is reported as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hingtui.model.errors import Unreachable
from hingtui.model.no_list import lacks_list
from hingtui.monitor.gateway import LIST, Gateway
from hingtui.monitor.list_poller import PAGE, ListApi, Listed, Paged, Swept
from hingtui.system.clock import Clock
from hingtui.text.i18n import _


class AccountList:
    """The list of one gateway. All methods belong to the event loop's thread."""

    def __init__(
        self, gateway: Gateway, clock: Clock, report: Callable[[str, Swept | Exception], None]
    ) -> None:
        """`report` gets the outcome of each request, with `LIST` for an id."""
        self._gateway = gateway
        self._clock = clock
        self._report = report
        self._api: ListApi | None = None
        self._asking = asyncio.Lock()
        self._changed = asyncio.Event()
        """Set when there is another client, or none any more."""
        self._requests: set[asyncio.Task[Paged]] = set()
        self.is_missing = False
        """Whether the gateway has answered that there is none."""

    def use(self, api: ListApi | None) -> None:
        """From now on send requests through `api` (None: send none)."""
        self._api = api
        self.is_missing = False
        self._changed.set()

    @property
    def is_connected(self) -> bool:
        """Whether there is a client to send requests through."""
        return self._api is not None

    @property
    def under_way(self) -> list[asyncio.Task[Paged]]:
        """The request that is being sent, if there is one."""
        return list(self._requests)

    async def page(
        self, after: str | None = None, *, is_wanted: Callable[[], bool] = lambda: True
    ) -> Paged | None:
        """The page behind the id `after`, or the first one; the newest videos come first.

        It waits until the rate limit allows the request, and until an earlier one has its page.
        None if it is not wanted any more by then. Raises ApiError: NotOffered without a list.
        """
        async with self._asking:
            while is_wanted():
                if (api := self._api) is None:
                    raise Unreachable(_("There is no token for this gateway yet."))
                now = self._clock.monotonic()
                if (pause := self._gateway.limiter.wait(now)) <= 0:
                    self._gateway.limiter.spend(now)
                    return await self._ask(api, after)
                self._changed.clear()
                await self._clock.wait_for(self._changed, pause)
            return None

    async def _ask(self, api: ListApi, after: str | None) -> Paged:
        """Send one request. It goes on if the caller is cancelled: its connection would leak."""
        request = asyncio.create_task(_get(api, after), name="account list")
        self._requests.add(request)
        request.add_done_callback(self._requests.discard)
        try:
            page = await asyncio.shield(request)
        except Exception as error:
            if api is self._api:  # not the error of a closed client
                self.is_missing = after is None and lacks_list(error)
                self._report(LIST, error)
            raise
        if api is self._api:
            self.is_missing = False
            self._report(LIST, Swept(page.server_time))
        return page


def listed(page: Paged) -> Sequence[Listed]:
    """The entries of a page, each of which stands for the response about its video."""
    pairs = zip(page.videos, page.raws, strict=True)
    return [Listed(video, page.server_time, raw) for video, raw in pairs]


async def _get(api: ListApi, after: str | None) -> Paged:
    return await api.list_page(after, limit=PAGE)
