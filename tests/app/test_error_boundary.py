"""An unexpected error is logged and shown as a toast or on its row; the dashboard keeps running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
from textual.widget import Widget
from textual.widgets import Input

from hingtui.model.eta import Pace
from hingtui.monitor import Changes, Monitor
from hingtui.storage.watchlist import Watchlist
from hingtui.ui.messages import VideosChanged
from hingtui.ui.screens.dashboard import Dashboard
from hingtui.ui.screens.dialogs import AddDialog
from hingtui.ui.table.row_order import RowOrder
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.widgets import detail, detail_text
from tests.support.keys import key, keys
from tests.support.pilot import PilotedApp, drawing_at_once, piloted
from tests.support.waiting import until
from tests.support.watch import job, watching

FAULT = "the moon is in the wrong phase"
TOAST = "Something unexpected went wrong"


def fails(*_: object, **__: object) -> NoReturn:
    raise LookupError(FAULT)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], int]]:
    """Counts the log records with the traceback of the fault."""
    with caplog.at_level(logging.ERROR, logger="hingtui"):
        yield lambda: sum(FAULT in str(record.exc_info) for record in caplog.records)


async def press_j(acting: PilotedApp) -> None:
    await acting.press("j")


async def post_a_change(acting: PilotedApp) -> None:
    acting.dashboard.post_message(VideosChanged(Changes(membership=True)))
    await acting.drawn()


async def filter_rows(acting: PilotedApp) -> None:
    await acting.press("slash", "s", "e", "escape")


async def move_the_mouse(acting: PilotedApp) -> None:
    await acting.pilot.hover(VideoTable, offset=(3, 2))
    await acting.drawn()


async def open_a_dialog(acting: PilotedApp) -> None:
    await acting.press("a")
    await acting.press("escape")


async def let_time_pass(acting: PilotedApp) -> None:
    acting.dashboard.call_later(acting.dashboard.time_passed)
    await acting.pilot.pause()


async def another_size(acting: PilotedApp) -> None:
    await acting.pilot.resize_terminal(90, 20)
    await acting.drawn()


async def paint(acting: PilotedApp) -> None:
    with drawing_at_once():
        acting.dashboard.refresh()
        await until(lambda: bool(acting.toasts()))


PLACES = [
    (Dashboard, "action_down", press_j),
    (Dashboard, "action_filter", filter_rows),
    (Dashboard, "_show_toasts", post_a_change),
    (Dashboard, "on_resize", another_size),
    (Dashboard, "_show_header", let_time_pass),
    (RowOrder, "use", filter_rows),
    (AddDialog, "on_mount", open_a_dialog),
    (AddDialog, "compose", open_a_dialog),
    (VideoTable, "update_visible", let_time_pass),
    (VideoTable, "_fit_columns", another_size),
    (VideoTable, "_on_mouse_move", move_the_mouse),
    (Input, "_on_key", filter_rows),
    (Widget, "render_lines", paint),
]


@pytest.mark.parametrize(("place", "name", "provoke"), PLACES, ids=[p[1] for p in PLACES])
async def test_a_failing_handler_is_logged_and_shown_once(
    place: type,
    name: str,
    provoke: Callable[[PilotedApp], Any],
    tmp_path: Path,
    log: Callable[[], int],
) -> None:
    async with piloted(tmp_path, *(job(f"video_{n}") for n in range(5))) as acting:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(place, name, fails)
            for _time in range(3):
                await provoke(acting)
        acting.survives = len(acting.app.unexpected)
        assert 1 <= log() <= 2  # a repeated error is logged at the 1st, 10th, 100th time
        shown = [event for event in acting.app.event_log.newest_first() if TOAST in event.text]
        assert len(shown) == acting.survives <= 2  # one fault can cause another
        await acting.pilot.resize_terminal(120, 30)
        await acting.press("escape", "g", "G")
        assert acting.table.cursor_key == key("video_4")
        await acting.press("j", "k")
        await acting.pass_time(300)
        assert all(acting.row(f"video_{n}").is_final for n in range(5))


@pytest.mark.slow
async def test_a_row_that_cannot_be_shown_hides_no_other(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate = Monitor.estimate
    monkeypatch.setattr(
        Monitor, "estimate", lambda self, w: fails() if w.id == "video_2" else estimate(self, w)
    )
    jobs = [job(f"video_{n}", prompt=f"prompt {n}") for n in range(4)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.pass_time(30)
        await acting.pass_time(30)
        assert acting.line_with("video_2 cannot be shown")
        assert all(acting.line_with(f"prompt {n}") for n in (0, 1, 3))
    assert log() == 2  # its place in the order, and its cells


@pytest.mark.slow
async def test_failing_details_do_not_show_those_of_another_video(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of = detail_text.detail_text
    monkeypatch.setattr(
        detail, "detail_text", lambda w, *more: fails() if w.id == "video_1" else text_of(w, *more)
    )
    async with piloted(tmp_path, job("video_0"), job("video_1")) as acting:
        await acting.press("enter")
        assert "video_0" in acting.detail()
        await acting.pilot.press("j")
        await until(lambda: "video_0" not in acting.detail())
        await acting.press("k")
        assert "video_0" in acting.detail()
        acting.survives = 1
    assert log() >= 1


async def test_an_error_while_processing_a_response_is_retried(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        with monkeypatch.context() as broken:
            broken.setattr(Pace, "seen", fails)
            await watch.look(after=30)
        last_error = watch.row("video_one").last_error
        assert last_error is not None
        assert isinstance(last_error.error, LookupError)
        assert log() == 1
        await watch.look(after=300)
        assert watch.row("video_one").last_error is None
        assert watch.row("video_one").is_final


async def test_an_unexpected_download_error_is_shown_on_its_row(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        await watch.look(after=300)
        with monkeypatch.context() as broken:
            broken.setattr("hingtui.download.outputs.download_all", fails)
            watch.monitor.download(keys("video_one"))
            await watch.saved("video_one")
        saving = watch.row("video_one").download
        assert saving is not None
        assert "LookupError" in str(saving.error)
        assert log() == 1
        watch.monitor.download(keys("video_one"))
        await watch.saved("video_one")
        assert watch.row("video_one").saved is not None


async def test_an_unexpected_watchlist_error_does_not_stop_the_start(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Watchlist, "read", fails)
        async with piloted(tmp_path, job()) as acting:
            assert any(TOAST in toast for toast in acting.toasts())
            broken.undo()
            acting.clock.advance(2)
            await until(lambda: key("video_one") in acting.app.monitor.rows)
            acting.survives = 1
    assert log() >= 1


async def test_a_failing_command_shows_a_toast(
    tmp_path: Path, log: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with piloted(tmp_path, job(queued_for=0, generating_for=0)) as acting:
        await acting.pass_time(1)
        monkeypatch.setattr(acting.app.monitor, "download", fails)
        await acting.press("d")
        await until(lambda: any(TOAST in words for words in acting.toasts()))
        assert acting.row("video_one").is_final
        acting.survives = 1
    assert log() == 1


@pytest.mark.slow
@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_failing_worker_of_a_closed_dialog_shows_no_toast(
    tmp_path: Path, is_closed: bool
) -> None:
    async with piloted(tmp_path) as acting:
        await acting.press("ctrl+p")
        is_to_fail = asyncio.Event()

        async def query_a_missing_widget() -> None:
            with suppress(asyncio.CancelledError):
                await is_to_fail.wait()
            raise LookupError("no list")

        acting.app.screen.run_worker(query_a_missing_widget())
        await acting.drawn()
        if is_closed:
            await acting.press("escape")
        is_to_fail.set()
        await acting.drawn()
        acting.survives = 0 if is_closed else 1
        assert len(acting.toasts()) == acting.survives
