"""Requests that are abandoned in every possible way: cancelled, timed out, or left."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import islice

from hingtui.api import Api
from hingtui.model.errors import ApiError
from tests.robustness.soak.gauges import Reading, read
from tests.servers.sockets import (
    CLOSE,
    HANG,
    RESET,
    Answer,
    FaultServer,
    Request,
    answer,
    json_answer,
)

AT_ONCE = 24
"""Simultaneous requests: more than the pool has connections."""
_TIMEOUTS = (3000.0, 300.0, 10.0)
"""Rates, per second, of the random time after which a request is abandoned."""
_VIDEO = {"id": "v", "object": "video", "status": "processing", "progress": 40}
_FILE = answer(200, b"\0\0\0\x18ftyp" + bytes(200_000), content_type="video/mp4")


class Gateway:
    """Responds correctly, late, wrongly or never."""

    def __init__(self, seed: int) -> None:
        self.server = FaultServer(self._respond)
        self._rng = random.Random(seed)  # noqa: S311 - the same course for the same seed

    def _respond(self, request: Request) -> Answer:
        self.server.requests.clear()
        if "well" in request.target:
            return json_answer(_VIDEO)
        if request.target.endswith("/content"):
            return _FILE
        match self._rng.randrange(100):
            case 0:
                return HANG
            case 1:
                return [b"HTTP/1.1 200 OK\r\ncontent-le", RESET]
            case 2:
                return CLOSE
            case 3:
                return [b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", HANG]
        return json_answer(_VIDEO)


async def abandon(count: int, seed: int) -> tuple[Reading, Reading, Counter[str]]:
    """Readings before and after `count` abandoned requests, and their outcomes."""
    rng = random.Random(seed)  # noqa: S311 - the same course for the same seed
    outcomes: Counter[str] = Counter()
    gateway = Gateway(seed)
    with gateway.server as server:
        api = Api(server.url, "oh-soak", environ={}, read_timeout=0.1, max_connections=8)

        async def one() -> None:
            if rng.random() < 0.1:
                outcomes[await asyncio.to_thread(_leave_content, api, rng.randrange(4))] += 1
                return
            question = asyncio.create_task(api.retrieve("v"))
            _done, late = await asyncio.wait(
                {question}, timeout=rng.expovariate(rng.choice(_TIMEOUTS))
            )
            for task in late:
                task.cancel()
            (outcome,) = await asyncio.gather(question, return_exceptions=True)
            outcomes[type(outcome).__name__] += 1

        async def many(number: int) -> None:
            for _n in range(number):
                await one()

        await asyncio.gather(*(many(AT_ONCE) for _n in range(AT_ONCE)))
        before = await _rested(api)
        share, rest = divmod(count, AT_ONCE)
        await asyncio.gather(*(many(share + (n < rest)) for n in range(AT_ONCE)))
        after = await _rested(api)
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*(api.retrieve("well") for _n in range(100)))
        outcomes["usable afterwards"] = sum(one.video.progress == 40 for one in answers)
        await api.aclose()
    return before, after, outcomes


def _leave_content(api: Api, after: int) -> str:
    """Open a content and leave after this many pieces."""
    try:
        with api.open_content("v") as content:
            return f"left after {sum(1 for _piece in islice(content.chunks(), after))} pieces"
    except ApiError as error:
        return type(error).__name__


async def _rested(api: Api) -> Reading:
    """A reading after all abandoned requests have ended."""
    async with asyncio.timeout(20):
        while api._exchanges._tasks:
            await asyncio.wait(api._exchanges._tasks)
    assert api._exchanges._client is not None
    return read(len(api._exchanges._client._transport._pool.connections))  # type: ignore[attr-defined]
