"""How the dashboard ends on a real terminal, and input that must not end it (I4)."""

from __future__ import annotations

import signal
import sys
import time

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.waiting import wait_until
from tests.support.watched_home import (
    CTRL_BACKSLASH,
    CTRL_Q,
    CTRL_S,
    ESCAPE,
    IN_TIME,
    SIZE,
    WatchedHome,
    all_answered,
)

NONSENSE = (
    b"\xff\xfe\x80\xc3(",  # from a terminal that does not speak UTF-8
    b"\x1b[99999999999999999999u",  # a key that no keyboard has
    b"\x1b[1114112u",  # another
)


@pytest.mark.parametrize(
    ("keys", "signals", "statuses"),
    [
        ("", [signal.SIGINT], {130}),
        ("", [signal.SIGTERM, signal.SIGCONT], {143}),
        ("?", [signal.SIGQUIT], {131}),
        ("a", [signal.SIGTERM, signal.SIGHUP], {143, 129}),
        ("q", [signal.SIGTERM], {0, 143}),
    ],
    ids=["interrupted", "as timeout does", "with help open", "two while adding", "quitting"],
)
def test_any_signal_ends_it_and_restores_the_terminal(
    watched: WatchedHome, keys: str, signals: list[signal.Signals], statuses: set[int]
) -> None:
    with watched.dashboard() as running:
        before = all_answered(running)
        running.press(keys)
        if keys not in ("", "q"):
            running.until(lambda text: text != before, "what the key opens")
        running.send(*signals)
        assert running.exit_status() in statuses
        assert running.took < IN_TIME
        running.assert_restored()
        assert b"Traceback" not in running.raw


@pytest.mark.parametrize("after", [0.05, 0.2, 0.4])
def test_a_signal_during_the_start_ends_it_quietly(watched: WatchedHome, after: float) -> None:
    with watched.dashboard() as running:
        running.read_for(after)
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        assert running.took < IN_TIME
        assert running.attributes() == running.attributes_before
        assert running.modes_left().get(1049, b"l") == b"l"
        assert b"Traceback" not in running.raw


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks the system what a process has computed")
@pytest.mark.parametrize("started_as", ["leader", "stranger"])
def test_it_ends_when_the_terminal_disappears_without_a_signal(
    watched: WatchedHome, started_as: str
) -> None:
    with watched.dashboard(started_as=started_as, ignoring="SIGHUP") as running:
        all_answered(running)
        before = running.cpu()
        running.hang_up()
        running.ended()
        assert running.took < IN_TIME
        assert running.cpu() - before < IN_TIME / 4
        assert running.exit_status() == 129


@pytest.mark.slow
def test_ctrl_s_ctrl_backslash_and_invalid_input_do_not_end_it(watched: WatchedHome) -> None:
    with watched.dashboard() as running:
        all_answered(running)
        running.press(CTRL_S + CTRL_BACKSLASH)
        log = watched.home / "hingtui.log"
        for count, nonsense in enumerate(NONSENSE, start=1):
            running.press(nonsense)
            running.until(
                lambda _text, count=count: (
                    log.exists()  # type: ignore[misc]
                    and log.read_text().count("not understood") == count
                ),
                "it read that",
            )
        running.press("?")
        running.shows("Take it off the watchlist")
        running.press(ESCAPE)
        running.until(lambda text: "Take it off" not in text, "help closed")
        running.press(CTRL_Q)
        assert running.exit_status() == 0
        running.assert_restored()
        assert b"Traceback" not in running.raw


@pytest.mark.slow
def test_a_frozen_terminal_blocks_neither_polling_nor_the_exit(watched: WatchedHome) -> None:
    with watched.dashboard() as running:
        all_answered(running)
        running.resize(500, 200)  # more output than any buffer holds, and nothing reads it
        watched.add("video_one")
        wait_until(lambda: watched.has_asked("video_one"), "a question about the first")
        watched.add("video_two")  # polled when the terminal already counts as frozen
        wait_until(lambda: watched.has_asked("video_two"), "a question about the second")
        running.press("y")
        running.wipe()
        all_answered(running)  # the terminal is read again
        running.shows("video_two")
        assert b"\x18" in running.raw  # an escape sequence that was cut is cancelled
        assert b"\x1b]52;c;" in running.raw  # an id that was copied meanwhile is in the clipboard
        running.resize(*SIZE)
        running.until(lambda text: text.count("\n") == SIZE[1] - 1 and "q Quit" in text, "its size")
        running.resize(500, 200)
        watched.add("video_three")
        wait_until(lambda: watched.has_asked("video_three"), "a question about the third")
        running.send(signal.SIGTERM)
        wait_until(lambda: running.process.poll() is not None, "its end")
        assert time.monotonic() - running.asked_at < IN_TIME
        assert running.exit_status() == 143
        running.assert_restored()
