"""The dashboard over a real gateway: keys, dialogs, the table and what the screen shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from hingtui.model.errors import StorageError
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from hingtui.storage.watchlist import Watchlist
from hingtui.text.cell_width import short_id
from hingtui.ui.screens.dialogs import AddDialog, QuitDialog
from hingtui.ui.screens.help import HelpDialog
from hingtui.ui.screens.token_dialog import TokenDialog
from hingtui.ui.widgets.filter_bar import FilterBar
from tests.servers.gateway import TOKEN
from tests.support.keys import ids, key, keys
from tests.support.pilot import piloted
from tests.support.waiting import until
from tests.support.watch import job

READY: dict[str, Any] = {"queued_for": 0, "generating_for": 0}


async def test_an_added_video_is_watched_and_downloaded_byte_for_byte(tmp_path: Path) -> None:
    one = job()
    async with piloted(tmp_path, one, watched=[]) as acting:
        assert "paste the ids" in acting.text()
        await acting.press("a")
        await acting.paste("video_one\n")
        assert "1 new id" in acting.text()
        await acting.press("enter")
        await acting.pass_time()
        assert "queued" in acting.line_with("video") or "queued" in acting.text()
        await acting.pass_time(35)
        assert "generating" in acting.text()
        assert "50%" in acting.text()
        await acting.pass_time(40)
        assert "ready" in acting.text()
        await acting.press("d")
        await until(lambda: acting.row("video_one").saved is not None)
        await acting.drawn()
        assert "saved" in acting.text()
        path = acting.row("video_one").saved
        assert path is not None
        assert path.parent == tmp_path / "videos"
        assert path.read_bytes() == one.file()


async def test_one_key_downloads_all_ready_videos(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}", **READY) for n in range(5)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.pass_time(1)
        await acting.press("D")
        await until(lambda: all(w.saved for w in acting.app.monitor.rows.values()))
        assert {path.name for path in (tmp_path / "videos").iterdir()} == {
            f"video_{n}.mp4" for n in range(5)
        }


async def test_removing_and_undoing_update_rows_and_watchlist(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a"), job("video_b")) as acting:
        await acting.press("x")
        assert list(acting.table.order) == keys("video_b")
        await acting.app.monitor.watchlist_sync.sync()
        assert ids(Watchlist(tmp_path / "watchlist.toml").read().entries) == ["video_b"]
        await acting.press("u")
        assert acting.toasts() == ["Watched again: 冰镇汽水广告"], "not how to undo it"
        assert set(acting.table.order) == set(keys("video_a", "video_b"))
        assert acting.table.cursor_key == key("video_a")
        await acting.app.monitor.watchlist_sync.sync()
        assert set(Watchlist(tmp_path / "watchlist.toml").read().entries) == set(
            keys("video_a", "video_b")
        )


async def test_the_cursor_stays_on_its_video_when_rows_change(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}") for n in range(6)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("j", "j", "j")
        chosen = acting.table.cursor_key
        assert chosen == key("video_3")
        acting.app.monitor.remove(keys("video_0", "video_1"))
        await acting.drawn()
        assert acting.table.cursor_key == chosen
        acting.app.monitor.add(["video_new"])
        await acting.drawn()
        assert acting.table.cursor_key == chosen
        await acting.press("s", "n")
        assert acting.table.order[0] == key("video_new")
        assert acting.table.cursor_key == chosen


async def test_the_details_follow_the_cursor(tmp_path: Path) -> None:
    jobs = [job("video_a", prompt="the first"), job("video_b", prompt="the second")]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("enter")
        assert "the first" in acting.detail()
        await acting.press("j")
        assert "the second" in acting.detail()
        await acting.press("x")
        assert "the first" in acting.detail()


async def test_a_failed_video_shows_its_error(tmp_path: Path) -> None:
    bad = job(outcome="failed", error=("moderation_blocked", "Prompt was refused"), **READY)
    async with piloted(tmp_path, bad) as acting:
        await acting.pass_time(1)
        assert "failed" in acting.text()
        assert "Prompt was refused" in acting.text()
        await acting.press("enter")
        assert "moderation_blocked" in acting.detail()


async def test_the_add_dialog_names_words_that_are_not_ids(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), job("video_two"), watched=["video_one"]) as acting:
        await acting.press("a")
        assert isinstance(acting.app.screen, AddDialog)
        await acting.paste("video_one video_two hello")
        line = acting.line_with("1 new id")
        assert "1 already watched" in line
        assert "not an id: hello" in line
        await acting.press("enter")
        assert set(acting.table.order) == set(keys("video_one", "video_two"))


async def test_a_typed_token_is_saved_in_the_token_file(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        assert acting.app.monitor.gateway_status.state is GatewayState.NO_TOKEN
        await acting.press("enter")
        assert isinstance(acting.app.screen, TokenDialog)
        acting.app.screen.query_one(Input).value = f" {TOKEN}\n"
        await acting.press("enter")
        await until(lambda: acting.app.monitor.gateway_status.state is GatewayState.ONLINE)
        await acting.pass_time()
        assert acting.row("video_one").status is Status.QUEUED
        path = tmp_path / "token"
        assert path.read_text().strip() == TOKEN
        assert path.stat().st_mode & 0o777 == 0o600
        assert TOKEN not in acting.text()


@pytest.mark.slow
async def test_a_token_for_this_run_only_is_not_saved(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        await acting.press("enter")
        acting.app.screen.query_one(Input).value = TOKEN
        await acting.pilot.click("#token-once")
        await until(lambda: acting.app.monitor.gateway_status.state is GatewayState.ONLINE)
        assert not (tmp_path / "token").exists()


async def test_a_refused_token_shows_a_banner_and_enter_asks_for_another(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token="oh-wrong") as acting:
        await acting.drawn()
        assert "refuses the token" in acting.text()
        assert "无效的令牌" in acting.text()
        await acting.press("enter")
        assert isinstance(acting.app.screen, TokenDialog)


async def test_quitting_during_a_download_asks_for_confirmation(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(**READY)) as acting:
        await acting.pass_time(1)
        acting.server.once("/v1/videos/video_one/content", status=202, body=b"{}", times=99)
        await acting.press("d")
        await until(lambda: bool(acting.app.monitor.downloads))
        await acting.press("q")
        assert isinstance(acting.app.screen, QuitDialog)
        await acting.press("escape")
        assert not isinstance(acting.app.screen, QuitDialog)
        await acting.press("q", "enter")
        await until(lambda: not acting.app.is_running)


async def test_the_help_lists_the_commands(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(120, 50)) as acting:
        await acting.press("question_mark")
        assert isinstance(acting.app.screen, HelpDialog)
        text = acting.text()
        for words in ("Download all shown that are ready", "Undo the last unwatch", "Copy its id"):
            assert words in text


@pytest.mark.slow
async def test_a_full_width_question_mark_opens_the_help(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), language="zh") as acting:
        await acting.press("fullwidth_question_mark")
        assert isinstance(acting.app.screen, HelpDialog)


HOSTILE = "[@click=app.quit]x[/] [/] [link=https://a.b]l[/link] \x1b]52;c;AA\x07 \u202egpj\u200b 表"


@pytest.mark.slow
async def test_hostile_text_is_shown_without_control_characters(tmp_path: Path) -> None:
    everywhere: dict[str, Any] = dict.fromkeys(("prompt", "model", "size"), HOSTILE)
    bad = job(outcome="failed", error=(HOSTILE, HOSTILE), **everywhere, **READY)
    async with piloted(tmp_path, bad, size=(200, 50)) as acting:
        await acting.pass_time(1)
        await acting.press("enter")
        await acting.press("x")
        await acting.press("u")
        text = acting.text() + acting.detail() + " ".join(acting.toasts())
        assert "[@click=app.quit]" in text
        assert not any(char in text for char in "\x1b\x07\u202e\u200b")
        assert acting.app.is_running


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (40, 10), (12, 3), (1, 1)])
async def test_no_line_is_wider_than_the_screen_at_any_size(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    jobs = [
        job("video_a", prompt="百事可乐宣传片" * 20),
        job("video_b", prompt="a long prompt " * 20, **READY),
        job("video_c", outcome="failed", error=("code", "内容被拒绝" * 20), **READY),
    ]
    async with piloted(tmp_path, *jobs, size=size, language=language) as acting:
        await acting.pass_time(10)
        await acting.press("enter")
        assert all(cell_len(line) <= size[0] for line in acting.lines())
        assert len(acting.lines()) <= size[1]


@pytest.mark.slow
async def test_resizing_keeps_the_cursor_and_the_rows(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}") for n in range(30)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press(*["j"] * 20)
        for size in ((80, 24), (10, 5), (200, 50), (1, 1), (120, 30)):
            await acting.pilot.resize_terminal(*size)
            await acting.drawn()
        assert acting.table.cursor_key == key("video_20")
        assert acting.table.row_count == 30


async def test_a_video_added_by_another_process_appears(tmp_path: Path) -> None:
    from hingtui.storage.watchlist.entry import Entry

    async with piloted(tmp_path, job("video_a"), job("video_b"), watched=["video_a"]) as acting:
        Watchlist(tmp_path / "watchlist.toml").change(add=[Entry("video_b", acting.clock.time())])
        acting.clock.advance(1.5)
        await until(lambda: key("video_b") in acting.app.monitor.rows)
        await acting.pass_time()
        assert key("video_b") in acting.table.order


async def test_the_filter_shows_rows_with_all_words_while_typing(tmp_path: Path) -> None:
    jobs = [
        job("video_a", prompt="a red boat", model="sora-2"),
        job("video_b", prompt="a red car", model="veo-3.1"),
        job("video_c", prompt="百事可乐宣传片", model="sora-2"),
    ]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("slash", *"red")
        assert list(acting.table.order) == keys("video_a", "video_b")
        await acting.press("space", *"SORA")
        assert list(acting.table.order) == keys("video_a")
        assert "1 of 3" in acting.text()
        await acting.press("enter")
        assert acting.line_with("/ red SORA")
        await acting.press("x")
        assert "No video matches. Esc shows all." in acting.text()
        assert list(acting.table.order) == keys()
        await acting.press("escape")
        assert list(acting.table.order) == keys("video_b", "video_c")


@pytest.mark.slow
async def test_escape_clears_the_filter_and_keeps_the_cursor(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}", prompt=f"number {n}") for n in range(12)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("slash", *"number", "space", "1", "1")
        assert acting.table.cursor_key == key("video_11")
        await acting.press("escape")
        assert len(acting.table.order) == 12
        assert acting.table.cursor_key == key("video_11")
        assert not acting.dashboard.query_one(FilterBar).display  # it hides no row any more


async def test_the_first_screen_has_the_colours_of_the_theme(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        primary = acting.app.current_theme.primary
        assert acting.app.current_theme.name == "hingtui-dark"
        colour = acting.dashboard.palette.primary.color
        assert colour is not None
        assert colour.get_truecolor().hex == primary
        ground = acting.table.styles.background
        assert ground.hex.lower() == str(acting.app.current_theme.background)


@pytest.mark.slow
async def test_reopening_the_filter_creates_no_second_filter_bar(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        for _time in range(5):
            await acting.press("slash", "b", "escape")
        assert len(acting.dashboard.query("FilterBar")) == 1
        assert acting.app.focused is acting.table
        await acting.press("slash", "a", "enter", "escape", "slash")
        assert acting.dashboard.query_one(FilterBar).value == ""


@pytest.mark.slow
async def test_a_storage_error_outranks_the_offline_banner(tmp_path: Path) -> None:
    async with piloted(tmp_path, *(job(f"video_{n}") for n in range(5))) as acting:
        acting.server.once("/v1", status=503, times=1000)
        for _time in range(10):
            await acting.pass_time(30)
        assert acting.line_with("failing since")
        acting.app.monitor._storage_changed(StorageError("The disk is full."))
        await acting.drawn()
        assert acting.line_with("The disk is full. It is retried")
        assert acting.line_with("failing since")


@pytest.mark.slow
async def test_ids_that_share_both_ends_are_shown_differently(tmp_path: Path) -> None:
    ids = [f"video_{'b' * 114}{n}{'c' * 59}=" for n in range(2)]
    async with piloted(tmp_path, *(job(one, prompt="") for one in ids)) as acting:
        shown = [short_id(one, 24)[-7:] for one in ids]
        await acting.drawn()
        assert all(any(one in line for line in acting.lines()) for one in shown)
        await acting.press("g", "y")
        newest = next(iter(acting.app.event_log.newest_first()))
        assert any(newest.text.endswith(one) for one in ids)
