"""Takes the README's pictures: `python3 -m tests.screenshots [NAME…]` writes `screenshots/*.svg`.

The real dashboard is driven over the demo's real server, both by one clock that moves only when
told to, so that two runs make the same files. It knows what to press, not how anything is drawn.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from textual.pilot import Pilot
from textual.widgets import TextArea

from hingtui import i18n, ui
from hingtui.api import Api as HttpApi
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.interactive import demo_environ
from hingtui.monitor import Changes, Link, SaveState
from hingtui.monitor.monitor import Api
from hingtui.settings import Settings, load_settings
from hingtui.ui.app import HingtuiApp
from hingtui.ui.dashboard import Dashboard
from hingtui.ui.messages import VideosChanged
from hingtui.ui.themes import DARK
from hingtui.ui.video_table import VideoTable
from hingtui.video import Status
from hingtui.watchlist import Watchlist
from hingtui.watchlist.entry import Entry
from tests.support import EPOCH, FakeClock
from tests.svg_screen import screen_lines, svg_of

FOLDER = Path(__file__).parent.parent / "screenshots"
HOST = "https://models.hingnet.com.cn"
"""What the header names; the server asked is the demo's, on whatever port is free."""

_LOOK = 5.0
"""Seconds between two questions about every video."""
_SLICE = 0.097
"""Seconds that pass at once during a download: no whole number of the server's pauses, so that no
piece is due at the very moment at which time stands still."""
_PIECE = 28_000
_RATE = 25.0 * _PIECE
"""Bytes of a piece, of which the demo's server sends 25 a second."""
_PATIENCE = 20.0
"""Real seconds for anything to come about."""


class StillClock(FakeClock):
    """A clock that stands still for waiting threads too."""

    def wait(self, event: Event, seconds: float) -> bool:
        until = self.monotonic() + seconds
        while self.monotonic() < until and not event.is_set():
            event.wait(0.001)
        return event.is_set()


class _Middle(random.Random):
    """Chance that always has it the same way."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class _App(HingtuiApp):
    """Says one host and asks another."""

    CSS_PATH = str(Path(ui.__file__).with_name("dashboard.tcss"))

    def __init__(self, settings: Settings, clock: StillClock, asked: str) -> None:
        super().__init__(settings, clock=clock)
        self._asked = asked
        self.monitor._rng = _Middle()

    def _make_api(self, token: str) -> Api:
        return HttpApi(self._asked, token, clock=self.monitor.clock)


@dataclass(slots=True)
class Stage:
    """The running dashboard and the means to move it on."""

    app: HingtuiApp
    pilot: Pilot[None]
    clock: StillClock
    server: DemoServer
    began: dict[str, float] = field(default_factory=dict)
    """When each running download began."""

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and ask about everything now and then."""
        until = self.clock.now + seconds
        await self.ask()
        while self.clock.now < until:
            self.clock.advance(min(_LOOK, until - self.clock.now))
            jobs = self.server.story.jobs.values()
            self.app.monitor.add([job.id for job in jobs if job.created_at <= self.clock.now])
            await self.ask()

    async def ask(self) -> None:
        """Ask about everything at this moment, but for what the host's budget does not allow."""
        monitor = self.app.monitor
        await monitor.settle()  # what is under way would be asked no second time
        monitor.ask()
        monitor.pause(False)
        await monitor.settle()
        while any(
            monitor.next_question_in(w.id) == 0 for w in monitor.watched.values() if not w.is_final
        ):
            self.clock.advance(0.5)
            await monitor.settle()

    async def rest(self) -> None:
        """Ask nothing until the host's budget has room for downloads again."""
        self.app.monitor.pause(True)
        self.clock.advance(2)

    async def save(self, count: int) -> None:
        """Bring home at once so many of the ready, those that were added last."""
        monitor = self.app.monitor
        await self.rest()
        self.server.rate = None
        ready = [w.id for w in monitor.watched.values() if w.can_be_saved(monitor.now())]
        monitor.save(ready[-count:])
        await self.until(lambda: not monitor.saving)
        self.server.rate = _RATE

    async def receive(self, seconds: float) -> None:
        """Let the downloads that are wanted go on for so long, at the demo's pace."""
        for _slice in range(int(seconds / _SLICE)):
            await self.until(self._has_received)
            self.clock.advance(_SLICE)
        await self.until(self._has_received)
        for watched in self.app.monitor.saving:
            if watched.saving and watched.saving.state is SaveState.RUNNING:
                # As measured, but for 1 or 2 % that depend on how the system cuts the pieces.
                watched.saving.progress.speed = _RATE

    def _has_received(self) -> bool:
        """Whether all that the server has sent by now has arrived, and nothing is about to end."""
        saving = self.app.monitor.saving
        running = [w for w in saving if w.saving and w.saving.state is SaveState.RUNNING]
        if len(running) < min(self.app.settings.max_downloads, len(saving)):
            return False
        for watched in running:
            progress = watched.saving.progress if watched.saving else None
            if progress is None or progress.total is None:
                return False
            began = self.began.setdefault(watched.id, self.clock.now)
            due = (self.clock.now - began) * _RATE
            if progress.received % _PIECE or not due < progress.received < progress.total:
                return False
        return True

    async def show(self, *keys: str) -> None:
        """Press these keys and draw everything as it is then."""
        await self.pilot.press(*keys)
        news = VideosChanged(Changes(ids=set(self.app.monitor.watched), host=True))
        for screen in self.app.screen_stack:
            if isinstance(screen, Dashboard):
                screen.post_message(news)
        await self.pilot.pause()
        await self.pilot.pause()  # what those messages posted

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what other threads do."""
        deadline = time.monotonic() + _PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError("the dashboard did not come that far")
            await asyncio.sleep(0.002)


Play = Callable[[Stage], Awaitable[None]]


async def _busy(stage: Stage) -> None:
    """A minute in: something of everything."""
    await stage.pass_time(20)
    await stage.save(2)
    await stage.pass_time(23)
    await stage.show("g", *"jjj")


async def _saving(stage: Stage) -> None:
    """One download is well on its way, two have just begun, others wait."""
    await stage.pass_time(20)
    await stage.save(2)
    await stage.pass_time(23)
    await stage.rest()
    await stage.show("G", "d")
    await stage.receive(1.6)
    await stage.show("D")
    await stage.receive(1.2)
    await stage.ask()
    await stage.show("g", *"jjj")


async def _detail(stage: Stage) -> None:
    """The failure that was watched for the longest time."""
    await _busy(stage)
    failed = [w for w in stage.app.monitor.watched.values() if w.status is Status.FAILED]
    longest = max(failed, key=lambda watched: len(watched.history))
    stage.app.screen.query_one(VideoTable).select(longest.id)
    await stage.show("enter")


async def _help(stage: Stage) -> None:
    await _busy(stage)
    await stage.show("?")


async def _add(stage: Stage) -> None:
    await _busy(stage)
    await stage.show("a")
    area = stage.app.screen.query_one(TextArea)
    area.cursor_blink = False
    known = next(iter(stage.app.monitor.watched))
    area.insert(
        f"{known}\n"
        "video_8k2m9x1qz7ra, video_3n7w5t0cye4b\n"
        f"{HOST}/v1/videos/video_691b8f2ac0de4e1f/content\n"
        '{"id": "video_691b8f31beefd00d", "status": "queued", "progress": 0}\n'
        "hello"
    )
    await stage.show()


async def _nothing(stage: Stage) -> None:
    await stage.show()


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen on one picture."""

    language: str
    size: tuple[int, int]
    play: Play
    videos: int = 18
    has_token: bool = True


PICTURES = {
    "dashboard-en": Picture("en", (120, 32), _busy),
    "dashboard-zh": Picture("zh", (120, 32), _busy),
    "detail-en": Picture("en", (140, 36), _detail),
    "saving-zh": Picture("zh", (120, 32), _saving),
    "narrow-zh": Picture("zh", (80, 24), _busy),
    "wide-en": Picture("en", (200, 50), _saving, videos=40),
    "help-en": Picture("en", (100, 36), _help),
    "add-en": Picture("en", (100, 30), _add),
    "welcome-en": Picture("en", (100, 30), _nothing, videos=0, has_token=False),
}


async def take(picture: Picture, home: Path) -> str:
    """The picture as SVG. `home` is an empty folder."""
    clock = StillClock(EPOCH)
    with _surroundings(picture.language), _server(clock, picture.videos) as server:
        token = server.token if picture.has_token else ""
        environ = {"HINGTUI_LANG": picture.language}
        settings = load_settings(demo_environ(environ, home, server.base_url, token))
        settings = replace(settings, base_url=HOST, theme=DARK.name)
        jobs = [job for job in server.story.jobs.values() if job.created_at <= EPOCH]
        Watchlist(settings.watchlist_path).change(add=[Entry(j.id, j.created_at) for j in jobs])
        app = _App(settings, clock, server.base_url)
        async with app.run_test(size=picture.size) as pilot:
            stage = Stage(app, pilot, clock, server)
            await stage.until(lambda: app.monitor.connection.link is not Link.STARTING)
            await picture.play(stage)
            svg = svg_of(screen_lines(app), "hingtui")
            clock.advance(3600)  # so that the server sends the rest and nobody waits for it
            await app.monitor.stop()
    return svg


def _server(clock: StillClock, videos: int) -> DemoServer:
    """The demo's story, no prompt twice, without mishaps: who meets them is decided by a race."""
    told = Story.endless(clock, videos=videos)
    cast, crowd = list(told.jobs.values())[:12], list(told.jobs.values())[12:]
    for passed in range(10, 60, 10) if videos else ():
        crowd += told.due(EPOCH + passed)
    each = {job.prompt: job for job in crowd + cast}.values()
    story = Story(replace(job, cut_at=None, pad=max(job.pad, 3_000_000)) for job in each)
    return DemoServer(story, clock=clock, rate=_RATE)


@contextmanager
def _surroundings(language: str) -> Iterator[None]:
    """The same time zone, colours and language wherever this runs; afterwards all as before."""
    kept, spoken = dict(os.environ), i18n.current_language()
    os.environ.pop("NO_COLOR", None)
    os.environ["TZ"] = "UTC"
    time.tzset()
    i18n.use_language(language)
    try:
        yield
    finally:
        i18n.use_language(spoken)
        os.environ.clear()
        os.environ.update(kept)
        time.tzset()


def main(names: list[str]) -> int:
    """Take the pictures of those names, or all; the exit status."""
    if unknown := set(names) - PICTURES.keys():
        print(f"no such picture: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        with tempfile.TemporaryDirectory() as home:
            svg = asyncio.run(take(PICTURES[name], Path(home)))
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
        print(f"{name}.svg  {len(svg.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
