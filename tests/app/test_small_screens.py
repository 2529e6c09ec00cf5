"""Small screens: nothing is cut without a way to reach it, and no size ends the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Button

from hingtui.text import i18n
from hingtui.ui.keys import LiveKeys
from hingtui.ui.screens.choices import SortDialog
from hingtui.ui.screens.help import HelpBox
from hingtui.ui.screens.help_text import help_text
from hingtui.ui.table.columns import ColumnLayout, ContentWidths, plan_columns
from hingtui.ui.table.row_view import Sort, sort_name
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from tests.support.pilot import PilotedApp, piloted
from tests.support.watch import job

PALETTE = palette_of(DARK.to_color_system().generate())
JOBS = tuple(job(f"video_{n}") for n in range(30))


def help_box(acting: PilotedApp) -> HelpBox:
    return acting.app.screen.query_one(HelpBox)


def box_lines(acting: PilotedApp) -> list[str]:
    """What stands in the help's frame now."""
    inside = help_box(acting).scrollable_content_region
    return [line[inside.x : inside.right].rstrip() for line in acting.lines()][
        inside.y : inside.bottom
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [14, 30, 54, 76, 110, 190])
def test_the_help_uses_no_more_cells_than_there_are(language: str, width: int) -> None:
    i18n.use_language(language)
    try:
        keys = LiveKeys()
        text = help_text(keys, PALETTE, width).plain
    finally:
        i18n.use_language("en")
    assert max(map(cell_len, text.split("\n"))) <= width
    if width < 76:  # in one column, so that each sentence is in one piece
        squeezed = "".join(text.split())
        assert all("".join(command.help.split()) in squeezed for command in keys.commands)


@pytest.mark.slow
async def test_the_whole_help_is_reached_line_by_line(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(60, 15)) as acting:
        await acting.press("question_mark")
        assert acting.line_with("more below: j")
        seen = box_lines(acting)
        while help_box(acting).has_more_below:
            await acting.press("j")
            seen.append(box_lines(acting)[-1])
        assert not acting.line_with("more below")
        text = help_text(acting.app.keys, PALETTE, help_box(acting).content_size.width).plain
        assert [line.rstrip() for line in text.split("\n")] == seen
        await acting.press("k", "g")
        assert box_lines(acting) == seen[: len(box_lines(acting))]
        await acting.press("G")
        assert box_lines(acting)[-1] == seen[-1]
        await acting.press("pageup")
        assert acting.line_with("more below: j")
        assert acting.lines()[-1].strip() == "j Down  k Up  Esc Close"


async def test_a_help_that_fits_has_no_hints(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(120, 60)) as acting:
        await acting.press("question_mark")
        assert not acting.line_with("more below")
        assert acting.lines()[-1].strip() == "Esc Close"


@pytest.mark.slow
async def test_the_help_follows_the_size_of_the_terminal(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(120, 40)) as acting:
        await acting.press("question_mark")
        assert "Table" in acting.line_with("Videos")
        await acting.pilot.resize_terminal(60, 15)
        await acting.drawn()
        assert "Table" not in acting.line_with("Videos")
        assert acting.line_with("more below: j")


@pytest.mark.slow
async def test_a_token_can_be_typed_on_a_small_screen(tmp_path: Path) -> None:
    async with piloted(tmp_path, size=(60, 15), token=None) as acting:
        await acting.press("enter")
        assert acting.line_with("Token for")
        assert acting.line_with("readable by you alone")
        for button in acting.app.screen.query(Button):
            assert str(button.label) in acting.text()
        assert acting.lines()[-1].strip() == "Enter Save it  Tab Next field  Esc Cancel"


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(60, 15), (40, 10), (20, 5), (10, 3), (2, 1)], ids=str)
async def test_every_screen_stands_in_any_size(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    way_out = {"en": ("q Quit", "q Close", "Esc"), "zh": ("q 退出", "q 关闭", "Esc")}[language]
    async with piloted(tmp_path, *JOBS, size=size, language=language) as acting:
        for key in ("question_mark", "a", "slash", "ctrl+p", "enter", "d"):
            await acting.press(key)
            assert acting.app.is_running
            if size[0] >= 20 and key != "ctrl+p":
                assert any(words in acting.lines()[-1] for words in way_out)
            if key not in ("enter", "d"):
                await acting.press("escape")


async def test_the_first_start_says_what_to_press_in_any_size(tmp_path: Path) -> None:
    async with piloted(tmp_path, size=(60, 15), token=None) as acting:
        for size in ((40, 10), (20, 5), (10, 3), (200, 50)):
            await acting.pilot.resize_terminal(*size)
            await acting.drawn()
            assert "Enter" in acting.text() or size[1] < 5


@pytest.mark.parametrize(("width", "status", "prompt"), [(30, 10, 15), (39, 13, 21), (20, 8, 7)])
def test_on_a_tiny_screen_the_status_leaves_room_for_the_prompt(
    width: int, status: int, prompt: int
) -> None:
    plan = plan_columns(width, ContentWidths(), ColumnLayout())
    assert [(column.key, column.width) for column in plan] == [
        ("status", status),
        ("title", prompt),
    ]


async def test_the_selected_row_stays_in_view_when_there_is_less_room(tmp_path: Path) -> None:
    async with piloted(tmp_path, *JOBS, size=(100, 30)) as acting:
        table = acting.table
        await acting.press("G")
        for act in (
            acting.pilot.resize_terminal(60, 15),
            acting.pilot.resize_terminal(100, 30),
            acting.press("enter"),
        ):
            await act
            await acting.drawn()
            line = table.cursor_row - table.scroll_offset.y
            assert 0 <= line < table.size.height - table.header_height


async def test_every_order_is_listed_on_the_smallest_screen(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(60, 15)) as acting:
        acting.app.push_screen(SortDialog(Sort.ATTENTION, has_gateways=True))
        await acting.drawn()
        text = acting.text()
        assert [sort for sort in Sort if sort_name(sort) not in text] == []
