"""What alarms send to a real terminal (bell, title, notification, progress), and its undoing."""

from __future__ import annotations

import re
import signal
import sys
import time

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from hingtui.demo.job import Job
from tests.support.pty import Terminal
from tests.support.watched_home import CTRL_Z, WatchedHome, all_answered

FOCUS_LOST, FOCUS_BACK = "\x1b[O", "\x1b[I"
PUSH, POP = b"\x1b[22;0t", b"\x1b[23;0t"
KITTY = {"KITTY_WINDOW_ID": "1"}
WINDOWS = {"WT_SESSION": "1"}
OSC = re.compile(rb"\x1b\](\d+;.*?)(?:\x07|\x1b\\)")


def sent(running: Terminal) -> list[bytes]:
    """The operating system commands that were sent so far."""
    return OSC.findall(running.raw)


def bells(running: Terminal) -> int:
    return OSC.sub(b"", running.raw).count(b"\x07")


def titles(running: Terminal) -> list[str]:
    return [one[2:].decode() for one in sent(running) if one.startswith(b"0;")]


def until(running: Terminal, pattern: bytes, why: str) -> None:
    running.until(lambda _text: re.search(pattern, running.raw), why)


def add(watched: WatchedHome, ends_in: float, video_id: str = "video_soon", pad: int = 0) -> None:
    """Watch one more video, which is ready and expires in so many seconds."""
    job = Job(
        video_id,
        time.time() - 1,
        prompt="Neon; rain",
        queued_for=0,
        generating_for=0,
        lifetime=ends_in + 1,
        pad=pad,
    )
    watched.server.story.jobs[job.id] = job
    watched.add(job.id)


def test_an_alarm_reaches_the_bell_the_title_and_the_desktop(watched: WatchedHome) -> None:
    watched.environ |= KITTY
    with watched.dashboard() as running:
        all_answered(running)
        assert titles(running) == []
        running.press(FOCUS_LOST)
        add(watched, 65)
        running.shows("1 expires within 3 minutes: D downloads it")
        running.shows("1 expires within 1 minute: D downloads it")
        until(running, rb"p=body;Expires within 1 minute: Neon, rain\x1b\\", "the notification")
        assert PUSH in running.raw
        assert titles(running) == [
            "1 expires within 3 minutes – hingtui",
            "1 expires within 1 minute – hingtui",
        ]
        assert POP not in running.raw
        assert bells(running) >= 1
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
        assert running.raw.count(PUSH) == running.raw.count(POP) == 1


@pytest.mark.slow
def test_the_title_comes_back_when_a_signal_ends_it(watched: WatchedHome) -> None:
    add(watched, 100)
    with watched.dashboard() as running:
        until(running, rb"\x1b\]0;1 expires within 3 minutes", "the title")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        running.assert_restored()
        assert running.raw.count(PUSH) == running.raw.count(POP) == 1


@pytest.mark.slow
def test_the_title_comes_back_while_it_is_stopped(watched: WatchedHome) -> None:
    add(watched, 100)
    with watched.dashboard(started_as="job") as running:
        until(running, rb"\x1b\]0;1 expires within 3 minutes", "the title")
        running.press(CTRL_Z)
        running.shell_says("stopped")
        assert running.raw.count(PUSH) == running.raw.count(POP) == 1
        running.tell_shell("fg")
        running.until(lambda _text: len(titles(running)) == 2, "the title again")
        running.press("q")
        assert running.exit_status() == 0
        assert running.raw.count(PUSH) == running.raw.count(POP) == 2


@pytest.mark.slow
def test_an_expired_video_stays_until_escape(watched: WatchedHome) -> None:
    add(watched, 3)
    with watched.dashboard() as running:
        running.shows("1 video expired before it was saved: Neon; rain (Esc dismisses this)")
        until(running, rb"\x1b\]0;1 expired unsaved", "the title")
        running.press("\x1b")
        running.until(lambda text: "expired before it" not in text.split("\n")[1], "dismissed")
        running.until(lambda _text: POP in running.raw, "the title as before")


NUMBERS = {b"0", b"2", b"9", b"99", b"777"}
"""Of the OSC sequences that set titles and notify."""


def numbers_sent(running: Terminal) -> set[bytes]:
    """The numbers of all OSC sequences that were sent."""
    return {one.split(b";")[0] for one in sent(running)}


def alarm_and_save(watched: WatchedHome, running: Terminal) -> None:
    """Let a video come within a minute of its expiry while nobody looks, save it, and end."""
    all_answered(running)
    running.press(FOCUS_LOST)
    add(watched, 65)
    running.shows("1 expires within 1 minute")
    running.press("D")
    running.shows("saved")
    running.send(signal.SIGTERM)
    assert running.exit_status() == 143


@pytest.mark.slow
@pytest.mark.parametrize("name", ["linux", "screen-256color", "vt220"])
def test_a_terminal_that_could_print_it_gets_only_the_bell(watched: WatchedHome, name: str) -> None:
    watched.environ |= KITTY | WINDOWS | {"TERM": name, "VTE_VERSION": "8000"}
    with watched.dashboard() as running:
        alarm_and_save(watched, running)
        assert bells(running) >= 1
        assert not numbers_sent(running) & NUMBERS
        assert PUSH not in running.raw
        assert POP not in running.raw


@pytest.mark.slow
def test_everything_can_be_switched_off(watched: WatchedHome) -> None:
    watched.environ |= KITTY | WINDOWS
    switches = ["bell = false", "title = false", "progress = false", 'desktop = "off"']
    config = "\n".join(["[notifications]", *switches])
    (watched.home / "config.toml").write_text(config)
    with watched.dashboard() as running:
        alarm_and_save(watched, running)
        assert bells(running) == 0
        assert not numbers_sent(running) & NUMBERS


@pytest.mark.slow
def test_the_progress_of_downloads_is_shown_and_taken_away(watched: WatchedHome) -> None:
    watched.environ |= WINDOWS
    add(watched, 3000, "video_big", pad=3_000_000)
    add(watched, 3000, "video_slow", pad=9_000_000)
    watched.server.rate = 2_000_000
    with watched.dashboard() as running:
        all_answered(running)
        running.press("D")
        until(running, rb"\x1b\]9;4;1;[1-9]", "a progress")
        running.press(FOCUS_LOST)
        until(running, rb"\x1b\]9;4;1;[3-9]\d", "more of it")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        running.assert_restored()
        assert [one for one in sent(running) if one.startswith(b"9;4;")][-1] == b"9;4;0"
        assert not [one for one in sent(running) if re.match(rb"9;(?!4;)", one)]


@pytest.mark.slow
def test_events_are_gathered_into_one_notification_without_focus(
    watched: WatchedHome,
) -> None:
    watched.environ |= {"TERM_PROGRAM": "iTerm.app"}
    now = time.time()
    for number in range(4):
        job = Job(f"video_new{number}", now, queued_for=0, generating_for=6 + number / 10)
        watched.server.story.jobs[job.id] = job
        watched.add(job.id)
    with watched.dashboard() as running:
        all_answered(running)
        running.press(FOCUS_LOST)
        running.until(lambda text: "5 ready" in text, "all of them ready")
        until(running, rb"\x1b\]9;hingtui: .*?\x1b\\", "a notification")
        running.read_for(1.0)
        assert len([one for one in sent(running) if one.startswith(b"9;")]) == 1
        running.press(FOCUS_BACK)
