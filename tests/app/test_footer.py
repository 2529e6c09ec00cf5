"""The footer: only keys that work now, and the most important ones where it is narrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.ui.keys import LiveKeys
from hingtui.ui.screens.dialogs import AddDialog
from hingtui.ui.screens.help import HelpDialog
from hingtui.ui.widgets.detail import DetailPane
from hingtui.ui.widgets.key_bar import FooterKey, KeyBar, fitted, rank_of
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job


def footer(acting: PilotedApp) -> str:
    return acting.lines()[-1].strip()


async def click(acting: PilotedApp, label: str) -> None:
    """Click on these words of the footer, on whatever screen is in front."""
    await acting.pilot.click(offset=(acting.lines()[-1].index(label), acting.app.size.height - 1))
    await acting.drawn()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_keys_are_dropped_one_by_one_help_and_quit_last(language: str) -> None:
    from hingtui.text import i18n

    i18n.use_language(language)
    try:
        commands = LiveKeys().commands
    finally:
        i18n.use_language("en")
    keys = [FooterKey(c.keys[0], c.label, rank_of(c.id)) for c in commands if c.in_footer]
    before = keys
    for width in range(200, 0, -1):
        shown = fitted(keys, width)
        assert [key for key in before if key in shown] == shown
        assert len(before) - len(shown) <= 1
        names = [key.key for key in shown]
        assert names[-2:] == ["question_mark", "q"] or len(names) < 2
        before = shown
    assert before == []


async def test_the_first_start_with_a_token_has_a_footer(tmp_path: Path) -> None:
    async with piloted(tmp_path, size=(80, 24)) as acting:
        assert footer(acting) == "a Add  ? Help  q Quit"


async def test_the_footer_changes_with_what_is_possible(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_one"), size=(100, 24)) as acting:
        assert "d Download" in footer(acting)
        await acting.press("x")
        assert "d Download" not in footer(acting)


async def test_a_command_with_another_key_shows_that_key(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keys]\ndownload = "ctrl+d"\n')
    async with piloted(tmp_path, job("video_one"), size=(100, 24)) as acting:
        assert footer(acting).startswith("a Add  Ctrl+D Download")


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["a"], "Enter Add  Esc Cancel"),
        (["question_mark"], "Esc Close"),
        (["slash"], "Esc Clear  Enter Keep"),
        (["ctrl+p"], ""),
    ],
    ids=["add", "help", "filter", "palette"],
)
async def test_only_keys_of_the_front_screen_are_shown(
    tmp_path: Path, keys: list[str], shown: str
) -> None:
    async with piloted(tmp_path, job("video_one"), size=(100, 30)) as acting:
        before = footer(acting)
        await acting.press(*keys)
        if shown:
            assert shown in footer(acting)
        assert "Download" not in footer(acting)
        assert "Unwatch" not in footer(acting)
        await acting.press("escape")
        await until(lambda: footer(acting) == before)


async def test_enter_is_labelled_by_what_it_does(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_one"), token=None, size=(100, 30)) as acting:
        assert "Enter Token" in footer(acting)
        await acting.press("slash")
        assert "Enter Keep" in footer(acting)


@pytest.mark.slow
async def test_a_click_on_a_key_presses_it(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_one"), size=(100, 30)) as acting:
        await click(acting, "Details")
        assert acting.dashboard.query_one(DetailPane).display
        await click(acting, "Add")
        assert isinstance(acting.app.screen, AddDialog)
        await click(acting, "Cancel")
        assert len(acting.app.screen_stack) == 2
        await click(acting, "Help")
        assert isinstance(acting.app.screen, HelpDialog)
        await click(acting, "Close")
        assert len(acting.app.screen_stack) == 2


async def test_a_click_between_two_keys_does_nothing(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_one"), size=(100, 30)) as acting:
        bar = acting.dashboard.query_one(KeyBar)
        assert bar.key_at(0) is None
        assert bar.key_at(99) is None


@pytest.mark.slow
async def test_the_key_under_the_mouse_is_marked(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_one"), size=(100, 30)) as acting:
        bar = acting.dashboard.query_one(KeyBar)
        await acting.pilot.hover(KeyBar, offset=(2, 0))
        assert any("underline" in str(span.style) for span in bar.render().spans)
        await acting.pilot.hover("#header")
        assert not any("underline" in str(span.style) for span in bar.render().spans)
