"""The user's commands for events: their arguments, and that none stays a zombie."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hingtui.model.key import VideoKey
from hingtui.model.video import Status, Video, VideoError
from hingtui.monitor import Changes, Row
from hingtui.monitor.alarms import DueAlarms, Expiring
from hingtui.monitor.event_commands import EventCommands
from tests.support.keys import key
from tests.support.waiting import wait_until

NOTE = """
import json, os, sys
from pathlib import Path
path = Path(sys.argv[1], f"{os.getpid()}.part")
given = {name: text for name, text in os.environ.items() if name.startswith("HINGTUI_")}
path.write_text(json.dumps([sys.argv[2:], given]))
path.rename(path.with_suffix(".json"))
"""
ORPHAN = """
import ctypes, subprocess, sys, time
from hingtui.system import user_commands

ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans become children of this process, as of the first
user_commands.is_first_process = lambda: True
leave = "import subprocess; subprocess.Popen(['true'])"
mine = user_commands.start([sys.executable, "-c", leave])
deadline = time.monotonic() + 20
def children():
    return open(f"/proc/self/task/{__import__('os').getpid()}/children").read().split()
mine.wait()
assert time.monotonic() < deadline
while children():
    user_commands.reap_orphans()
    assert time.monotonic() < deadline, children()
own = user_commands.start([sys.executable, "-c", "raise SystemExit(7)"])
while not user_commands.os.waitid(user_commands.os.P_PID, own.pid, user_commands._WAIT_FLAGS):
    assert time.monotonic() < deadline
user_commands.reap_orphans()
assert own.wait() == 7
"""


def rows() -> dict[VideoKey, Row]:
    failed = Video("video_b", status=Status.FAILED, error=VideoError("bad", "not \x1ballowed"))
    made = [
        Row("video_a", 0.0, Video("video_a", status=Status.READY, prompt="a cat", model="m")),
        Row("video_b", 0.0, failed),
        Row("video_c", 0.0, Video("video_c", status=Status.EXPIRED)),
    ]
    made[0].saved = Path("/videos/video_a.mp4")
    return {row.key: row for row in made}


def commands(folder: Path, *events: str, **more: tuple[str, ...]) -> EventCommands:
    command = (sys.executable, "-c", NOTE, str(folder))
    return EventCommands(
        dict.fromkeys(events, command),
        token=lambda: None,
        failed=lambda _event: None,
        on_complete=command if more.get("on_complete") else (),
    )


def noted(folder: Path, count: int) -> list[tuple[list[str], dict[str, str]]]:
    """What so many commands were given, in the order of their arguments."""
    wait_until(lambda: len([*folder.glob("*.json")]) >= count, f"{count} commands have run")
    return sorted(json.loads(path.read_text()) for path in folder.glob("*.json"))


def test_each_event_runs_its_command_with_what_is_known(tmp_path: Path) -> None:
    known = rows()
    changes = Changes(failed=[key("video_b"), key("video_c")], saved=[key("video_a")])
    run = commands(tmp_path, "failed", "saved", "expired", "expiring")
    run.changed(changes, known)
    due = DueAlarms(expiring=(Expiring(key("video_a"), 180.0),), expired=(key("video_c"),))
    run.alarmed(due, known)
    expired, expiring, failed, saved = noted(tmp_path, 4)
    assert expired[0] == ["expired", "video_c", ""]
    assert (expiring[0][:2], expiring[1]["HINGTUI_WITHIN"]) == (["expiring", "video_a"], "180")
    assert failed[0] == ["failed", "video_b", ""]
    assert failed[1]["HINGTUI_ERROR"] == "not allowed"
    assert saved[0] == ["saved", "video_a", "/videos/video_a.mp4"]
    assert saved[1]["HINGTUI_PROMPT"] == "a cat"


def test_on_complete_runs_for_ready_and_failed_videos(tmp_path: Path) -> None:
    changes = Changes(failed=[key("video_b"), key("video_c")], ready=[key("video_a")])
    commands(tmp_path, on_complete=("yes",)).changed(changes, rows())
    given = [arguments[:2] for arguments, _environ in noted(tmp_path, 3)]
    assert given == [["failed", "video_b"], ["failed", "video_c"], ["ready", "video_a"]]


def test_a_command_that_cannot_run_is_reported_once() -> None:
    failed: list[str] = []
    run = EventCommands({"ready": ("/no-such",)}, lambda: None, failed.append)
    for _time in range(3):
        run.changed(Changes(ready=[key("video_a")]), rows())
    wait_until(lambda: failed, "a report")
    wait_until(run._waiting.empty, "all were tried")
    assert failed == ["ready"]


@pytest.mark.slow
def test_a_command_that_has_ended_is_no_zombie(tmp_path: Path) -> None:
    run = commands(tmp_path, "ready")
    run.changed(Changes(ready=[key("video_a")]), rows())
    noted(tmp_path, 1)
    wait_until(lambda: run._running == [], "it was reaped")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a process that inherits orphans")
def test_the_first_process_reaps_orphans_and_leaves_its_own_children() -> None:
    subprocess.run([sys.executable, "-c", ORPHAN], check=True, timeout=50)  # noqa: S603 - this interpreter
