"""The real program on a real terminal: keys, signals, and how it leaves the terminal behind."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.terminal import Terminal, clean_environ, terminal

MODES = {1049: b"l", 25: b"h", 7: b"h", 1000: b"l", 1003: b"l", 1004: b"l", 1006: b"l", 2004: b"l"}
"""Alternate screen, cursor, wrapping, mouse (three), focus, bracketed paste: as a shell needs."""
GENERATING = "▸ generating"
OLDEST = re.compile("5[78] min ago")
"""When the video in the last row was finished: it is there to be saved."""
ESCAPE = "\x1b"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Where the demo keeps its things."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(tmp_path: Path, temporary: Path) -> dict[str, str]:
    return clean_environ(tmp_path / "home", TMPDIR=str(temporary))


def modes_left(running: Terminal) -> dict[int, bytes]:
    """Each mode as it was set last."""
    found = {mode: re.findall(rb"\x1b\[\?%d([hl])" % mode, running.raw) for mode in MODES}
    return {mode: settings[-1] for mode, settings in found.items() if settings}


def assert_restored(running: Terminal) -> None:
    assert modes_left(running) == MODES
    assert running.attributes() == running.attributes_before
    assert running.raw.count(b"\x1b[<u") >= len(re.findall(rb"\x1b\[>\d+u", running.raw))


def id_in_detail(text: str) -> str:
    shown = re.search(r"^ *Id +(video_\w+)", text, re.MULTILINE)
    return shown[1] if shown else ""


def test_the_demo_answers_to_keys(environ: dict[str, str], temporary: Path) -> None:
    with terminal("demo", environ=environ) as running:
        running.shows(GENERATING)
        running.press("\r")
        first = id_in_detail(running.until(id_in_detail, "the detail pane"))
        running.press("j")
        running.until(lambda text: id_in_detail(text) not in ("", first), "the next video's detail")
        running.press("?")
        running.shows("Take it off the watchlist")
        running.press(ESCAPE)
        running.until(lambda text: "Take it off" not in text, "help closed")
        running.press("q")
        assert running.exit_status() == 0
        assert_restored(running)
    assert not list(temporary.iterdir())


def test_the_demo_says_where_the_videos_are_that_were_saved(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(OLDEST.search, "the oldest video")
        running.press("D")
        running.until(lambda text: "✓" in text and "saving" not in text, "all ready ones saved")
        running.press("q")
        assert running.exit_status() == 0
        assert_restored(running)
        last_words = running.text()
    (videos,) = temporary.glob("*/videos")
    assert list(videos.glob("*.mp4"))
    assert str(videos) in last_words.replace("\n", "")


def test_a_sigterm_ends_the_demo_and_restores_the_terminal(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.shows(GENERATING)
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        assert_restored(running)
    assert not list(temporary.iterdir())


def test_a_sigterm_at_the_very_start_leaves_nothing_behind_either(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(lambda _text: list(temporary.iterdir()), "the demo's folder")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
    assert not list(temporary.iterdir())


def test_a_sighup_ends_the_dashboard_and_restores_the_terminal(environ: dict[str, str]) -> None:
    with terminal(environ=environ) as running:
        running.shows("no token")
        running.send(signal.SIGHUP)
        assert running.exit_status() == 129
        assert_restored(running)


def test_the_dashboard_ends_when_its_terminal_goes(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.shows(GENERATING)
        running.hang_up()
        assert running.exit_status() == 129
    assert not list(temporary.iterdir())


def test_quitting_while_a_video_is_saved_asks_first(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(OLDEST.search, "the oldest video")
        running.press("D")
        running.shows("saving")
        running.press("q")
        running.until(lambda text: "Quit" in text and "download" in text.lower(), "the question")
        assert running.process.poll() is None
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
    assert not list(temporary.iterdir())


def test_no_terminal_is_touched_where_it_cannot_draw(environ: dict[str, str]) -> None:
    with terminal(environ=environ | {"TERM": "dumb"}) as running:
        assert running.exit_status() == 2
        assert b"\x1b" not in running.raw
        assert len(running.raw.splitlines()) == 1


def test_keys_typed_at_once_act_on_the_video_they_lead_to(environ: dict[str, str]) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(OLDEST.search, "the oldest video")
        running.press("Gd")
        assert "not ready" not in running.shows("saving")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
