"""All gateways of one monitor: connect and remove them, run what watches them, and their states.

It is a mapping of each gateway's name in the settings to its `GatewayWatch`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.monitor.background import Background
from hingtui.monitor.gateway_status import GatewayState, GatewayStatus, in_best_state
from hingtui.monitor.gateway_watch import GatewayWatch
from hingtui.monitor.row import Row
from hingtui.monitor.shared import Shared

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api


class Gateways(Mapping[str, GatewayWatch]):
    """The gateways in the order of the settings. All methods belong to the event loop's thread."""

    shared: Shared
    """To be set before the first gateway is added."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._by_name: dict[str, GatewayWatch] = {}
        self._group: asyncio.TaskGroup | None = None
        """In which the loops of the gateways run."""
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}

    def __getitem__(self, name: str) -> GatewayWatch:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def add(self, name: str) -> GatewayWatch:
        """The gateway of this name; it is new if there was none."""
        if name not in self._by_name:
            watch = GatewayWatch(name, self.shared)
            watch.gateway.is_paused = self.is_paused
            self._by_name[name] = watch
            for row in watch.rows:
                watch.watch(row)
            self._run(watch)
        return self._by_name[name]

    def connect(self, api: Api | None, name: str, *, asks_balance: bool) -> None:
        """Use another client for this gateway; the one before ends once it is idle."""
        watch = self.add(name)
        if watch.api is not None:
            self._background.start(self._close(watch, watch.api))
        watch.use(api, asks_balance=asks_balance)

    def remove(self, name: str) -> None:
        """Ask it nothing more; its rows stay."""
        watch = self._by_name.pop(name)
        for task in self._tasks.pop(name, []):
            task.cancel()
        api, watch.api = watch.api, None
        watch.poller.use(None)
        watch.account_list.use(None)
        if api is not None:
            self._background.start(self._close(watch, api))
        self.shared.feed.gateway_changed()

    def run_in(self, group: asyncio.TaskGroup) -> None:
        """Run what watches each gateway, also those that are added later."""
        self._group = group
        for watch in self._by_name.values():
            self._run(watch)

    async def close(self) -> None:
        """End all requests, and close the connections."""
        clients = [watch.api for watch in self._by_name.values() if watch.api is not None]
        for watch in self._by_name.values():
            watch.api = None
            watch.poller.use(None)
            watch.account_list.use(None)
        await asyncio.gather(*(api.aclose() for api in clients))

    def drop(self, keys: Iterable[VideoKey]) -> None:
        """These are not watched any more."""
        gone = list(keys)
        for name, watch in self._by_name.items():
            if ids := [key.id for key in gone if key.gateway == name]:
                watch.drop(ids)

    async def ask_once(self, rows: Sequence[Row], progress: Callable[[int], None]) -> None:
        """Ask each gateway once about its rows; `progress` gets the number of those with a result.

        Where some were not asked, the gateway's own state says why.
        """
        from hingtui.monitor.one_round import OneRound  # not for the first picture

        finished = dict.fromkeys(self._by_name, 0)

        def count(name: str, done: int, _of: int) -> None:
            finished[name] = done
            progress(sum(finished.values()))

        async with asyncio.TaskGroup() as group:
            for name, watch in self._by_name.items():
                ids = [row.id for row in rows if row.gateway == name]
                if ids and watch.api is not None:
                    watch.responses.asked_for.update(ids)
                    one_round = OneRound(
                        watch.api,
                        watch.gateway,
                        watch.poller.list_poller,
                        self.shared.clock,
                        self.shared.rng,
                        on_outcome=watch.responses.handle,
                        progress=partial(count, name),
                    )
                    group.create_task(one_round.run(ids), name=f"ask {name} once")

    @property
    def is_paused(self) -> bool:
        """Whether the user has stopped all polling."""
        return any(watch.gateway.is_paused for watch in self._by_name.values())

    def pause(self, paused: bool) -> None:
        """Stop polling, or go on."""
        for watch in self._by_name.values():
            watch.gateway.is_paused = paused
            watch.poller.wake()
        self.shared.feed.gateway_changed()

    def status_of(self, name: str) -> GatewayStatus:
        """The state of this gateway; of UNKNOWN_GATEWAY, the best state of any."""
        if name == UNKNOWN_GATEWAY:
            return in_best_state(watch.gateway.status for watch in self._by_name.values())
        watch = self._by_name.get(name)
        return GatewayStatus(GatewayState.NOT_SET) if watch is None else watch.gateway.status

    def _run(self, watch: GatewayWatch) -> None:
        if self._group is not None:
            self._tasks[watch.name] = [
                self._group.create_task(self._background.run_forever(loop), name=watch.name)
                for loop in watch.loops
            ]

    async def _close(self, watch: GatewayWatch, api: Api) -> None:
        """Close a client once no request goes through it any more."""
        if pending := [*watch.under_way, *self.shared.queue.under_way]:
            await asyncio.wait(pending)
        await api.aclose()
