"""Draw the README's pictures: `python3 -m tests.tools.screenshots [NAME…]`.

The real dashboard is driven over the demo's real server, both on one clock that only this
tool moves, so that two runs make the same files. Stills are drawn as SVG and PNG, the animation as
WebP; PNG and WebP need rsvg-convert and ffmpeg, and hold a digest of what they show.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

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
from hingtui.ui.theme.themes import DARK, LIGHT
from tests.support.clock import EPOCH
from tests.support.still_app import RATE, StillApp, StillClock, StillDashboard
from tests.support.svg_screen import screen_lines, svg_of
from tests.support.waiting import until
from tests.tools.raster import write_png

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


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen on one picture."""

    size: tuple[int, int]
    play: Play
    language: str = i18n.ENGLISH
    theme: str = DARK.name


_SCENES = {
    "dashboard": Picture((120, 32), _busy),
    "saving": Picture((120, 32), _saving),
    "detail": Picture((140, 36), _detail),
    "help": Picture((100, 36), _help),
    "narrow": Picture((80, 24), _busy),
}
PICTURES = {
    f"{name}-{language}-{shade}": replace(scene, language=language, theme=theme)
    for name, scene in _SCENES.items()
    for language in i18n.LANGUAGES
    for shade, theme in (("dark", DARK.name), ("light", LIGHT.name))
}
"""Every scene in both languages, dark and light."""


async def take(picture: Picture, home: Path) -> str:
    """The picture as SVG. `home` is an empty folder."""
    clock = StillClock(EPOCH)
    story = _story(clock)
    watched = [job.id for job in story.jobs.values() if job.created_at <= EPOCH]
    async with staged(picture, clock, story, home, watched) as stage:
        await picture.play(stage)
        return svg_of(screen_lines(stage.app), "hingtui")


@asynccontextmanager
async def staged(
    picture: Picture, clock: StillClock, story: Story, home: Path, watched: Sequence[str] = ()
) -> AsyncIterator[StillDashboard]:
    """A dashboard that watches those ids at a server with that story. `home` is an empty folder."""
    server = DemoServer(story, clock=clock, rate=RATE)
    server._api.numbers = repeat(27)  # of requests: how often it is asked is decided by a race
    with _surroundings(picture.language), server:
        variables = {"HINGNET_BASE_URL": server.base_url, "HINGNET_API_KEY": server.token}
        environ = {"HINGTUI_LANG": picture.language}
        settings = load_settings(demo_environ(environ, home, variables))
        shown = replace(settings.gateways[0], base_url=HOST)
        settings = replace(settings.with_gateway(shown), theme=picture.theme)
        entries = [Entry(video_id, story.jobs[video_id].created_at) for video_id in watched]
        if entries:
            Watchlist(settings.watchlist_path).change(add=entries)
        app = StillApp(settings, clock, server.base_url)
        async with app.run_test(size=picture.size) as pilot:
            if entries:
                await until(lambda: app.monitor.gateway_status.state is not GatewayState.STARTING)
            yield StillDashboard(app, pilot, clock, server)
            clock.advance(3600)  # so that the server sends the rest and nobody waits for it
            await app.monitor.stop()


def _story(clock: StillClock) -> Story:
    """The demo's story, no prompt twice, without mishaps: who meets them is decided by a race."""
    story = Story.endless(clock, videos=18)
    cast, crowd = list(story.jobs.values())[:12], list(story.jobs.values())[12:]
    for passed in range(10, 60, 10):
        crowd += story.due(EPOCH + passed)
    each = {job.prompt: job for job in crowd + cast}.values()
    return Story(replace(job, cut_at=None, pad=max(job.pad, 3_000_000)) for job in each)


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
    """Draw the pictures of those names, or all; the exit status."""
    from tests.tools.animation import ANIMATIONS, draw  # it needs what is above

    if unknown := set(names) - PICTURES.keys() - ANIMATIONS.keys():
        print(f"no such picture: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    for name in names or (*PICTURES, *ANIMATIONS):
        with tempfile.TemporaryDirectory() as home:
            if name in ANIMATIONS:
                path = asyncio.run(draw(name, Path(home), FOLDER))
            else:
                svg = asyncio.run(take(PICTURES[name], Path(home)))
                (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
                path = write_png(svg, FOLDER / f"{name}.png")
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
