"""What five gateways cost beside one: the same running videos, watched at one or spread over five.

Each gateway is another process behind a real socket, so that only the watcher's own CPU is counted.
Every time here is real.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from hingtui.api import Api
from hingtui.monitor import Monitor
from hingtui.storage.watchlist import Watchlist
from tests.bench import Figure, alone
from tests.bench.poll import LONG, SHORT, Gateway, Load, Size, gateway_process, ids, running
from tests.servers.gateway import TOKEN

_MANY = 5
_ROUNDS = 3


def run(short: bool = False) -> list[Figure]:
    """Watch so many videos at one gateway and at five, in turns."""
    size = SHORT if short else LONG
    one, many = [], []
    for _round in range(1 if short else _ROUNDS):
        one.append(_watch(size, 1))
        many.append(_watch(size, _MANY))
    alone_cpu, spread_cpu = (min(load.cpu for load in loads) for loads in (one, many))
    videos = f"{size.videos:,} running videos"
    return [
        alone(f"{videos}, one gateway: CPU", alone_cpu, "% of a core"),
        alone(
            f"{videos}, {_MANY} gateways: CPU beyond that",
            max(0.0, spread_cpu - alone_cpu),
            "% of a core",
            at_most=2,
        ),
        alone(f"{videos}, {_MANY} gateways: requests", many[0].requests, "/s"),
    ]


def _watch(size: Size, count: int) -> Load:
    with ExitStack() as stack:
        share = size.videos // count
        gateways = [
            stack.enter_context(gateway_process(share, has_list=True)) for _number in range(count)
        ]
        return asyncio.run(_by_monitor(size, share, gateways))


async def _by_monitor(size: Size, share: int, gateways: list[Gateway]) -> Load:
    with TemporaryDirectory() as folder:
        named = {f"gateway{number}": gateway for number, gateway in enumerate(gateways)}
        monitor = Monitor(
            Watchlist(Path(folder) / "watchlist.toml"), folder=Path(folder), gateways=named
        )
        for name, gateway in named.items():
            monitor.connect(Api(gateway.base_url, TOKEN, environ={}), name)
            monitor.add(ids(share), gateway=name, remember=False)
        async with running(monitor):
            await asyncio.sleep(size.warm_up)
            asked, cpu = sum(each.asked() for each in gateways), time.process_time()
            await asyncio.sleep(size.seconds)
            used = time.process_time() - cpu
            asked = sum(each.asked() for each in gateways) - asked
    return Load(round(asked / size.seconds, 1), 100 * used / size.seconds)
