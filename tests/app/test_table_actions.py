"""Sort, filter, marks, bulk commands and undo on the dashboard."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hingtui.monitor import DownloadState
from hingtui.storage.state import load_state
from hingtui.ui.screens import dialogs
from hingtui.ui.screens.dialogs import AddDialog, FoundIds, RemoveDialog
from hingtui.ui.widgets.header import Header
from tests.support.keys import ids, key, keys
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import TIMEOUT, until
from tests.support.watch import job

READY = {"queued_for": 0, "generating_for": 0}


async def ready(acting: PilotedApp) -> None:
    await acting.pass_time(1)
    await acting.pass_time(1)


async def test_one_letter_sorts_by_a_column(tmp_path: Path) -> None:
    jobs = [job("video_a", model="zeta"), job("video_b", model="alpha"), job("video_c", model="mu")]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.pass_time(10)
        await acting.press("s", "m")
        assert ids(acting.table.order) == ["video_b", "video_c", "video_a"]
        assert "MODEL ▴" in acting.text()
        await acting.press("S")
        assert ids(acting.table.order) == ["video_a", "video_c", "video_b"]
        assert "MODEL ▾" in acting.text()
        assert acting.toasts() == []
        await acting.app.memory.written(within=30)
    remembered = load_state(tmp_path / "state.toml")
    assert (remembered.sort, remembered.is_reversed) == ("model", True)


@pytest.mark.slow
async def test_a_click_on_a_column_sorts_by_it(tmp_path: Path) -> None:
    jobs = [job("video_a", prompt="zebra"), job("video_b", prompt="apple")]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.pass_time(10)
        at = acting.line_with("PROMPT").index("PROMPT")
        await acting.pilot.click("#videos", offset=(at + 1, 0))
        await acting.drawn()
        assert ids(acting.table.order) == ["video_b", "video_a"]
        await acting.pilot.click("#videos", offset=(at + 1, 0))
        await acting.drawn()
        assert ids(acting.table.order) == ["video_a", "video_b"]


@pytest.mark.slow
async def test_the_cursor_on_the_first_row_stays_there(tmp_path: Path) -> None:
    jobs = [job("video_slow"), job("video_fast", **READY)]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        assert acting.table.cursor_key == key("video_fast")
        await acting.press("d")
        await acting.saved("video_fast")
        assert acting.table.cursor_row == 0
        assert acting.table.cursor_key == key("video_slow")
        await acting.press("j", "s", "n")
        assert acting.table.cursor_key == key("video_fast")


async def test_a_digit_shows_one_group_of_states(tmp_path: Path) -> None:
    jobs = [job("video_a", **READY), job("video_b"), job("video_c", outcome="failed", **READY)]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        await acting.press("1")
        assert ids(acting.table.order) == ["video_a"]
        assert "1/3" in acting.lines()[0]
        await acting.press("6")
        assert ids(acting.table.order) == ["video_c"]
        await acting.press("6")
        assert len(acting.table.order) == 3
        await acting.press("5")
        assert "No video matches. Esc shows all." in acting.text()
        await acting.press("escape")
        assert len(acting.table.order) == 3


@pytest.mark.slow
async def test_a_click_on_a_count_shows_its_states(tmp_path: Path) -> None:
    jobs = [job("video_a", **READY), job("video_b")]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        at = acting.lines()[0].index("ready")
        await acting.pilot.click(Header, offset=(at, 0))
        await acting.drawn()
        assert ids(acting.table.order) == ["video_a"]


@pytest.mark.slow
async def test_a_click_on_the_next_expiry_goes_to_its_video(tmp_path: Path) -> None:
    jobs = [job("video_a", lifetime=9000, **READY), job("video_b", lifetime=2000, **READY)]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        await acting.press("s", "i", "g")
        assert acting.table.cursor_key == key("video_a")
        at = acting.lines()[0].index("next expiry")
        await acting.pilot.click(Header, offset=(at, 0))
        await acting.drawn()
        assert acting.table.cursor_key == key("video_b")


@pytest.mark.slow
async def test_n_jumps_to_rows_that_need_attention(tmp_path: Path) -> None:
    jobs = [job("video_a", **READY), job("video_b"), job("video_c", **READY), job("video_d")]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        await acting.press("s", "i", "g", "n")
        assert acting.table.cursor_key == key("video_c")
        await acting.press("n")
        assert acting.table.cursor_key == key("video_a")
        await acting.press("N")
        assert acting.table.cursor_key == key("video_c")


async def test_matches_of_the_filter_are_highlighted(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a", prompt="A RED boat, red sail")) as acting:
        await acting.pass_time(10)
        await acting.press("slash", *"red", "enter")
        cells = acting.table.cells_of(key("video_a"))
        found = [text for cell in cells for text, style in cell if style.underline]
        assert found == ["RED", "red"]


async def test_download_all_downloads_only_what_is_shown(tmp_path: Path) -> None:
    jobs = [job("video_a", model="sora-2", **READY), job("video_b", model="veo-3", **READY)]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        await acting.press("slash", *"model:veo", "enter", "D")
        await acting.saved("video_b")
        assert acting.row("video_b").saved is not None
        assert acting.row("video_a").saved is None
        assert not acting.row("video_a").is_downloading


async def test_commands_act_on_the_marked_rows(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}") for n in range(5)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("s", "i", "g", "space", "j", "space")
        assert acting.table.marks == {*keys("video_0", "video_2")}
        assert acting.line_with("2 marked")
        assert acting.lines()[2].startswith("*")
        await acting.press("x")
        assert ids(acting.table.order) == ["video_1", "video_3", "video_4"]
        assert acting.table.marks == set()
        await acting.press("u")
        assert acting.toasts() == ["2 watched again"]
        assert ids(acting.table.order) == [f"video_{n}" for n in range(5)]


@pytest.mark.slow
async def test_a_range_and_its_inverse_can_be_marked(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}") for n in range(5)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("s", "i", "g", "space", "j", "V")
        assert acting.table.marks == {*keys("video_0", "video_1", "video_2")}
        await acting.press("asterisk")
        assert acting.table.marks == {*keys("video_3", "video_4")}
        await acting.press("escape")
        assert acting.table.marks == set()
        await acting.press("ctrl+a")
        assert len(acting.table.marks) == 5


@pytest.mark.slow
async def test_saved_rows_are_unwatched_together(tmp_path: Path) -> None:
    jobs = [job("video_a", **READY), job("video_b", **READY), job("video_c")]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        await acting.press("D")
        await acting.saved("video_a")
        await acting.saved("video_b")
        await acting.press("X")
        assert ids(acting.table.order) == ["video_c"]
        await acting.press("u")
        assert len(acting.table.order) == 3
        assert acting.row("video_a").saved is not None


async def test_unwatching_a_download_asks_and_can_be_undone(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a", **READY)) as acting:
        await ready(acting)
        acting.server.once("/v1/videos/video_a/content", status=202, body=b"{}", times=99)
        await acting.press("d", "x")
        assert isinstance(acting.app.screen, RemoveDialog)
        await acting.press("escape")
        assert acting.row("video_a").is_downloading
        await acting.press("x", "enter")
        assert not acting.table.order
        await acting.press("u")
        assert acting.row("video_a").is_downloading


@pytest.mark.slow
async def test_all_downloads_can_be_cancelled(tmp_path: Path) -> None:
    jobs = [job(f"video_{n}", **READY) for n in range(3)]
    async with piloted(tmp_path, *jobs) as acting:
        await ready(acting)
        for n in range(3):
            path = f"/v1/videos/video_{n}/content"
            acting.server.once(path, status=202, body=b"{}", times=99)
        await acting.press("D")
        states = [acting.row(f"video_{n}").download for n in range(3)]
        assert all(d is not None and d.state is not DownloadState.FAILED for d in states)
        await acting.press("C")
        assert not acting.app.monitor.downloads


async def test_a_paste_on_the_dashboard_adds_videos(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a"), job("video_b"), watched=["video_a"]) as acting:
        await acting.paste("video_a, video_b")
        assert isinstance(acting.app.screen, AddDialog)
        await until(lambda: "1 new id · 1 already watched" in acting.text())
        await acting.press("enter")
        await until(lambda: key("video_b") in acting.app.monitor.rows)


@pytest.mark.slow
async def test_the_add_dialog_stays_open_without_a_new_id(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a")) as acting:
        await acting.press("a")
        await acting.paste("video_a no-id-here")
        await acting.press("enter")
        await until(lambda: "0 new ids · 1 already watched" in acting.text())
        assert isinstance(acting.app.screen, AddDialog)
        shown = acting.app.screen.query_one("#add-found")
        assert shown.has_class("-nothing")


@pytest.mark.slow
async def test_columns_can_be_hidden(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a", model="sora-2"), size=(160, 30)) as acting:
        await acting.pass_time(10)
        assert "MODEL" in acting.lines()[1]
        await acting.press("f2", "4", "enter")
        assert "MODEL" not in acting.lines()[1]
        await acting.app.memory.written(within=30)
    columns = load_state(tmp_path / "state.toml").columns
    assert columns is not None
    assert "model" not in columns


@pytest.mark.parametrize(
    ("language", "words", "numbers"), [("en", "no room", "456"), ("zh", "放不下", "56")]
)
async def test_columns_without_room_are_named(
    tmp_path: Path, language: str, words: str, numbers: str
) -> None:
    one = job("video_a", model="sora-2")
    async with piloted(tmp_path, one, size=(80, 24), language=language) as acting:
        await acting.press("f2")
        lines = [line for line in acting.lines() if words in line]
        assert [line.split("│")[1].split()[0] for line in lines] == [*numbers]
        assert sum("TIME" in line or "时间" in line for line in acting.lines()[4:]) == 2
        await acting.press("6")
        assert sum(words in line for line in acting.lines()) == len(numbers) - 1
        await acting.pilot.resize_terminal(200, 50)
        await acting.drawn()
        assert words not in acting.text()
        await acting.pilot.resize_terminal(60, 15)
        await acting.drawn()
        assert sum(words in line for line in acting.lines()) > len(numbers) - 1


@pytest.mark.slow
async def test_a_search_for_ids_outlives_its_dialog_without_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> FoundIds:
        begun.set()
        go_on.wait(TIMEOUT)
        return FoundIds(1, "1 new id")

    monkeypatch.setattr(dialogs, "describe_found", slow)
    async with piloted(tmp_path, job("video_a")) as acting:
        await acting.press("a")
        await until(begun.is_set)
        await acting.press("escape")
        assert len(acting.app.screen_stack) == 2
        go_on.set()
        await until(lambda: not [w for w in acting.app.workers if w.group == "count"])
        await acting.drawn()
