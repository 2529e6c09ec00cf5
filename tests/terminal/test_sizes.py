"""Terminals of every size, and many resizes in a row, with each dialog open."""

from __future__ import annotations

import signal
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.pty import Terminal
from tests.support.watched_home import (
    CTRL_Q,
    ESCAPE,
    SIZE,
    WatchedHome,
    all_answered,
    quiet,
    settled,
    still,
)

SIZES = [(1, 1), (10, 40), (200, 60), (3, 2), (0, 0), (100, 1), (1, 50), (79, 24), (1, 1)]


def resize_repeatedly(running: Terminal, what: str) -> None:
    """Resize many times; check that the screen is as before afterwards."""
    before = still(running.text())
    for size in SIZES:
        running.resize(*size)
        running.read_for(0.01)
    running.resize(*SIZE)
    running.wipe()
    running.until(lambda text: still(text) == before, f"the same screen again, {what}")


@pytest.mark.slow
def test_the_screen_is_unchanged_after_many_resizes(watched: WatchedHome) -> None:
    watched.environ["HINGTUI_LANG"] = "zh"
    with watched.dashboard(is_modern=False, is_synchronized=False) as running:
        plain = still(settled(running))
        resize_repeatedly(running, "nothing open")
        for key, back in (
            ("?", ESCAPE),
            ("a", ESCAPE),
            ("/", ESCAPE),
            ("\r", "\r"),
        ):
            running.press(key)
            running.until(lambda text: still(text) != plain, f"what {key!r} opens")
            quiet(running)
            resize_repeatedly(running, f"{key!r} open")
            running.press(back)
            running.until(lambda text: still(text) == plain, f"{key!r} closed")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        running.assert_restored()


@pytest.mark.slow
def test_a_token_can_be_typed_after_many_resizes(watched: WatchedHome) -> None:
    token = watched.environ.pop("HINGNET_API_KEY")
    with watched.dashboard() as running:
        running.shows("Press Enter to type another token")  # a server here is asked without one
        running.press("\r")
        running.shows("Save it")
        quiet(running)
        resize_repeatedly(running, "asking for a token")
        running.press(token + "\r")
        running.shows("online")
        running.press(CTRL_Q)
        assert running.exit_status() == 0
        running.assert_restored()


@pytest.mark.parametrize("size", [(1, 1), (0, 0)], ids=str)
def test_the_dashboard_starts_in_any_size(watched: WatchedHome, size: tuple[int, int]) -> None:
    columns, rows = size
    with watched.dashboard(columns=columns, rows=rows) as running:
        running.until(lambda _text: b"\x1b[?2048h" in running.raw, "the terminal taken")
        running.resize(*SIZE)
        all_answered(running)
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        running.assert_restored()
