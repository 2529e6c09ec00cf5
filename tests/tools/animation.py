"""The animation of the README: twelve videos from pasted ids to saved files in some 12 seconds."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path

from hingtui.demo.job import Job
from hingtui.demo.job_factory import JobFactory
from hingtui.demo.story import Story
from hingtui.text import i18n
from hingtui.ui.screens.player import Player
from hingtui.ui.widgets.gallery import Tile
from hingtui.ui.widgets.picture import PictureView
from tests.support.clock import EPOCH
from tests.support.still_app import StillClock, StillDashboard
from tests.support.svg_screen import screen_lines, svg_of
from tests.support.waiting import until
from tests.tools.raster import digest_of, write_webp
from tests.tools.screenshots import Picture, staged

ANIMATIONS = {f"hingtui-{language}": language for language in i18n.LANGUAGES}
PICTURES = 9
"""The last frames of an animation: their pictures come from a decoder."""
_FRAMES_APART = 4
"""Frames of a playback from one that is taken to the next."""
_SIZE = (110, 22)
_CAPTION = 64
"""Pixels below the window, for the caption."""
_ALARM_AT = 93.0
"""Seconds after the start at which the scene of the alarm plays."""
_LEFT = 170.0
"""Seconds that the first video to expire has left then: red begins at three minutes."""
_CAPTIONS = {
    "en": (
        "Paste ids, URLs or JSON",
        "hingtui watches them all",
        "One is about to be deleted",
        "D saves everything that is ready",
        "12 saved · 0 lost",
        "See them without leaving the terminal",
    ),
    "zh": (
        "粘贴 ID、网址或 JSON",
        "每个视频都有人盯着",
        "有一个快要被删除了",
        "按 D，全部保存",
        "保存 12 个，丢失 0 个",
        "不离开终端就能看",
    ),
}
_TIMES = ((9, 34), (14, 52), (6, 80), (20, 44), (11, 61), (17, 39), (8, 70), (13, 48))
"""Seconds in the queue and generating, of all that are made while one watches."""
_CLIPS = ("sunrise", "bubbles", "moon", "silk", "ridges", "lotus", "aurora", "tunnel")


class _Film:
    """The frames so far."""

    def __init__(self, stage: StillDashboard, language: str) -> None:
        self._stage = stage
        self._captions = _CAPTIONS[language]
        self.frames: list[tuple[str, float]] = []

    async def take(self, caption: int, seconds: float, *keys: str) -> None:
        """Press these keys, and show the screen for so long above that caption."""
        await self._stage.show(*keys)
        svg = svg_of(screen_lines(self._stage.app), "hingtui")
        self.frames.append((_captioned(svg, self._captions[caption]), seconds))


def _captioned(svg: str, words: str) -> str:
    """The picture with words below it. Both stand on a dark ground, also on a light page."""
    width, height = (int(part) for part in svg.split('viewBox="0 0 ', 1)[1].split('"')[0].split())
    tall = height + _CAPTION
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" width="{width}" '
        f'height="{tall}">\n<rect width="{width}" height="{tall}" fill="#0b0f14"/>\n'
        f'<text x="{width // 2}" y="{tall - 21}" text-anchor="middle" fill="#e6edf3" '
        "style=\"font:bold 30px 'DejaVu Sans','Noto Sans CJK SC',sans-serif\">"
        f"{escape(words)}</text>\n{svg}</svg>\n"
    )


def _jobs() -> list[Job]:
    """Twelve jobs without mishaps: four were finished before, the first of them expires soon."""
    factory = JobFactory(1, 3_000_000, ("hingnet",))
    jobs = []
    for number in range(12):
        clip, take = _CLIPS[number % 8], number // 8
        if number < 4:
            created_at, times = EPOCH - 650.0 * (number + 1), (20.0, 60.0 + 9 * number)
        else:
            created_at, times = EPOCH - 2.0, _TIMES[number - 4]
        job = factory.job(f"film/{number}", clip, take, (created_at, *times), {"shape": "linear"})
        jobs.append(replace(job, content="direct"))
    ends = EPOCH + _ALARM_AT + _LEFT
    jobs[0] = replace(jobs[0], lifetime=ends - jobs[0].finished_at)
    return jobs


async def film(language: str, home: Path, *, has_pictures: bool = False) -> list[tuple[str, float]]:
    """Each frame as SVG, and the seconds for which it is shown. `home` is an empty folder.

    With `has_pictures`, PICTURES more frames show posters and a playback, for which the extra
    `preview` has to be installed. They depend on its version, all others do not.
    """
    jobs = _jobs()
    picture = Picture(_SIZE, _no_play, language)
    async with staged(picture, StillClock(EPOCH), Story(jobs), home) as stage:
        shown = _Film(stage, language)
        await shown.take(0, 0.5)
        await _paste(stage, shown, [job.id for job in jobs])
        await stage.ask()
        await shown.take(1, 0.5)
        while stage.clock.now < EPOCH + _ALARM_AT - 4:
            await stage.pass_time(4)
            await shown.take(1, 0.12)
        await stage.pass_time(EPOCH + _ALARM_AT - stage.clock.now)
        await shown.take(2, 1.6)
        await _save(stage, shown)
        if has_pictures:
            await _look(stage, shown)
        return shown.frames


async def _paste(stage: StillDashboard, shown: _Film, ids: list[str]) -> None:
    from textual.widgets import TextArea

    await stage.show("a")
    area = stage.app.screen.query_one(TextArea)
    area.cursor_blink = False
    area.insert("\n".join(ids))
    await shown.take(0, 1.1)
    await stage.show("enter")
    await until(lambda: len(stage.app.monitor.rows) == len(ids))


async def _save(stage: StillDashboard, shown: _Film) -> None:
    """Press D, show the first downloads, and then that all are saved."""
    monitor = stage.app.monitor
    await stage.rest()
    await shown.take(3, 0.5, "g", "D")
    for _number in range(9):
        await stage.receive(0.4)
        monitor.pause(False)
        await monitor.gateways["default"].poller.settle()
        await shown.take(3, 0.15)
        monitor.pause(True)
    stage.server.rate = None
    stage.clock.advance(5)
    await until(lambda: not monitor.downloads)
    monitor.pause(False)
    await shown.take(4, 1.8)


async def _look(stage: StillDashboard, shown: _Film) -> None:
    """Show the gallery, and play one of its videos."""
    screen = stage.app.screen
    await stage.show("tab")
    views = list(screen.query(Tile))
    await until(lambda: all(view.query_one(PictureView).cells.height > 1 for view in views))
    await shown.take(5, 1.4)
    await stage.show("v")
    player = stage.app.screen
    if not isinstance(player, Player):
        raise TypeError(f"{player} is no player")

    def has_come(number: int) -> bool:
        """Whether the playback is that far, or has ended: a slow machine drops frames."""
        return player.frames > number * _FRAMES_APART or stage.app.screen is not player

    for number in range(PICTURES - 1):
        await until(partial(has_come, number))
        await shown.take(5, 0.2)


async def _no_play(stage: StillDashboard) -> None:
    """The film has scenes of its own."""


async def draw(name: str, home: Path, folder: Path) -> Path:
    """Draw the animation of that name into `folder`; its file."""
    frames = await film(ANIMATIONS[name], home, has_pictures=True)
    digest = digest_of(*(svg for svg, _seconds in frames[:-PICTURES]))
    return write_webp(frames, digest, folder / f"{name}.webp")
