"""Ctrl+Z, fg and bg: the dashboard as the job of a shell."""

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
    settled,
    standing,
    still,
)

LATER = """
import os, time
monotonic = time.monotonic
time.monotonic = lambda: monotonic() + 3600 * os.path.exists({flag!r})
"""


def test_it_is_stopped_and_comes_back(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        before = still(settled(running))
        running.press(CTRL_Z)
        running.shell_says("stopped")
        running.assert_restored()
        running.wipe()
        running.tell_shell("bg")
        running.shell_says("stopped")  # a program for the eye does nothing where it is not seen
        running.assert_restored()
        running.tell_shell("fg")
        running.until(lambda text: still(text) == before, "the same screen again")
        assert running.modes_left()[1049] == b"h"
        assert running.attributes() != running.attributes_before
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()


def test_after_an_hour_stopped_it_does_not_ask_about_everything_at_once(
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


def test_a_stopped_one_ends_without_touching_what_is_the_shells_now(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        standing(running)
        running.press(CTRL_Z)
        running.shell_says("stopped")
        running.read_for(0.0)
        written = len(running.raw)
        running.tell_shell("kill")
        assert running.exit_status() == 143
        assert running.took < IN_TIME
        assert running.raw[written:] == b""
        running.assert_restored()


@pytest.mark.parametrize("told", ["fg", "kill"])
def test_started_in_the_background_it_waits_for_the_terminal(
    watched: WatchedHome, told: str
) -> None:
    with watched.dashboard(started_as="background") as running:
        running.shell_says("stopped")
        assert running.raw == b""
        running.tell_shell(told)
        if told == "fg":
            standing(running)
            running.press("q")
        assert running.exit_status() == (0 if told == "fg" else 143)
        if told == "fg":
            running.assert_restored()
        assert running.attributes() == running.attributes_before


def test_a_stop_that_it_could_not_see_is_mended(watched: WatchedHome) -> None:
    with watched.dashboard(started_as="job") as running:
        before = still(settled(running))
        running.tell_job(signal.SIGSTOP)
        running.shell_says("stopped")
        running.wipe()  # as a shell that writes all over it
        running.tell_shell("fg")
        running.until(lambda text: still(text) == before, "the same screen again")
        assert running.attributes() != running.attributes_before
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()


def test_where_nobody_could_continue_it_ctrl_z_does_not_stop_it(watched: WatchedHome) -> None:
    with watched.dashboard() as running:
        before = still(settled(running))
        running.press(CTRL_Z)
        running.until(lambda _text: running.raw.count(b"\x1b[?1049h") == 2, "it came back at once")
        running.until(lambda text: still(text) == before, "the same screen again")
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
