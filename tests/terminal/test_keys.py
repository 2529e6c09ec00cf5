"""The demo on a real terminal: keys, signals, and restoring the terminal."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.pty import clean_environ, terminal

GENERATING = "▸ generating"
SORTED = re.compile(r"STATUS .*\n.*5[78] min ago")
"""The oldest video is in the first row, and not where the watchlist has it."""
ESCAPE = "\x1b"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for the demo's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(home: Path, temporary: Path) -> dict[str, str]:
    return clean_environ(home, TMPDIR=str(temporary))


def prompt_in_detail(text: str) -> str:
    shown = re.search(r"^ *Prompt +(.+)$", text, re.MULTILINE)
    return shown[1] if shown and "Esc close" in text else ""


def test_the_demo_reacts_to_keys(environ: dict[str, str], temporary: Path) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(SORTED.search, "the oldest video in the first row")
        running.press("g\r")
        first = prompt_in_detail(running.until(prompt_in_detail, "the detail pane"))
        running.press("j")
        running.until(
            lambda text: prompt_in_detail(text) not in ("", first), "the next video's detail"
        )
        running.press("?")
        running.shows("Take it off the watchlist")
        running.press(ESCAPE)
        running.until(lambda text: "Take it off" not in text, "help closed")
        running.press("q")
        running.until(lambda text: not prompt_in_detail(text), "details closed")
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
    assert not list(temporary.iterdir())


@pytest.mark.slow
def test_the_demo_prints_where_saved_videos_are(environ: dict[str, str], temporary: Path) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(SORTED.search, "the oldest video in the first row")
        running.press("gd")
        running.until(lambda text: "✓" in text and "downloading" not in text, "it is saved")
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
        last_words = running.text()
    (videos,) = temporary.glob("*/videos")
    assert list(videos.glob("*.mp4"))
    assert str(videos) in last_words.replace("\n", "")


@pytest.mark.slow
def test_a_sigterm_ends_the_demo_and_restores_the_terminal(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.shows(GENERATING)
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        running.assert_restored()
    assert not list(temporary.iterdir())


def test_a_sigterm_at_the_start_leaves_no_temporary_files(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(lambda _text: list(temporary.iterdir()), "the demo's folder")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
    assert not list(temporary.iterdir())


def test_the_dashboard_ends_when_its_terminal_closes(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.shows(GENERATING)
        running.hang_up()
        assert running.exit_status() == 129
    assert not list(temporary.iterdir())


@pytest.mark.slow
def test_quitting_during_a_download_asks_for_confirmation(
    environ: dict[str, str], temporary: Path
) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(SORTED.search, "the oldest video in the first row")
        running.press("D")
        running.shows("downloading")
        running.press("q")
        running.until(lambda text: "Quit" in text and "download" in text.lower(), "the question")
        assert running.process.poll() is None
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
    assert not list(temporary.iterdir())


def test_keys_typed_quickly_act_on_the_selected_video(environ: dict[str, str]) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(SORTED.search, "the oldest video in the first row")
        running.press("gd")
        begun = re.compile("downloading|✓ saved")
        assert "not ready" not in running.until(begun.search, "the download")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143


@pytest.mark.slow
def test_words_typed_quickly_after_the_slash_are_the_filter(environ: dict[str, str]) -> None:
    with terminal("demo", environ=environ) as running:
        running.until(SORTED.search, "the oldest video in the first row")
        running.press("/aquads")  # letters that are commands as well
        running.until(lambda text: "/ aquads" in text, "all letters in the filter")
        assert "No video matches" in running.shows("No video matches")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
