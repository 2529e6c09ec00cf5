"""Run the dashboard over the demo's server with a clock that stands still until the test moves it.

Everything that a race could decide is decided beforehand, so that two runs draw the same screen.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event
from typing import TYPE_CHECKING

from textual.pilot import Pilot

from hingtui import ui
from hingtui.api import Api as HttpApi
from hingtui.demo.server import DemoServer
from hingtui.monitor import Changes, DownloadState
from hingtui.storage.settings import GatewaySettings, Settings
from hingtui.ui.app import HingtuiApp
from hingtui.ui.messages import VideosChanged
from hingtui.ui.screens.dashboard import Dashboard
from tests.support.clock import FakeClock
from tests.support.waiting import until

if TYPE_CHECKING:
    from hingtui.monitor.gateway_api import Api

_LOOK = 5.0
"""Seconds between two questions about every video."""
_SLICE = 0.097
"""Seconds that pass at once during a download: no whole number of the server's pauses, so that no
piece is due at the very moment at which time stands still."""
_PIECE = 28_000
RATE = 25.0 * _PIECE
"""Bytes of a piece, of which the demo's server sends 25 a second."""
_LOOK_AT_EVENT = 0.05
"""Real seconds between two looks at an event that somebody may have set."""


class StillClock(FakeClock):
    """A clock that stands still for waiting threads too.

    They hardly wake meanwhile: Textual's pilot waits until this process is idle.
    """

    def __init__(self, now: float) -> None:
        super().__init__(now)
        self._moved = Condition()

    def advance(self, seconds: float) -> None:
        with self._moved:
            super().advance(seconds)
            self._moved.notify_all()

    def wait(self, event: Event, seconds: float) -> bool:
        end = self.monotonic() + seconds
        with self._moved:
            while self.monotonic() < end and not event.is_set():
                self._moved.wait(_LOOK_AT_EVENT)
        return event.is_set()


class _Middle(random.Random):
    """Chance that always has it the same way."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class StillApp(HingtuiApp):
    """Says one host and asks another."""

    CSS_PATH = str(Path(ui.__file__).with_name("dashboard.tcss"))

    def __init__(self, settings: Settings, clock: StillClock, asked: str) -> None:
        super().__init__(settings, clock=clock)
        self._asked = asked
        self.monitor._rng = _Middle()

    def _make_api(self, gateway: GatewaySettings, token: str) -> Api:
        return HttpApi(self._asked, token, clock=self.monitor.clock)


@dataclass(slots=True)
class StillDashboard:
    """The running dashboard and the means to move it on."""

    app: HingtuiApp
    pilot: Pilot[None]
    clock: StillClock
    server: DemoServer
    began: dict[str, float] = field(default_factory=dict)
    """When each running download began."""

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and ask about everything now and then."""
        end = self.clock.now + seconds
        await self.ask()
        while self.clock.now < end:
            self.clock.advance(min(_LOOK, end - self.clock.now))
            jobs = self.server.story.jobs.values()
            self.app.monitor.add([job.id for job in jobs if job.created_at <= self.clock.now])
            await self.ask()

    async def ask(self) -> None:
        """Ask about everything at this moment, but for what the host's budget does not allow."""
        monitor = self.app.monitor
        poller = monitor.gateways["default"].poller
        await monitor.checked()
        await poller.settle()  # what is under way would be asked no second time
        monitor.ask()
        monitor.pause(False)
        await poller.settle()
        while any(poller.next_due_in(w.id) == 0 for w in monitor.rows.values() if not w.is_final):
            self.clock.advance(0.5)
            await poller.settle()

    async def rest(self) -> None:
        """Ask nothing until the host's budget has room for downloads again."""
        self.app.monitor.pause(True)
        self.clock.advance(2)

    async def save(self, count: int) -> None:
        """Bring home at once so many of the ready, but not the two that vanish first."""
        monitor = self.app.monitor
        await self.rest()
        self.server.rate = None
        ready = [w for w in monitor.rows.values() if w.can_be_downloaded(monitor.now())]
        ready.sort(key=lambda watched: watched.expiry.at if watched.expiry else math.inf)
        monitor.download(watched.key for watched in ready[2 : 2 + count])
        await until(lambda: not monitor.downloads)
        self.server.rate = RATE

    async def receive(self, seconds: float) -> None:
        """Let the downloads that are wanted go on for so long, at the demo's pace."""
        for _slice in range(int(seconds / _SLICE)):
            await until(self._has_received)
            self.clock.advance(_SLICE)
        await until(self._has_received)
        for watched in self.app.monitor.downloads:
            if watched.download and watched.download.state is DownloadState.RUNNING:
                # As measured, but for 1 or 2 % that depend on how the system cuts the pieces.
                watched.download.progress.speed = RATE

    def _has_received(self) -> bool:
        """Whether all that the server has sent by now has arrived, and nothing is about to end."""
        saving = self.app.monitor.downloads
        running = [w for w in saving if w.download and w.download.state is DownloadState.RUNNING]
        if len(running) < min(self.app.settings.max_downloads, len(saving)):
            return False
        for watched in running:
            progress = watched.download.progress if watched.download else None
            if progress is None or progress.total is None:
                return False
            began = self.began.setdefault(watched.id, self.clock.now)
            due = (self.clock.now - began) * RATE
            if progress.received % _PIECE or not due < progress.received < progress.total:
                return False
        return True

    async def show(self, *keys: str) -> None:
        """Press these keys on what there is now, and draw what comes of it."""
        await self._draw()
        await self.pilot.press(*keys)
        await self._draw()

    async def _draw(self) -> None:
        """Draw all at once what the dashboard would receive a little later."""
        news = Changes(keys=set(self.app.monitor.rows), membership=True, gateway=True)
        for screen in self.app.screen_stack:
            if isinstance(screen, Dashboard):
                screen.post_message(VideosChanged(news))
        await self.pilot.pause()
        await self.pilot.pause()  # what those messages posted
