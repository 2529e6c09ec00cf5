"""The dashboard under Textual's pilot: a real gateway on a socket, a clock moved by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import RenderableType
from rich.text import Text
from textual import app as app_module
from textual import pilot as pilot_module
from textual._compositor import Compositor
from textual._wait import wait_for_idle
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.monitor import DownloadState, GatewayState, Row
from hingtui.storage.settings import GatewaySettings, load_settings
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.text import i18n
from hingtui.ui.app import HingtuiApp
from hingtui.ui.screens.dashboard import Dashboard
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.widgets import poster
from hingtui.ui.widgets.detail import DetailPane
from tests.servers.gateway import TOKEN
from tests.support.clock import FakeClock
from tests.support.keys import key
from tests.support.waiting import TIMEOUT, until


async def _wait_for_idle(min_sleep: float = 0.003, max_sleep: float = 1.0) -> None:
    """Wait until the event loop's thread has little to do.

    Textual's own waits until the whole process is idle: here the gateway's thread and the tests'
    downloads count too, and most of the tests' time was spent waiting.
    """
    end = time.monotonic() + max_sleep
    used = 1.0
    while used > 0.0005 and time.monotonic() < end:
        before = time.thread_time()
        await asyncio.sleep(0.003)
        used = time.thread_time() - before


for module in (app_module, pilot_module):
    vars(module)["wait_for_idle"] = _wait_for_idle


_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}
"""Every stylesheet that was parsed, by its text and variables: each app has the same ones."""
_parse_rules = Stylesheet._parse_rules


def _parse_once(
    sheet: Stylesheet, css: str, read_from: tuple[str, str], *options: Any, **more: Any
) -> list[RuleSet]:
    """As Textual's, which parses all stylesheets anew for each app."""
    key = (css, read_from, *options, *more.items(), *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse_rules(sheet, css, read_from, *options, **more)
    return _parsed[key]


setattr(Stylesheet, "_parse_rules", _parse_once)  # noqa: B010 - mypy knows it as a method


_render_update = Compositor.render_update


def _draw_later(
    compositor: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> RenderableType | None:
    """Keep what is to be drawn until somebody looks: Textual draws up to sixty times a second."""
    return None


@contextmanager
def drawing_at_once() -> Iterator[None]:
    """Draw whenever Textual does, for tests of drawing itself."""
    with patch.object(Compositor, "render_update", _render_update):
        yield


@contextmanager
def as_textual_does() -> Iterator[None]:
    """Draw at once, and wait until the whole process is idle: for pictures of what is drawn."""
    with (
        drawing_at_once(),
        patch.object(app_module, "wait_for_idle", wait_for_idle),
        patch.object(pilot_module, "wait_for_idle", wait_for_idle),
    ):
        yield


setattr(Compositor, "render_update", _draw_later)  # noqa: B010 - mypy knows it as a method


_ROUNDS = 5
"""Layouts after which a screen counts as one that is never at rest."""


@dataclass
class PilotedApp:
    """The running app and all that it works on."""

    clock: FakeClock
    server: DemoServer
    app: HingtuiApp
    pilot: Pilot[None]
    home: Path
    survives: int = 0
    """How many kinds of unexpected errors the test provokes."""
    _seen: Screen[Any] | None = None
    """The screen that was drawn last."""

    @property
    def dashboard(self) -> Dashboard:
        return next(s for s in self.app.screen_stack if isinstance(s, Dashboard))

    @property
    def table(self) -> VideoTable:
        return self.dashboard.query_one(VideoTable)

    def row(self, video_id: str) -> Row:
        return self.app.monitor.rows[key(video_id)]

    async def pass_time(self, seconds: float = 0.0) -> None:
        """Let so many seconds pass, and everything that is due then happen and be drawn."""
        self.clock.advance(seconds)
        await self.app.monitor.checked()
        await self.app.monitor.gateways["default"].poller.settle()
        await self.drawn()

    async def drawn(self) -> None:
        """Let what has happened be reported, and the screen be ready to be drawn.

        It is drawn when somebody looks at its text, and each screen when it appears.
        """
        self.app.monitor.feed.flush()
        await self.pilot.pause()
        self.dashboard.time_passed()
        await self.laid_out()
        if self.app.screen is not self._seen:
            self.draw()

    def draw(self) -> None:
        """Draw what has changed on the screen."""
        self._seen = self.app.screen
        _render_update(self._seen._compositor, screen_stack=self.app._background_screens)

    async def laid_out(self) -> None:
        """Let the screen do now what Textual does up to a sixtieth of a second later."""
        await self.pilot.pause()
        for _round in range(_ROUNDS):  # a layout can cause another
            screen = self.app.screen
            is_due = screen._layout_required or screen._scroll_required or screen._dirty_widgets
            # On a busy machine, what looks idle may only not have had its turn.
            if not is_due and not any(node.message_queue_size for node in self.app._registry):
                return
            if is_due:
                screen.call_next(screen._on_timer_update)
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.drawn()

    async def paste(self, text: str) -> None:
        """As a terminal pastes."""
        from textual.events import Paste

        self.app.screen.post_message(Paste(text))
        await self.drawn()

    async def saved(self, video_id: str) -> None:
        """Wait until its download is over; what waits for a better time gets it."""

        def is_over() -> bool:
            if not self.row(video_id).is_downloading:
                return True
            self.app.monitor.queue.start_next()
            savings = [watched.download for watched in self.app.monitor.rows.values()]
            if not any(saving and saving.state is DownloadState.RUNNING for saving in savings):
                self.clock.advance(1)  # until it is its turn, or the host's pause is over
            return False

        await until(is_over)
        await self.drawn()

    def lines(self) -> list[str]:
        """The screen as text, as a person reads it."""
        self.draw()
        return screen_lines(self.app)

    def text(self) -> str:
        return "\n".join(self.lines())

    def line_with(self, words: str) -> str:
        """The first line of the screen that holds these words."""
        return next((line for line in self.lines() if words in line), "")

    def detail(self) -> str:
        pane = self.dashboard.query_one(DetailPane)
        shown = pane.query_one("#detail-text", Static).content
        return shown.plain if isinstance(shown, Text) else str(shown)

    def shown_in(self, selector: str) -> str:
        """The text of the first Static of the front screen that fits; "" if there is none."""
        statics = self.app.screen.query(selector).results(Static)
        return next((str(static.content) for static in statics), "")

    def toasts(self) -> list[str]:
        return [notification.message for notification in self.app._notifications]


@asynccontextmanager
async def piloted(
    home: Path,
    *jobs: Job,
    watched: Iterable[str] | None = None,
    size: tuple[int, int] = (120, 30),
    language: str = "en",
    token: str | None = TOKEN,
    is_demo: bool = False,
    has_toasts: bool = False,
    has_previews: bool = False,
) -> AsyncIterator[PilotedApp]:
    """The app over a gateway that knows these jobs; it watches all, or those in `watched`.

    Toasts are drawn with `has_toasts` only, and saved files looked at with `has_previews`: that
    takes a real moment, and the screen would change at any time.
    """
    rest = 0.01 if has_previews else 1e6
    clock = FakeClock()
    ids = [job.id for job in jobs] if watched is None else watched
    now = clock.time()
    path = home / "watchlist.toml"
    Watchlist(path).change(add=[Entry(video_id, now - at) for at, video_id in enumerate(ids)])
    count = path.read_bytes().count(b"[[videos]]") if path.exists() else 0
    with DemoServer(Story(jobs), clock=clock, token=TOKEN) as server:
        environ = {"HINGTUI_HOME": str(home), "HINGNET_BASE_URL": server.base_url}
        environ |= {"HINGTUI_LANG": language, "HINGTUI_NAME": "{id}"}
        if token is not None:
            environ["HINGNET_API_KEY"] = token
        vars(poster)["REST"] = rest
        run = running_app(environ, clock, size=size, is_demo=is_demo, has_toasts=has_toasts)
        # As on the internet: a server on this machine would be asked without a token.
        remote = patch.object(GatewaySettings, "is_local", new=False)
        with nullcontext() if token else remote:
            async with run as (app, pilot):
                acting = PilotedApp(clock, server, app, pilot, home)
                # The first response of a gateway can be there before the watchlist is read.
                await until(lambda: len(app.monitor.rows) == count or app.unexpected)
                await acting.pass_time()
                yield acting
                acting.draw()
        assert len(app.unexpected) == acting.survives, app.unexpected


@asynccontextmanager
async def running_app(
    environ: dict[str, str],
    clock: FakeClock,
    *,
    size: tuple[int, int] = (120, 30),
    is_demo: bool = False,
    has_toasts: bool = False,
) -> AsyncIterator[tuple[HingtuiApp, Pilot[None]]]:
    """The app as this environment wants it, once it knows whom to ask."""
    i18n.use_language(environ["HINGTUI_LANG"])
    try:
        app = HingtuiApp(load_settings(environ), clock=clock, is_demo=is_demo)
        async with app.run_test(size=size, notifications=has_toasts) as pilot:
            async with asyncio.timeout(TIMEOUT):
                await until(lambda: app.monitor.gateway_status.state is not GatewayState.STARTING)
            yield app, pilot
    finally:
        i18n.use_language("en")


def screen_lines(app: HingtuiApp) -> list[str]:
    """What stands on the screen, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip) for strip in strips[:height]]
    return [line[:width].rstrip() for line in lines]
