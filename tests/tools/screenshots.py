"""Draw the README's pictures: `python3 -m tests.tools.screenshots [NAME…]`.

The real dashboard is driven over the demo's real server, both by one clock that moves only when
told to, so that two runs make the same files. It knows what to press, not how anything is drawn.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.widgets import TextArea

from hingtui.cli.demo import demo_environ
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from hingtui.storage.settings import load_settings
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from hingtui.text import i18n
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.theme.themes import DARK
from tests.support.clock import EPOCH
from tests.support.still_app import RATE, StillApp, StillClock, StillDashboard
from tests.support.svg_screen import screen_lines, svg_of
from tests.support.waiting import until

FOLDER = Path(__file__).parents[2] / "screenshots"
HOST = "https://models.hingnet.com.cn"
"""What the header names; the server asked is the demo's, on whatever port is free."""

Play = Callable[[StillDashboard], Awaitable[None]]


async def _busy(stage: StillDashboard) -> None:
    """A minute in: something of everything."""
    await stage.pass_time(20)
    await stage.save(2)
    await stage.pass_time(23)
    await stage.show("g", *"jjj")


async def _saving(stage: StillDashboard) -> None:
    """One download is well on its way, two have just begun, others wait."""
    await stage.pass_time(20)
    await stage.save(2)
    await stage.pass_time(23)
    await stage.rest()
    await stage.show("G", "d")
    await stage.receive(1.6)
    await stage.show("D")
    await stage.receive(1.2)
    stage.app.monitor.pause(False)
    await stage.app.monitor.gateways["default"].poller.settle()
    await stage.show("g", *"jjj")


async def _detail(stage: StillDashboard) -> None:
    """The failure that was watched for the longest time."""
    await _busy(stage)
    failed = [w for w in stage.app.monitor.rows.values() if w.status is Status.FAILED]
    longest = max(failed, key=lambda watched: len(watched.history))
    stage.app.screen.query_one(VideoTable).select(longest.key)
    await stage.show("enter")


async def _help(stage: StillDashboard) -> None:
    await _busy(stage)
    await stage.show("?")


async def _add(stage: StillDashboard) -> None:
    await _busy(stage)
    await stage.show("a")
    area = stage.app.screen.query_one(TextArea)
    area.cursor_blink = False
    known = next(iter(stage.app.monitor.rows))
    area.insert(
        f"{known}\n"
        "video_8k2m9x1qz7ra, video_3n7w5t0cye4b\n"
        f"{HOST}/v1/videos/video_691b8f2ac0de4e1f/content\n"
        '{"id": "video_691b8f31beefd00d", "status": "queued", "progress": 0}\n'
        "hello"
    )
    await stage.show()


async def _nothing(stage: StillDashboard) -> None:
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
    "wide-en": Picture("en", (200, 40), _saving, videos=40),
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
        variables = {"HINGNET_BASE_URL": server.base_url, "HINGNET_API_KEY": token}
        settings = load_settings(demo_environ(environ, home, variables))
        shown = replace(settings.gateways[0], base_url=HOST)
        settings = replace(settings.with_gateway(shown), theme=DARK.name)
        jobs = [job for job in server.story.jobs.values() if job.created_at <= EPOCH]
        Watchlist(settings.watchlist_path).change(add=[Entry(j.id, j.created_at) for j in jobs])
        app = StillApp(settings, clock, server.base_url)
        async with app.run_test(size=picture.size) as pilot:
            stage = StillDashboard(app, pilot, clock, server)
            await until(lambda: app.monitor.gateway_status.state is not GatewayState.STARTING)
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
    return DemoServer(story, clock=clock, rate=RATE)


@contextmanager
def _surroundings(language: str) -> Iterator[None]:
    """The same time zone, colours and language wherever this runs; afterwards all as before."""
    kept, spoken = dict(os.environ), i18n.current_language()
    os.environ.pop("NO_COLOR", None)
    os.environ |= {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
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
