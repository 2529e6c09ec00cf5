"""The lines and the JSON of a watch's events."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hingtui.cli.event_lines import LineStyle, event_line, event_record, watching_line
from hingtui.cli.line_writer import LineWriter
from hingtui.cli.output import encodable
from hingtui.model.errors import Stalled, StorageError, Unreachable
from hingtui.model.video import Status, Video, VideoError
from hingtui.monitor import Row
from hingtui.monitor.watch_events import EventKind, WatchEvent
from hingtui.text import i18n
from hingtui.text.cell_width import cells_of
from tests.support.waiting import until

NOW = time.mktime((2026, 11, 26, 18, 40, 3, 0, 0, -1))
SCRIPT = LineStyle(None, names_gateways=False, encodable=encodable)
TERMINAL = LineStyle(100, names_gateways=False, encodable=encodable)
ID = "video_691209aab0a08198a4e78870277f7e3d0215e09cec47a737"
BAD = VideoError("x", "not\nallowed")
PROMPT = "A cat that plays the piano in the rain, " * 5


@pytest.fixture(autouse=True)
def _english() -> None:
    i18n.use_language("en")


def row(**known: Any) -> Row:
    video = Video(ID, status=Status.READY, model="sora-2", prompt=PROMPT, expires_at=NOW + 598)
    return Row(ID, NOW, replace(video, **known), gateway="relay")


def saved(path: str = "/videos/a cat.mp4") -> WatchEvent:
    made = row()
    made.saved, made.saved_bytes = Path(path), 1_234_567
    return WatchEvent(EventKind.SAVED, NOW, made)


def line(event: WatchEvent, style: LineStyle = SCRIPT) -> str:
    return event_line(event, NOW, style)


def test_scripts_get_the_date_the_whole_id_and_the_whole_prompt() -> None:
    assert line(WatchEvent(EventKind.READY, NOW, row())) == (
        f"2026-11-26 18:40:03  ready             {ID}  sora-2  {PROMPT.strip()}"
    )


def test_a_terminal_gets_what_fits_one_line() -> None:
    shown = line(WatchEvent(EventKind.READY, NOW, row()), TERMINAL)
    assert shown.startswith("18:40:03  ready             video_")
    assert "sora-2  " in shown
    assert cells_of(shown) <= 100
    assert "A cat" in shown


def test_a_path_is_never_cut() -> None:
    shown = line(saved("/videos/" + "long " * 30 + "name.mp4"), TERMINAL)
    assert shown.endswith("name.mp4  1.2 MB  verified")


def test_an_unverified_file_is_marked() -> None:
    assert "a cat.video  1.2 MB  not verified  A cat" in line(saved("/videos/a cat.video"))


def test_all_files_of_a_job_are_named() -> None:
    event = saved("/videos/a.mp4")
    assert event.row is not None
    event.row.files = (Path("/videos/a.mp4"), Path("/videos/a-2.mp4"))
    assert "  /videos/a.mp4  /videos/a-2.mp4  1.2 MB  verified  " in line(event)


def test_the_gateway_is_named_where_there_are_several() -> None:
    style = replace(SCRIPT, names_gateways=True)
    assert f"  relay             {ID}" in line(WatchEvent(EventKind.ADDED, NOW, row()), style)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (WatchEvent(EventKind.FAILED, NOW, row(error=BAD)), "not allowed"),
        (WatchEvent(EventKind.EXPIRING, NOW, row(), within=600.0), "in 9:58"),
        (WatchEvent(EventKind.EXPIRED, NOW, row()), "before it was saved"),
        (WatchEvent(EventKind.NOT_SAVED, NOW, row(), error=Stalled("too slow")), "too slow"),
        (WatchEvent(EventKind.OFFLINE, NOW, None, "relay", Unreachable("")), "relay"),
        (WatchEvent(EventKind.STORAGE_ERROR, NOW, error=StorageError("no room")), "no room"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, WatchEvent) else "",
)  # fmt: skip
def test_a_line_gives_the_reason(event: WatchEvent, words: str) -> None:
    assert words in line(event)
    assert "\n" not in line(event)


def test_all_words_are_of_one_width_in_chinese_too() -> None:
    i18n.use_language("zh")
    events = [WatchEvent(kind, NOW, row()) for kind in EventKind]
    before_id = {cells_of(line(event).split("video_")[0]) for event in events}
    assert len(before_id) == 1


def test_the_first_line_counts_the_videos() -> None:
    assert watching_line(1, NOW, SCRIPT) == "2026-11-26 18:40:03  watching          1 video"


def test_json_holds_event_time_and_the_file() -> None:
    record = event_record(saved(), NOW)
    assert (record["event"], record["at"], record["gateway"]) == ("saved", NOW, "relay")
    assert (record["id"], record["status"]) == (ID, "ready")
    assert (record["path"], record["bytes"]) == ("/videos/a cat.mp4", 1_234_567)
    assert (record["sha256"], record["verified"]) == (None, True)


def test_json_of_a_gateway_error_has_its_message() -> None:
    offline = WatchEvent(EventKind.OFFLINE, NOW, gateway="relay", error=Unreachable("no route"))
    record = event_record(offline, NOW)
    assert (record["event"], record["gateway"]) == ("offline", "relay")
    assert isinstance(record["error"], dict)
    assert record["error"]["message"]
    expiring = event_record(WatchEvent(EventKind.EXPIRING, NOW, row(), within=180.0), NOW)
    assert (expiring["within"], expiring["error"]) == (180.0, None)


async def test_lines_are_written_in_order_by_another_thread() -> None:
    writer, written = LineWriter(), []
    for number in range(100):
        writer.put(lambda number=number: written.append(number))  # type: ignore[misc]
    await writer.close(20)
    assert written == [*range(100)]
    writer.raise_error()


async def test_closing_waits_for_a_line_that_takes_long() -> None:
    writer, may_go, written = LineWriter(), threading.Event(), []
    writer.put(lambda: written.append(may_go.wait(20)))
    closing = asyncio.create_task(writer.close(20))
    await asyncio.sleep(0)
    assert not closing.done()
    may_go.set()
    await closing
    assert written == [True]


async def test_a_line_that_cannot_be_written_is_reported() -> None:
    def fail() -> None:
        raise BrokenPipeError

    writer = LineWriter()
    writer.put(fail)
    await until(writer.failed.is_set)
    with pytest.raises(BrokenPipeError):
        writer.raise_error()
