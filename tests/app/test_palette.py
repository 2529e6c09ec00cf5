"""The command palette lists every command in the language in use, each with its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual._context import visible_screen_stack
from textual.command import Command, CommandList, CommandPalette

from hingtui.ui.screens.dialogs import AddDialog
from hingtui.ui.screens.help import HelpDialog
from hingtui.ui.textual_fixes.wide_cuts import WideCompositor
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job


async def entries(acting: PilotedApp) -> list[str]:
    """The entries of the palette: name and key."""
    await acting.press("ctrl+p")
    assert isinstance(acting.app.screen, CommandPalette)
    found = acting.app.screen.query_one(CommandList)
    await until(lambda: found.option_count > 2)
    await acting.drawn()
    options = [found.get_option_at_index(at) for at in range(found.option_count)]
    return [str(option.prompt) for option in options if isinstance(option, Command)]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_command_is_listed_with_its_key(tmp_path: Path, language: str) -> None:
    (tmp_path / "config.toml").write_text('[keys]\nundo = "ctrl+u"\n')
    async with piloted(tmp_path, job(), language=language, size=(100, 80)) as acting:
        listed = await entries(acting)
        for command in acting.app.keys.commands:
            if command.id != "palette":
                (entry,) = (entry for entry in listed if command.help in entry)
                assert acting.app.keys.shown(command.id) in entry
        assert any("Ctrl+U" in entry for entry in listed)
        ours = len(acting.app.keys.commands) - 1
        assert len(listed) == ours + 2, "besides the commands: the themes and a screenshot"


async def test_a_command_runs_from_the_palette(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await entries(acting)
        assert isinstance(acting.app.screen._compositor, WideCompositor), "toasts lie over it"
        await acting.press(*"pasteids")
        await until(lambda: acting.app.screen.query_one(CommandList).option_count == 1)
        await acting.press("enter")
        await until(lambda: isinstance(acting.app.screen, AddDialog))


@pytest.mark.slow
async def test_a_command_that_needs_a_video_shows_a_toast(tmp_path: Path) -> None:
    async with piloted(tmp_path) as acting:
        await entries(acting)
        await acting.press(*"selected")
        await until(lambda: acting.app.screen.query_one(CommandList).option_count == 1)
        await acting.press("enter")
        await until(lambda: "Not possible while no video is watched." in acting.toasts())


@pytest.mark.slow
async def test_over_a_dialog_the_palette_offers_quitting_last(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.press("question_mark")
        assert isinstance(acting.app.screen, HelpDialog)
        listed = await entries(acting)
        assert len(listed) == 3
        assert "Quit" in listed[-1], "Ctrl+P and Enter would end the program"


@pytest.mark.slow
async def test_under_two_dialogs_the_dashboard_goes_on_counting(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.pass_time(70)
        await acting.press("s")
        await entries(acting)
        assert "59:55" in drawn_header(acting)
        await acting.pass_time(60)
        assert "58:55" in drawn_header(acting)


def drawn_header(acting: PilotedApp) -> str:
    """The first line as it is drawn, with what is seen of the screens behind the top one."""
    visible_screen_stack.set(acting.app._background_screens)
    return acting.app.screen._compositor.render_strips()[0].text


async def test_words_that_match_nothing_are_answered(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), language="zh") as acting:
        await acting.press("ctrl+p", *"expizz")
        await until(lambda: "没有匹配项。" in acting.text())
        await acting.press("enter")
        await until(lambda: acting.app.screen is acting.dashboard)
        acting.app.action_change_theme()
        await acting.press(*"expizz")
        await until(lambda: "没有匹配项。" in acting.text())
