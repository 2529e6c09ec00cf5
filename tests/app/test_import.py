"""The import dialog on the dashboard: the account's list is read, marked and added."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.ui.import_list import Reading
from hingtui.ui.screens.dialogs import AddDialog
from hingtui.ui.screens.importing import ImportDialog
from tests.servers.gateway import TOKEN
from tests.support.clock import EPOCH
from tests.support.keys import ids
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until

JOBS = tuple(
    Job(id=f"video_{n:03}", created_at=EPOCH - 130 + n, queued_for=900, prompt=f"Film {n:03}")
    for n in range(130)
)
LIST = "/v1/videos?"


async def opened(acting: PilotedApp, count: int = 100) -> ImportDialog:
    """Open the dialog, and wait until so many videos are in it."""
    await acting.pilot.press("i")
    await until(lambda: isinstance(acting.app.screen, ImportDialog))
    dialog = acting.app.screen
    assert isinstance(dialog, ImportDialog)
    await until(lambda: len(dialog._list.rows) == count)
    await acting.pilot.pause()
    return dialog


def watched(acting: PilotedApp) -> set[str]:
    return set(ids(acting.app.monitor.rows))


async def test_marked_videos_are_added_with_what_the_list_says(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=["video_128"]) as acting:
        await opened(acting)
        assert "watched  Film 128" in acting.text()
        await acting.press("space", "space", "j", "V")
        assert "3 marked" in acting.text()
        await acting.press("enter")
        assert watched(acting) == {"video_129", "video_128", "video_127", "video_126"}
        assert "3 added" in acting.toasts()
        assert acting.line_with("Film 127")


@pytest.mark.slow
async def test_the_next_page_is_read_near_the_end_and_once(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        dialog = await opened(acting)
        assert "100 read, there are more" in acting.text()
        await acting.pilot.press("G", "k", "j")
        await until(lambda: dialog._list.state is Reading.END)
        await acting.pilot.pause()
        assert "130 videos, that is all" in acting.text()
        requests = [r for r in acting.server.requests if LIST in r.path]
        assert len(requests) == 2


@pytest.mark.slow
async def test_a_failed_page_can_be_tried_again(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        dialog = await opened(acting)
        acting.server.once(LIST, status=503)
        await acting.pilot.press("G")
        await until(lambda: dialog._list.state is Reading.FAILED)
        await acting.pilot.pause()
        assert "100 read · The gateway reports an internal error. r tries again." in acting.text()
        await acting.pilot.press("r")
        await until(lambda: len(dialog._list.rows) == 130)


async def test_the_filter_shows_and_marks_only_what_matches(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        dialog = await opened(acting)
        await acting.press("slash", *"prompt", "colon", *"12", "enter", "ctrl+a")
        assert "11 marked · 11 of 100" in acting.text()
        assert len([r for r in acting.server.requests if LIST in r.path]) == 1
        await acting.pilot.press("G", "j")  # behind the last row that matches
        await until(lambda: dialog._list.state is Reading.END)
        await acting.press("escape")
        assert "11 marked · 130 videos" in acting.text()
        await acting.press("enter")
        assert len(watched(acting)) == 11


async def test_without_a_token_the_next_step_is_to_type_one(tmp_path: Path) -> None:
    async with piloted(tmp_path, watched=[], token=None) as acting:
        await acting.press("i")
        assert not isinstance(acting.app.screen, ImportDialog)
        assert "There is no token yet: Enter types it." in acting.toasts()


@pytest.mark.slow
async def test_the_table_keeps_the_keys_while_nothing_matches(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS[:3], watched=[]) as acting:
        dialog = await opened(acting, count=3)
        await acting.press("slash", *"zzz", "enter")
        assert "No video matches. Esc shows all." in acting.text()
        await acting.press("escape", "j")
        assert dialog._table.cursor_row == 1
        await acting.press("escape")
        assert not isinstance(acting.app.screen, ImportDialog)


@pytest.mark.slow
async def test_without_a_list_the_dialog_names_other_ways(tmp_path: Path) -> None:
    async with piloted(tmp_path, watched=[], size=(60, 15)) as acting:
        acting.server.once(LIST, status=501)
        await opened(acting, count=0)
        await until(lambda: "has no list" in acting.text())
        words = " ".join(acting.text().replace("│", "").split())
        assert "can read (HTTP 501). Paste" in words
        assert "hingtui add -" in words
        await acting.press("a")
        assert isinstance(acting.app.screen, AddDialog), "as it says"


@pytest.mark.slow
async def test_a_page_that_comes_after_closing_is_dropped(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, watched=[]) as acting:
        gateway = acting.app.monitor.gateways[DEFAULT_GATEWAY].gateway
        gateway.limiter.slow_down(acting.clock.monotonic(), 30)
        dialog = await opened(acting, count=0)
        await acting.press("escape")
        assert not isinstance(acting.app.screen, ImportDialog)
        await acting.pass_time(40)
        assert not [r for r in acting.server.requests if LIST in r.path]
        assert not dialog._list.rows


@pytest.mark.parametrize("pressed", ["ctrl+a", "V", "asterisk"])
async def test_where_all_are_watched_marking_says_so(tmp_path: Path, pressed: str) -> None:
    async with piloted(tmp_path, *JOBS[:2]) as acting:
        await opened(acting, count=2)
        await acting.press(pressed)
        assert "All of these are watched already." in acting.text()


@pytest.mark.slow
@pytest.mark.parametrize("where", ["selected", "watched"])
async def test_enter_without_marks_adds_the_selected_video_once(tmp_path: Path, where: str) -> None:
    already = ["video_129"] if where == "watched" else []
    async with piloted(tmp_path, *JOBS, watched=already) as acting:
        await opened(acting)
        await acting.press("enter")
        assert watched(acting) == {"video_129"}
        assert isinstance(acting.app.screen, ImportDialog) is (where == "watched")
        assert ("It is watched already." in acting.text()) is (where == "watched")


@pytest.mark.slow
async def test_tab_shows_the_list_of_the_next_gateway(tmp_path: Path) -> None:
    relayed = Job(id="video_relayed", created_at=EPOCH - 5, queued_for=900, prompt="Relayed")
    async with piloted(tmp_path, *JOBS[:3], watched=[]) as acting:
        with DemoServer(Story([relayed]), clock=acting.clock, token=TOKEN) as relay:
            api = Api(relay.base_url, TOKEN, clock=acting.clock, environ={})
            acting.app.monitor.connect(api, "relay")
            dialog = await opened(acting, count=3)
            assert "default  relay" in acting.line_with("Import from")
            await acting.press("space", "tab")
            await until(lambda: len(dialog._list.rows) == 1)
            await acting.press("space")
            assert "2 marked · 1 video, that is all" in acting.text()
            await acting.press("enter")
            assert acting.app.monitor.rows.keys() == {
                VideoKey("default", "video_002"),
                VideoKey("relay", "video_relayed"),
            }
            assert "2 added" in acting.toasts()


async def test_a_followed_account_fills_the_dashboard_by_itself(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[gateways.default]\nfollow = true\n")
    async with piloted(tmp_path, *JOBS[:3], watched=[], has_toasts=True) as acting:
        await until(lambda: len(watched(acting)) == 3)
        await acting.drawn()
        assert acting.line_with("Film 002")
        assert "3 new videos in the account" in acting.toasts()


async def test_a_gateway_without_a_list_is_not_asked_for_it_again(tmp_path: Path) -> None:
    async with piloted(tmp_path) as acting:
        assert "choose from the account's list" in acting.text()
        acting.server.once(LIST, status=404)
        await acting.press("i")
        await until(lambda: "This gateway has no list" in acting.text())
        assert acting.lines()[-1].strip() == "Esc Close"
        await acting.press("escape")
        assert "choose from the account's list" not in acting.text()
