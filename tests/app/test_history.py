"""The history and its statistics on the screen; dumps are in `screens/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Static
from textual.widgets._toast import Toast

from hingtui.model.key import VideoKey
from hingtui.storage.history import HISTORY_FILE, History, Sighting
from hingtui.ui.screens.help import HelpBox
from hingtui.ui.screens.history import HistoryScreen
from hingtui.ui.widgets.history_table import HistoryTable
from tests.support.clock import EPOCH, FakeClock
from tests.support.dumps import check_dump
from tests.support.histories import seen
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.tools.made_up_history import load, made_up, make_files

pytestmark = pytest.mark.usefixtures("in_utc")

SIZES = ((80, 24), (160, 50))


@pytest.fixture(scope="module")
def made_up_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the made-up week; its files are in `videos`, as seen from there."""
    home = tmp_path_factory.mktemp("week")
    (home / "videos").mkdir()
    before = Path.cwd()
    os.chdir(home)
    try:
        history = History(home / HISTORY_FILE, clock=FakeClock())
        load(history, make_files(made_up(Path("videos"), now=EPOCH)))
        history.close()
    finally:
        os.chdir(before)
    return home


@asynccontextmanager
async def shown(
    home: Path,
    *sightings: Sighting,
    size: tuple[int, int] = (100, 30),
    language: str = "en",
    has_toasts: bool = False,
) -> AsyncIterator[PilotedApp]:
    """The history screen over what was seen."""
    if sightings:
        history = History(home / HISTORY_FILE, clock=FakeClock())
        history.record(sightings)
        history.close()
    async with piloted(home, size=size, language=language, has_toasts=has_toasts) as acting:
        await acting.press("t")
        await settled(acting)
        yield acting


def screen_of(acting: PilotedApp) -> HistoryScreen:
    screen = acting.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


def table_of(acting: PilotedApp) -> HistoryTable:
    return screen_of(acting).query_one(HistoryTable)


async def settled(acting: PilotedApp) -> None:
    """Wait until what is wanted is read and drawn."""

    def is_idle() -> bool:
        workers = screen_of(acting).workers
        return not any(w.group.startswith("history") and not w.is_finished for w in workers)

    await acting.pilot.pause()
    await until(is_idle)
    await acting.pilot.pause()
    await until(is_idle)
    await acting.drawn()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_history_and_statistics_of_a_week_match_their_dumps(
    made_up_week: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.chdir(made_up_week)
    shutil.copy(made_up_week / HISTORY_FILE, tmp_path)
    async with shown(tmp_path, size=SIZES[0], language=language) as acting:
        for name in ("history", "statistics"):
            for width, height in SIZES:
                await acting.pilot.resize_terminal(width, height)
                await settled(acting)
                check_dump(acting, f"{name}-{language}-{width}x{height}")
            await acting.press("t")
            await settled(acting)


async def test_the_search_runs_while_words_are_typed(tmp_path: Path) -> None:
    videos = (seen("v_1", prompt="中秋夜，满月"), seen("v_2", at=1, prompt="a moonlit lake"))
    async with shown(tmp_path, *videos) as acting:
        await acting.press("slash", "m", "o", "o", "n")
        await settled(acting)
        assert acting.line_with("1 of 2")
        assert acting.line_with("a moonlit lake")
        assert not acting.line_with("中秋夜")
        await acting.press("escape")
        await settled(acting)
        assert acting.line_with("中秋夜")
        await acting.press("escape")
        assert not isinstance(acting.app.screen, HistoryScreen)


async def test_the_first_statistics_are_as_wide_as_those_after_a_resize(tmp_path: Path) -> None:
    async with shown(tmp_path, seen("v_1", model="veo", took=60.0), size=(80, 24)) as acting:
        await acting.press("t")
        await settled(acting)
        first = acting.lines()
        for width in (120, 80):
            await acting.pilot.resize_terminal(width, 24)
            await settled(acting)
        assert acting.lines() == first


@pytest.mark.slow
async def test_no_figure_is_under_the_scrollbar(tmp_path: Path) -> None:
    async with shown(tmp_path, seen("v_1", model="veo", took=60.0), size=(80, 12)) as acting:
        await acting.press("t")
        await settled(acting)
        box = acting.app.screen.query_one(HelpBox)
        assert box.is_cut
        lines = str(acting.app.screen.query_one("#statistics", Static).render()).split("\n")
        assert max(map(cell_len, lines)) <= box.scrollable_content_region.width


@pytest.mark.slow
async def test_the_statistics_cover_the_videos_of_the_search(tmp_path: Path) -> None:
    videos = (seen("v_1", model="veo", took=60.0), seen("v_2", at=1, model="kling", took=90.0))
    async with shown(tmp_path, *videos) as acting:
        await acting.press("t")
        await settled(acting)
        assert acting.line_with("2 videos")
        await acting.press("slash", *"veo")
        await settled(acting)
        assert acting.line_with("1 video ")
        assert not acting.line_with("kling")


@pytest.mark.slow
async def test_a_file_that_was_moved_is_reported(tmp_path: Path) -> None:
    (tmp_path / "here.mp4").write_bytes(b"")
    videos = (
        seen("v_1", saved=str(tmp_path / "gone.mp4"), prompt="first"),
        seen("v_2", at=1, saved=str(tmp_path / "here.mp4"), prompt="second"),
    )
    async with shown(tmp_path, *videos) as acting:
        assert "file moved" in acting.line_with("first")
        assert "saved" in acting.line_with("second")
        await acting.press("j")
        await settled(acting)
        assert acting.line_with("Not there any more:")
        await acting.press("o")
        await until(lambda: acting.toasts())
        assert "The file is not there any more" in acting.toasts()[-1]


@pytest.mark.slow
async def test_a_video_can_be_watched_again(tmp_path: Path) -> None:
    async with shown(tmp_path, seen("v_1", prompt="first")) as acting:
        await acting.press("a")
        await until(lambda: VideoKey("default", "v_1") in acting.app.monitor.rows)
        await until(lambda: any("Watched again" in toast for toast in acting.toasts()))


@pytest.mark.parametrize("size", [(100, 30), (60, 15)])
async def test_toasts_hide_neither_details_nor_note(tmp_path: Path, size: tuple[int, int]) -> None:
    async with shown(tmp_path, seen("v_1"), size=size, has_toasts=True) as acting:
        acting.app.notify("It is watched already.", markup=False)
        await acting.press("slash", *"since:zz")
        await settled(acting)
        await acting.drawn()
        screen = screen_of(acting)
        (toast,) = screen.query(Toast)
        beneath = [screen.query_one(f"#history-{name}").region for name in ("detail", "note")]
        assert any(beneath)
        assert not any(toast.region.overlaps(region) for region in beneath)


async def test_an_unusable_history_is_reported(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{HISTORY_FILE}.damaged-2025-{number}").write_bytes(b"")
    (tmp_path / HISTORY_FILE).write_bytes(b"damaged")
    async with shown(tmp_path) as acting:
        assert "was damaged several times" in " ".join(acting.text().split())


async def test_an_empty_history_shows_a_notice(tmp_path: Path) -> None:
    async with shown(tmp_path) as acting:
        assert acting.line_with("Nothing was watched yet.")
        await acting.press("o", "t")
        await settled(acting)
        assert acting.line_with("No videos.")
