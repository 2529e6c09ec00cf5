"""Toasts and the list of events: how many, where they stand, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.geometry import Region
from textual.widgets._toast import Toast as ToastWidget

from hingtui.ui.event_log import MOST_EVENTS, Event, EventKind, EventLog
from hingtui.ui.screens.events import EventList, EventsDialog
from hingtui.ui.screens.toast_place import lines_beneath_toasts
from tests.support.keys import key
from tests.support.pilot import PilotedApp, piloted, screen_lines
from tests.support.watch import job

READY: dict[str, Any] = {"queued_for": 0, "generating_for": 0}
CHINESE = "已经保存：北极光在雪山上空舞动，星空清晰，延时摄影，一轮满月从山后升起"


def toast_regions(acting: PilotedApp) -> list[Region]:
    return [toast.region for toast in acting.dashboard.query(ToastWidget)]


def cursor_line(acting: PilotedApp) -> int:
    region = acting.dashboard._cursor_region()
    assert region is not None
    return region.y


def texts(acting: PilotedApp) -> list[str]:
    return [event.text for event in acting.app.event_log.newest_first()]


async def test_at_most_three_toasts_are_shown_and_one_of_a_kind(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), has_toasts=True) as acting:
        for kind in "abcdd":
            acting.app.notify(f"about {kind}", kind=kind, markup=False)
        assert acting.toasts() == ["about b", "about c", "about d"]
        acting.app.notify("again b", kind="b", markup=False)
        await acting.drawn()
        assert acting.toasts() == ["about c", "about d", "again b"]
        assert sum("about" in line or "again" in line for line in acting.lines()) == 3


async def test_toasts_close_up_when_one_of_them_is_replaced(tmp_path: Path) -> None:
    """Textual leaves the empty holder of the replaced one between the others."""
    async with piloted(tmp_path, job(), has_toasts=True) as acting:
        for kind in "abcb":
            acting.app.notify(f"about {kind}", kind=kind, markup=False)
            await acting.drawn()
        lines = [region.y for region in toast_regions(acting)]
        assert lines == [lines[-1] - 2, lines[-1] - 1, lines[-1]]


async def test_behind_a_dialog_no_toast_is_shown_again(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(80, 24), has_toasts=True) as acting:
        acting.app.notify("about the first, which is longer", kind="a", markup=False)
        await acting.drawn()
        await acting.press("s")
        acting.app.notify("the second", kind="b", markup=False)
        await acting.drawn()
        assert sum("longer" in line for line in acting.lines()) == 1
        assert sum("about" in line for line in acting.lines()) == 1
        await acting.press("escape")
        assert sum("longer" in line for line in acting.lines()) == 1


async def test_a_toast_is_one_line_and_the_event_has_it_all(tmp_path: Path) -> None:
    words = "first line\nsecond line " + "very long " * 30
    async with piloted(tmp_path, job(), size=(80, 24), has_toasts=True) as acting:
        acting.app.notify(words, markup=False)
        await acting.drawn()
        (region,) = toast_regions(acting)
        assert region.height == 1
        assert region.right == 80
        assert region.y == 22
        assert texts(acting)[0] == " ".join(words.split())


@pytest.mark.slow
async def test_sorting_makes_no_toast(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), job("video_b")) as acting:
        await acting.press("s", "S")
        assert acting.toasts() == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 30), (60, 15)], ids=str)
async def test_no_toast_covers_the_row_under_the_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    jobs = [job(f"video_{n}") for n in range(60)]
    async with piloted(tmp_path, *jobs, size=size, has_toasts=True) as acting:
        for kind in "abc":
            acting.app.notify("something " * 9, kind=kind, markup=False)
        await acting.drawn()
        for presses in ("G", "k", "k", "k", "j", "j", "j", "j", "g", "enter", "G", "k"):
            await acting.press(presses)
            lines = {region.y for region in toast_regions(acting)}
            assert len(lines) >= min(3, size[1] // 5)
            assert cursor_line(acting) not in lines
            assert max(lines) < size[1] - 1


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 30)], ids=str)
async def test_no_toast_covers_the_keys_of_the_details(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    jobs = [job(f"video_{n}") for n in range(30)]
    async with piloted(tmp_path, *jobs, size=size, has_toasts=True) as acting:
        await acting.press("enter")
        for kind in "abc":
            acting.app.notify("something " * 9, kind=kind, markup=False)
        await acting.drawn()
        keys = acting.dashboard.query_one("#detail-keys").region
        for presses in ("j", "G", "k", "k", "g"):
            await acting.press(presses)
            lines = {region.y for region in toast_regions(acting)}
            assert len(lines) == 3
            assert max(lines) < keys.y
            assert cursor_line(acting) not in lines


@pytest.mark.parametrize(
    ("cursor", "toasts", "free"),
    [
        (None, (30, 3), 1),
        (Region(0, 5, 80, 1), (30, 3), 1),
        (Region(0, 22, 80, 1), (30, 3), 2),
        (Region(0, 20, 80, 1), (30, 3), 4),
        (Region(0, 19, 80, 1), (30, 3), 1),
        (Region(0, 22, 50, 1), (30, 3), 1),
        (Region(0, 22, 80, 1), (0, 0), 1),
    ],
)
def test_toasts_stand_above_a_cursor_that_they_would_cover(
    cursor: Region | None, toasts: tuple[int, int], free: int
) -> None:
    assert lines_beneath_toasts(cursor, toasts, Region(0, 0, 80, 24), 23) == free


@pytest.mark.slow
async def test_chinese_toasts_are_whole_where_they_cross_a_border(tmp_path: Path) -> None:
    """And Textual's own compositor still halves a character: try without the workaround if not."""
    one = job()
    async with piloted(tmp_path, one, size=(120, 30), language="zh", has_toasts=True) as acting:
        await acting.press("enter")
        border = acting.dashboard.query_one("DetailPane").region.x
        lost = 0
        for blanks in range(2):
            acting.app.notify(CHINESE + "x" * blanks, markup=False)
            await acting.drawn()
            (region,) = toast_regions(acting)
            assert region.x < border < region.right
            assert CHINESE in acting.line_with("已经保存")
            own = acting.dashboard._compositor
            stock = Compositor._render_chops(own, acting.dashboard.region, lambda _y: True)
            line = "".join(segment.text for strip in stock[region.y].values() for segment in strip)
            lost += CHINESE not in line
        assert lost


async def test_the_events_are_listed_newest_first_and_enter_selects_the_video(
    tmp_path: Path,
) -> None:
    jobs = [job(f"video_{n}", prompt=f"boat {n}", queued_for=n, generating_for=1) for n in range(4)]
    async with piloted(tmp_path, *jobs) as acting:
        for _second in range(12):
            await acting.pass_time(1)
        await acting.press("y", "e")
        assert isinstance(acting.app.screen, EventsDialog)
        listed = [event for event in acting.app.event_log.newest_first() if event.key]
        lines = [line for line in acting.lines() if "Ready: boat" in line]
        assert [line.split("Ready: ")[1].strip(" │") for line in lines] == [
            event.text.removeprefix("Ready: ") for event in listed
        ]
        assert "clipboard" in acting.text()
        await acting.press("G", "k", "enter")
        assert acting.table.cursor_key == listed[-2].key
        await acting.press("slash", *"nothing", "enter", "e", "G", "enter")
        assert acting.table.cursor_key == listed[-1].key


@pytest.mark.slow
@pytest.mark.parametrize("leave", ["escape", "q", "e"])
async def test_the_event_list_is_left_by_its_own_key(tmp_path: Path, leave: str) -> None:
    async with piloted(tmp_path, job(), language="zh", size=(60, 15)) as acting:
        await acting.press("e")
        assert isinstance(acting.app.screen, EventsDialog)
        await acting.press(leave)
        assert len(acting.app.screen_stack) == 2
        assert acting.app.is_running


async def test_many_events_leave_room_for_the_title_and_scroll_alone(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(80, 24)) as acting:
        for number in range(40):
            acting.app.event_log.add(f"event {number}", EventKind.READY, key("video_one"))
        await acting.press("e", "G", "g")
        lines = acting.lines()
        shown = [line for line in lines if "event " in line]
        assert "event 39" in shown[0]
        assert any("Events" in line for line in lines)
        assert any("Enter selects the video" in line for line in lines)
        assert "Enter Select  Esc Close" in lines[-1]
        screen = acting.app.screen
        assert screen.query_one(EventList).show_vertical_scrollbar
        assert not screen.query_one("#events-box").show_vertical_scrollbar
        await acting.pilot.resize_terminal(60, 15)
        await acting.drawn()
        assert "Events" in acting.text()
        assert "event 39" in acting.text()


@pytest.mark.slow
async def test_a_new_event_does_not_move_the_one_that_is_read(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        for number in range(40):
            acting.app.event_log.add(f"event {number}")
        count = acting.app.event_log.count
        await acting.press("e")
        await acting.press("j", "j")
        acting.app.event_log.add("event 40")
        screen = acting.app.screen
        assert isinstance(screen, EventsDialog)
        screen.show_new()
        await acting.drawn()
        events = acting.app.screen.query_one(EventList)
        assert events.highlighted == 3
        assert events.option_count == count + 1


def test_the_oldest_events_are_dropped() -> None:
    log = EventLog(lambda: 7.0)
    for number in range(MOST_EVENTS + 5):
        log.add(str(number), EventKind.NOTE)
    events = list(log.newest_first())
    assert len(events) == MOST_EVENTS
    assert events[-1] == Event(7.0, "5")
    assert log.count == MOST_EVENTS + 5


@pytest.mark.slow
async def test_failures_are_listed_one_by_one_with_their_reason(tmp_path: Path) -> None:
    jobs = [
        job(
            f"video_{n}",
            prompt=f"boat {n}",
            outcome="failed",
            error=("no", f"reason {n}"),
            queued_for=0,
            generating_for=2,
        )
        for n in range(3)
    ]
    async with piloted(tmp_path, *jobs) as acting:
        for _second in range(8):
            await acting.pass_time(1)
        for number in range(3):
            assert f"Failed: boat {number} – reason {number}" in texts(acting)
        assert "3 videos failed" not in texts(acting)
        assert screen_lines(acting.app)


@pytest.mark.slow
async def test_a_gateway_that_is_offline_and_back_is_in_the_list(tmp_path: Path) -> None:
    async with piloted(tmp_path, *(job(f"video_{n}") for n in range(5))) as acting:
        acting.server.once("/v1", status=503, times=15)
        for _time in range(40):
            await acting.pass_time(30)
        kinds = [event.kind for event in acting.app.event_log.newest_first()]
        assert kinds.count(EventKind.WARNING) == 1
        assert texts(acting).count("The gateway answers again.") == 1
