"""All text can be read in every theme: contrast is computed from what is drawn, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.command import CommandList
from textual.geometry import Region
from textual.theme import BUILTIN_THEMES

from hingtui.ui.theme.contrast import LEAST, contrast, is_text
from hingtui.ui.theme.palette import Palette, grounds_of
from hingtui.ui.theme.themed_app import ThemedApp
from hingtui.ui.theme.themes import DARK, LIGHT
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

INKS = ("muted", "primary", "success", "warning", "error", "accent")
BLOCKS = ("track", "filled", "filled_download")
OURS = (DARK.name, LIGHT.name)
OTHERS = tuple(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)
THEMES = (*OURS, *OTHERS)
JOBS = (
    job("video_queued", queued_for=90),
    job("video_running"),
    job("video_ready", queued_for=0, generating_for=1, lifetime=150),
    job("video_failed", outcome="failed", queued_for=0, generating_for=2),
    job("video_missing", outcome="missing"),
)


def unreadable(acting: PilotedApp, within: Region) -> Iterator[str]:
    """Each text in this part of the screen whose contrast is too low."""
    strips = acting.app.screen._compositor.render_strips()
    for strip in strips[within.y : within.bottom]:
        for segment in strip.crop(within.x, within.right):
            if is_text(segment.text) and (found := contrast_of(segment)) < LEAST:
                yield f"{segment.text!r} {segment.style} {found:.2f}"


def contrast_of(segment: Segment) -> float:
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert not style.dim
    return contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))


@pytest.mark.parametrize("name", THEMES)
def test_every_ink_of_the_palette_is_legible(name: str) -> None:
    app = ThemedApp()
    app.theme = name
    grounds = grounds_of(app.get_css_variables())
    palette = app.palette()
    for ink in INKS:
        style = getattr(palette, ink)
        assert min(contrast(Color.from_rich_color(style.color), one) for one in grounds) >= LEAST
    assert min(contrast_of(Segment(" ", getattr(palette, name))) for name in BLOCKS) >= LEAST


@pytest.fixture
def themes(thorough: bool) -> tuple[str, ...]:
    """The themes in which a screen is looked at: all, or ours and one of Textual's."""
    return THEMES if thorough else (*OURS, "solarized-light")


async def in_themes(themes: tuple[str, ...], acting: PilotedApp, *places: str) -> list[str]:
    """What cannot be read in these widgets, by theme."""
    found: list[str] = []
    for name in themes:
        acting.app.theme = name
        await acting.pilot.pause()
        for place in places:
            for widget in acting.app.screen.query(place):
                found += [f"{name}: {text}" for text in unreadable(acting, widget.region)]
    return found


@pytest.mark.slow
async def test_the_dashboard_is_legible_in_every_theme(
    tmp_path: Path, themes: tuple[str, ...]
) -> None:
    (tmp_path / "config.toml").write_text("unheard_of = 1\n")
    async with piloted(tmp_path, *JOBS, size=(130, 30)) as acting:
        await acting.pass_time(20)
        await acting.press("enter", "j", "d", "s")
        acting.app.notify("A warning", severity="warning", timeout=60)
        acting.app.notify("An error", severity="error", timeout=60)
        await acting.drawn()
        assert (
            await in_themes(themes, acting, "#header", "#banner", "#body", "KeyBar", "Toast") == []
        )
        await acting.press("slash", "v")
        assert await in_themes(themes, acting, "FilterBar", "#body") == []


@pytest.mark.parametrize("key", ["a", "question_mark"])
@pytest.mark.slow
async def test_the_dialogs_are_legible_in_every_theme(
    tmp_path: Path, key: str, themes: tuple[str, ...]
) -> None:
    async with piloted(tmp_path, *JOBS, size=(130, 30)) as acting:
        await acting.press(key)
        assert acting.app.screen.query(".box")
        assert await in_themes(themes, acting, ".box", "KeyBar") == []


@pytest.mark.slow
async def test_the_command_palette_is_legible_in_every_theme(
    tmp_path: Path, themes: tuple[str, ...]
) -> None:
    found: list[str] = []
    async with piloted(tmp_path, *JOBS, size=(130, 30)) as acting:
        for name in themes:
            acting.app.theme = name
            await acting.press("ctrl+p")
            palette = acting.app.screen.query_one(CommandList)
            await until(lambda palette=palette: palette.option_count > 2)  # type: ignore[misc]
            await acting.pilot.pause()
            found += unreadable(acting, palette.region)
            await acting.press("escape")
    assert found == []


@pytest.mark.slow
async def test_the_first_start_is_legible_in_every_theme(
    tmp_path: Path, themes: tuple[str, ...]
) -> None:
    async with piloted(tmp_path, size=(80, 24), token=None) as acting:
        assert await in_themes(themes, acting, "#header", "Welcome", "KeyBar") == []
        await acting.press("enter", "tab")
        assert await in_themes(themes, acting, ".box", "KeyBar") == []


def test_the_palette_has_no_other_colours() -> None:
    plain = {"plain", "strong", "match"}
    assert set(Palette.__dataclass_fields__) == plain | {*INKS, *BLOCKS}


async def test_without_colours_the_cursors_row_stands_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with piloted(tmp_path, *JOBS) as acting:
        for theme in OURS:
            acting.app.theme = theme
            await acting.drawn()
            table = acting.table
            cursor = table.get_component_styles("datatable--cursor").background
            ground = table.background_colors[1]
            assert contrast(ground + cursor, ground) > LEAST
            assert not list(unreadable(acting, table.region))
