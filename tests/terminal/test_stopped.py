"""Ctrl+Z, fg and bg: the dashboard as a job of a shell."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.pty import patched
from tests.support.watched_home import (
    CTRL_C,
    CTRL_Z,
    IN_TIME,
    WatchedHome,
    all_answered,
    settled,
    still,
)

LATER = """
import os, time
monotonic = time.monotonic
time.monotonic = lambda: monotonic() + 3600 * os.path.exists({flag!r})
"""


def test_ctrl_z_stops_it_and_fg_resumes_it(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        before = still(settled(running))
        running.press(CTRL_Z)
        running.shell_says("stopped")
        running.assert_restored()
        running.wipe()
        running.tell_shell("bg")
        running.shell_says("stopped")  # in the background the dashboard stops again
        running.assert_restored()
        running.tell_shell("fg")
        running.until(lambda text: still(text) == before, "the same screen again")
        assert running.modes_left()[1049] == b"h"
        assert running.attributes() != running.attributes_before
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()


@pytest.mark.slow
def test_after_an_hour_stopped_requests_stay_rate_limited(
    watched: WatchedHome, tmp_path: Path
) -> None:
    an_hour_later = tmp_path / "an-hour-later"
    patched(watched.environ, tmp_path / "patch", LATER.format(flag=str(an_hour_later)))
    watched.add(*(f"video_unknown{n}" for n in range(60)))
    with watched.dashboard(started_as="job") as running:
        running.until(lambda _text: watched.asked() > 10, "many questions")
        running.press(CTRL_Z)
        running.shell_says("stopped")
        an_hour_later.touch()
        asked = watched.asked()
        running.tell_shell("fg")
        running.until(lambda _text: watched.asked() > asked, "the first question")
        running.read_for(1.0)
        assert watched.asked() - asked <= 20
        running.press(CTRL_C)
        assert running.exit_status() == 0
        running.assert_restored()


@pytest.mark.slow
def test_killing_it_while_stopped_writes_nothing_to_the_terminal(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        all_answered(running)
        running.press(CTRL_Z)
        running.shell_says("stopped")
        running.read_for(0.0)
        written = len(running.raw)
        running.tell_shell("kill")
        assert running.exit_status() == 143
        assert running.took < IN_TIME
        assert running.raw[written:] == b""
        running.assert_restored()


@pytest.mark.parametrize("command", ["fg", "kill"])
def test_started_in_the_background_it_stops_until_fg(watched: WatchedHome, command: str) -> None:
    with watched.dashboard(started_as="background") as running:
        running.shell_says("stopped")
        assert running.raw == b""
        running.tell_shell(command)
        if command == "fg":
            all_answered(running)
            running.press("q")
        assert running.exit_status() == (0 if command == "fg" else 143)
        if command == "fg":
            running.assert_restored()
        assert running.attributes() == running.attributes_before


@pytest.mark.slow
def test_the_screen_is_redrawn_after_a_sigstop(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        before = still(settled(running))
        running.tell_job(signal.SIGSTOP)
        running.shell_says("stopped")
        running.wipe()  # as if a shell had written over the screen
        running.tell_shell("fg")
        running.until(lambda text: still(text) == before, "the same screen again")
        assert running.attributes() != running.attributes_before
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()


@pytest.mark.slow
def test_without_a_shell_ctrl_z_only_redraws_the_screen(watched: WatchedHome) -> None:
    with watched.dashboard() as running:
        before = still(settled(running))
        running.press(CTRL_Z)
        running.until(lambda _text: running.raw.count(b"\x1b[?1049h") == 2, "it came back at once")
        running.until(lambda text: still(text) == before, "the same screen again")
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
