"""A day of watching on a fast clock, with the real app and a real gateway."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from textual.pilot import Pilot

from hingtui.demo.job import Job, Shape, Vocabulary
from hingtui.model.key import VideoKey
from hingtui.ui.app import HingtuiApp
from tests.robustness.soak.gauges import Reading, read
from tests.servers.gateway import TOKEN
from tests.servers.process import FarGateway, Moment
from tests.support.clock import FakeClock
from tests.support.keys import ids
from tests.support.pilot import running_app
from tests.support.waiting import until

STEP = 30.0
"""Seconds per step."""
_KEPT = 1800.0
"""Seconds for which a finished video stays watched."""
_KEYS = (
    *("j", "k", "g", "G", "pagedown", "pageup", "s", "S", "r", "enter", "c"),
    *("question_mark", "escape", "slash", "b", "o", "y", "p", "p", "x", "u", "R", "d", "D"),
)
_SHAPES: tuple[Shape, ...] = ("linear", "noisy", "steps", "stalling", "none")
_WORDS: tuple[Vocabulary, ...] = ("hingnet", "openai")
_SIZES = ((1, 1), (40, 10), (80, 24), (120, 40), (200, 50))
_FAULTS: tuple[tuple[int, dict[str, str], bytes], ...] = (
    (429, {"Retry-After": "20"}, b"{}"),
    (429, {}, b""),
    (500, {}, b"oops"),
    (502, {"Content-Type": "text/html"}, b"<html>bad gateway</html>"),
    (503, {}, b'{"error": {"message": "overloaded"}}'),
    (200, {"Content-Type": "text/html"}, b"<html>hello</html>"),
    (200, {"Content-Length": "500"}, b'{"id": "cut"'),
    (404, {}, b'{"error": {"message": "unknown"}}'),
)


class Day:
    """One day of a user who always watches the same number of videos."""

    def __init__(
        self,
        app: HingtuiApp,
        pilot: Pilot[None],
        gateway: FarGateway,
        clock: FakeClock,
        *,
        seed: int,
        videos: int,
    ) -> None:
        self._app = app
        self._pilot = pilot
        self._gateway = gateway
        self._clock = clock
        self._rng = random.Random(seed)  # noqa: S311 - the same day for the same seed
        self._videos = videos
        self._numbers = count()
        self._done: dict[VideoKey, float] = {}
        self.watched = 0
        """Videos that were watched so far."""
        self.saved = 0
        self.asked = 0

    async def step(self) -> None:
        """Advance one step, with its events."""
        rng, monitor = self._rng, self._app.monitor
        gone = self._let_go()
        fresh = self._bring_new()
        fault = rng.choice(_FAULTS) if rng.random() < 0.3 else None
        self.asked += self._gateway.apply(Moment(self._clock.now, fresh, gone, fault))
        if rng.random() < 0.1:
            await self._pilot.press(*rng.sample(_KEYS, 3), "escape", "escape")
        if rng.random() < 0.02:
            await self._pilot.resize_terminal(*rng.choice(_SIZES))
        self._clock.advance(STEP)
        monitor.gateways["default"].poller.start_due()
        await until(self._is_quiet)
        monitor.feed.flush()
        self._app._dashboard.time_passed()
        await asyncio.sleep(0)

    def _is_quiet(self) -> bool:
        """Whether nothing runs, except a list whose next page waits for the clock."""
        monitor = self._app.monitor
        return not monitor.gateways["default"].poller._tasks and not monitor.queue._tasks

    def _let_go(self) -> list[str]:
        """Remove videos that have been finished for a while, here and at the gateway."""
        monitor, now = self._app.monitor, self._clock.now
        for key, watched in monitor.rows.items():
            if watched.is_final and key not in self._done:
                self._done[key] = now
        gone = [key for key, at in self._done.items() if now - at > _KEPT]
        for key in gone:
            del self._done[key]
            row = monitor.rows.get(key)
            if row is not None and row.saved is not None:
                self.saved += 1
                row.saved.unlink(missing_ok=True)  # an undo may have brought the row back
        monitor.remove(gone)
        return ids(gone)

    def _bring_new(self) -> list[Job]:
        monitor, rng, now = self._app.monitor, self._rng, self._clock.now
        fresh = [self._job(rng, now) for _n in range(self._videos - len(monitor.rows))]
        self.watched += len(fresh)
        monitor.add(job.id for job in fresh)
        return fresh

    def _job(self, rng: random.Random, now: float) -> Job:
        return Job(
            id=f"video_{next(self._numbers):06}",
            created_at=now,
            prompt="".join(rng.choices("bcdefgh 广告汽水", k=rng.randrange(300))),
            vocabulary=rng.choice(_WORDS),
            queued_for=rng.uniform(0, 600),
            generating_for=rng.uniform(20, 3600),
            shape=rng.choice(_SHAPES),
            outcome="failed" if rng.random() < 0.1 else "ready",
            content="redirect" if rng.random() < 0.5 else "direct",
            cut_at=1000 if rng.random() < 0.1 else None,
        )


async def live(
    folder: Path, *, hours: float, videos: int, seed: int
) -> AsyncIterator[tuple[float, Reading, Day]]:
    """A reading at the end of each hour, or of each twentieth of a shorter time."""
    clock = FakeClock()
    with FarGateway() as gateway:
        environ = {"HINGTUI_HOME": str(folder), "HINGTUI_LANG": "en"}
        environ |= {"HINGNET_BASE_URL": gateway.base_url, "HINGNET_API_KEY": TOKEN}
        async with running_app(environ, clock, size=(120, 40)) as (app, pilot):
            app.monitor.auto_download = True
            day = Day(app, pilot, gateway, clock, seed=seed, videos=videos)
            began = clock.now
            every = min(3600.0, hours * 180)
            reported = 0
            while (passed := clock.now - began) < hours * 3600:
                await day.step()
                if passed // every > reported:
                    reported = int(passed // every)
                    await app.monitor.watchlist_sync.sync()
                    yield passed / 3600, read(_connections(app)), day


def _connections(app: HingtuiApp) -> int:
    api = app.monitor.gateways["default"].api
    return len(api._exchanges._client._transport._pool.connections)  # type: ignore[union-attr]
