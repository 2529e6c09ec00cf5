"""What only a terminal shows: few colours, none, and its own background."""

from __future__ import annotations

import re
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

import time

from pyte.screens import Char

from hingtui.demo.job import Job
from hingtui.ui.theme.themes import DARK, LIGHT
from tests.support.pty import BACKGROUND_QUERY, Terminal
from tests.support.watched_home import WatchedHome, all_answered, quiet, settled, still

WHITE, BLACK = "rgb:ffff/ffff/ffff", "rgb:0000/0000/0000"


def text_of(cells: list[Char]) -> str:
    return "".join(cell.data for cell in cells)


def word(running: Terminal, words: str) -> list[Char]:
    """The cells of these words, in the first line that holds them."""
    cells = running.cells(words)
    start = text_of(cells).index(words)
    return cells[start : start + len(words)]


def ground(running: Terminal) -> str:
    """The background of the table: of the first cell of a row without the cursor."""
    return str(running.cells("no reason")[0].bg)


def running_video(watched: WatchedHome) -> None:
    """One that is a third done, and stays so for the length of a test."""
    watched.server.story.jobs["video_run"] = Job(
        "video_run", time.time() - 3000, prompt="a boat", queued_for=0, generating_for=9000
    )
    watched.add("video_run")


@pytest.mark.slow
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_with_sixteen_colours_bars_text_and_cursor_are_seen(
    watched: WatchedHome, theme: str
) -> None:
    running_video(watched)
    watched.environ |= {"TERM": "xterm", "TEXTUAL_THEME": theme}
    with watched.dashboard() as running:
        all_answered(running)
        running.shows("3")
        running.press("j")
        quiet(running)
        bar = running.cells("a boat")[18:38]
        assert re.fullmatch(r" 3\d%   -{13}", text_of(bar))
        assert [cell.reverse for cell in bar] == [True] * 7 + [False] * 13
        for line in ("hingtui", "STATUS", "ready", "failed", "queued", "not found", "q Quit"):
            for cell in running.cells(line):
                assert cell.data.isspace() or cell.fg != cell.bg, (line, cell)
                assert re.fullmatch("[a-z]+", cell.fg + cell.bg), "not one of the sixteen"
        assert (
            len(
                {
                    running.cells(line)[0].bg
                    for line in ("▾ ready", "a boat", "◌ queued", "no reason")
                }
            )
            == 2
        )
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["xterm", "xterm-256color"])
def test_without_colour_an_alarm_stands_out_most(watched: WatchedHome, name: str) -> None:
    running_video(watched)
    watched.environ |= {"TERM": name, "NO_COLOR": "1", "TEXTUAL_THEME": "nonsense"}
    with watched.dashboard() as running:
        settled(running)
        assert all(cell.bold and cell.reverse for cell in word(running, "✗ failed"))
        assert all(cell.bold and cell.reverse for cell in word(running, "no reason given"))
        assert all(cell.bold and cell.reverse for cell in word(running, "does not exist"))
        for calm in ("3 min ago", "◌ queued", "A lighthouse"):
            assert not any(cell.bold or cell.reverse for cell in word(running, calm))
        bar = running.cells("a boat")[18:38]
        assert any(cell.reverse for cell in bar)
        assert "---" in text_of(bar)
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.parametrize(
    ("background", "theme"), [(WHITE, LIGHT), (BLACK, DARK), ("", DARK), ("nonsense", DARK)]
)
def test_the_terminals_background_chooses_the_theme(
    watched: WatchedHome, background: str, theme: object
) -> None:
    watched.environ["COLORTERM"] = "truecolor"
    with watched.dashboard(background=background) as running:
        before = settled(running)
        assert running.raw.count(BACKGROUND_QUERY) == 1
        assert "#" + ground(running) == theme.background  # type: ignore[attr-defined]
        assert still(quiet(running)) == still(before)
        assert not (watched.home / "state.toml").exists(), "only a person's choice is remembered"
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()


@pytest.mark.slow
def test_a_late_reply_in_two_pieces_changes_the_theme_and_types_nothing(
    watched: WatchedHome,
) -> None:
    watched.environ["COLORTERM"] = "truecolor"
    with watched.dashboard() as running:
        before = settled(running)
        running.press(b"\x1b]11;rgb:ff")
        running.press(b"ff/ffff/ffff\x07j")
        running.until(lambda _text: "#" + ground(running) == LIGHT.background, "the light theme")
        assert still(quiet(running)) == still(before)
        rows = ("▾ ready", "◌ queued", "not found", "no reason")
        assert len({running.cells(line)[0].bg for line in rows}) == 2  # the cursor's
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked", [{"TERM": "linux"}, {"TEXTUAL_THEME": "nord"}, {"config": "dracula"}], ids=str
)
def test_the_background_is_not_queried_where_it_makes_no_difference(
    watched: WatchedHome, asked: dict[str, str]
) -> None:
    if theme := asked.pop("config", ""):
        (watched.home / "config.toml").write_text(f'theme = "{theme}"')
    watched.environ |= asked
    with watched.dashboard(background=WHITE) as running:
        settled(running)
        assert BACKGROUND_QUERY not in running.raw
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.slow
def test_our_own_themes_can_be_named_in_the_environment(watched: WatchedHome) -> None:
    watched.environ |= {"COLORTERM": "truecolor", "TEXTUAL_THEME": LIGHT.name}
    with watched.dashboard() as running:
        settled(running)
        assert "#" + ground(running) == LIGHT.background
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.slow
def test_an_unknown_theme_is_reported_with_the_nearest_ones(watched: WatchedHome) -> None:
    (watched.home / "config.toml").write_text('theme = "solarised"')
    with watched.dashboard() as running:
        text = " ".join(settled(running).split())
        assert "config.toml asks for the theme “solarised”, which does not exist" in text
        assert all(name in text for name in ("solarized-light", "solarized-dark"))
        running.press("q")
        assert running.exit_status() == 0
