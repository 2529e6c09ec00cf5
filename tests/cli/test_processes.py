"""Several hingtui processes at once: no id is lost and each video is downloaded once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.support.keys import key, keys

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from hingtui.api import Api
from hingtui.monitor import Monitor
from hingtui.storage.watchlist import Watchlist
from tests.support.pty import Terminal
from tests.support.shared_home import (
    Output,
    Process,
    SharedHome,
    film,
    next_line,
    output_of,
    shared_home,
)
from tests.support.waiting import until, wait_until
from tests.support.watch import job, watching

TOGETHER = [f"video_together_{number}" for number in range(4)]
LATE, INTERRUPTED = "video_late", "video_interrupted"
BUSY_WORDS = "Another hingtui is downloading this video"
HOLD_LIST = """
import sys
from pathlib import Path
from hingtui.system.files import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@dataclass
class Together:
    """Two dashboards, and commands that add and download, on one home folder."""

    shared: SharedHome
    added: list[list[str]] = field(default_factory=list)
    download: Output = ([], 0)
    """Of a video that a dashboard is saving."""
    after_removal: list[str] = field(default_factory=list)


@dataclass
class Events:
    """The results of all scenarios; they run at the same time, because they mostly wait."""

    together: Together
    successor: SharedHome
    successor_lines: list[str] = field(default_factory=list)
    """By a script that waits for a video, whose holder is killed half-way."""
    stopped: Output = ([], 0)
    """By `hingtui add`, while a process that has been stopped holds the watchlist's lock."""
    afterwards: Output = ([], 0)
    """The same when that process is gone."""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Events]:
    folder = tmp_path_factory.mktemp("processes")
    with (
        shared_home(folder / "stopped") as stopped,
        shared_home(folder / "successor") as successor,
        shared_home(folder / "together", config="auto_download = true\n") as shared,
    ):
        happened = Events(Together(shared), successor)
        holder = stopped.python("-c", HOLD_LIST, str(stopped.home / "watchlist.toml.lock"))
        killed = successor.start("download", INTERRUPTED)
        go_on = successor.gateway.hold(INTERRUPTED)
        assert next_line(holder) == "held"
        holder.send_signal(signal.SIGSTOP)
        adding = stopped.start("add", "video_1")
        with shared.dashboard() as first, shared.dashboard() as second:
            _take_over(happened, killed, go_on)
            _work_together(happened.together, first, second)
        happened.stopped = output_of(adding)
        holder.kill()
        happened.afterwards = output_of(stopped.start("add", "video_1"))
        yield happened


def _take_over(happened: Events, killed: Process, go_on: threading.Event) -> None:
    """A second command waits for a video; the first is killed when half has arrived."""
    successor = happened.successor
    part = successor.home / "videos" / f"{INTERRUPTED}.mp4.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 10_000, "half of it is there")
    waiting = successor.start("download", INTERRUPTED)
    happened.successor_lines.append(next_line(waiting))
    killed.kill()
    go_on.set()
    happened.successor_lines += output_of(waiting)[0]


def _work_together(done: Together, first: Terminal, second: Terminal) -> None:
    shared = done.shared
    for one in (first, second):
        one.shows("see all keys")
    url = f"{shared.gateway.url}/v1/videos/{TOGETHER[0]}/content?limit=1"
    given = [[TOGETHER[0], TOGETHER[1]], [url, TOGETHER[2]], [TOGETHER[2], TOGETHER[3]], [url]]
    adding = [shared.start("add", *ids) for ids in given]
    done.added = [output_of(one)[0] for one in adding]
    for one in (first, second):
        one.shows(f"✓ {len(TOGETHER)} saved")
    _download_beside_a_dashboard(done)
    for one in (first, second):
        one.shows(f"✓ {len(TOGETHER) + 1} saved")
    first.press("gx")
    # The first dashboard shows it before it is written, so the file is checked.
    wait_until(lambda: len(shared.watched) == len(TOGETHER), "the removal is in the file")
    for one in (first, second):
        one.shows(f"✓ {len(TOGETHER)} saved")
    done.after_removal = shared.watched
    for one in (first, second):
        one.press("q")
        assert one.exit_status() == 0


def _download_beside_a_dashboard(done: Together) -> None:
    """A command downloads a video of which half has arrived in a dashboard."""
    shared = done.shared
    go_on = shared.gateway.hold(LATE)
    output_of(shared.start("add", LATE))
    wait_until(lambda: shared.gateway.begun[LATE], "one of them saves it")
    download = shared.start("download", LATE)
    first_line = next_line(download)
    go_on.set()
    rest, status = output_of(download)
    done.download = ([first_line, *rest], status)


def test_every_id_added_by_any_process_is_kept(events: Events) -> None:
    words = [line.split()[-1] for lines in events.together.added for line in lines]
    assert sorted({*words}) == sorted(TOGETHER)
    assert len(events.together.after_removal) == len(TOGETHER)
    assert {*events.together.after_removal} < {*TOGETHER, LATE}


def test_each_video_is_downloaded_once(events: Events) -> None:
    once = dict.fromkeys([*TOGETHER, LATE], 1)
    assert dict(events.together.shared.gateway.delivered) == once


def test_each_video_is_one_complete_file(events: Events) -> None:
    shared = events.together.shared
    assert shared.videos == sorted(f"{video_id}.mp4" for video_id in [*TOGETHER, LATE])
    for path in (shared.home / "videos").iterdir():
        assert path.read_bytes() == film(path.stem)


def test_a_command_waits_for_the_dashboards_download(events: Events) -> None:
    lines, status = events.together.download
    assert BUSY_WORDS in lines[0]
    assert lines[1:] == [str(events.together.shared.home / "videos" / f"{LATE}.mp4")]
    assert status == 0


def test_a_waiting_process_resumes_the_part_of_a_killed_one(events: Events) -> None:
    successor, (first_line, path) = events.successor, events.successor_lines
    assert BUSY_WORDS in first_line
    assert successor.videos == [f"{INTERRUPTED}.mp4"]
    assert Path(path).read_bytes() == film(INTERRUPTED)
    ranges = [request.headers.get("range") for request in successor.gateway.requests]
    assert len([one for one in ranges if one]) == 1


def test_waiting_for_a_stopped_lock_holder_fails_with_a_message(events: Events) -> None:
    lines, status = events.stopped
    assert (len(lines), status) == (1, 1)
    assert "watchlist" in lines[0]
    assert events.afterwards == (["added  video_1"], 0)


async def test_a_video_just_saved_is_not_downloaded_by_another_process(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, job()) as acting:
        first, clock, url = acting.monitor, acting.clock, acting.server.base_url
        first.add(["video_one"])
        await first.watchlist_sync.sync()
        second = Monitor(Watchlist(tmp_path / "watchlist.toml"), folder=acting.folder, clock=clock)
        await second.load()
        second.connect(Api(url, acting.server.token, clock=clock, environ={}))
        clock.advance(100.0)
        try:
            for monitor in (first, second):
                await monitor.gateways["default"].poller.settle()
                monitor.download(keys("video_one"))
                monitor.queue.start_next()
                await until(partial(_is_at_rest, monitor))
            assert second.rows[key("video_one")].saved == acting.folder / "video_one.mp4"
            assert len(acting.asked("/content")) == 1
        finally:
            await second.stop()


def _is_at_rest(monitor: Monitor) -> bool:
    return not monitor.downloads
