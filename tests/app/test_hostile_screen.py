"""The dashboard over a gateway with hostile text in every field: the screen after each key."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from textual.widgets import Input

from hingtui.system.open_file import Opened
from hingtui.ui.commands import commands
from hingtui.ui.widgets.filter_bar import FilterBar
from tests.support.hostile_text import (
    EVERYTHING,
    LINES,
    MARKED,
    OBEYED,
    TURNED,
    UNSEEN,
    WIDE,
    as_body,
    cells_of,
    everything,
    harm_in,
)
from tests.support.keys import keys
from tests.support.pilot import PilotedApp, piloted
from tests.support.watch import job

FOREVER = 1_000_000
READY = {"queued_for": 0, "generating_for": 0}
TEXT = EVERYTHING.encode("utf-8", "ignore").decode()
"""Without the lone surrogates, which no UTF-8 holds."""


def video(status: str, **more: object) -> bytes:
    """A video with hostile text in every field, in a different order in each."""
    turns = count(len(status))
    fields = ("id", "model", "prompt", "size", "seconds", "remixed_from_video_id", "video_url")
    everywhere: dict[str, object] = {name: everything(next(turns)) for name in fields}
    error = {name: everything(next(turns)) for name in ("code", "message", "type")}
    return as_body(everywhere | {"status": status, "error": error} | more)


ANSWERS = {
    "video_running": (200, video("processing", progress=45)),
    "video_unknown": (200, video(EVERYTHING, progress=EVERYTHING)),
    "video_failed": (200, video("failed")),
    "video_ready": (200, video("success")),
    "video_missing": (404, as_body({"error": {"message": EVERYTHING, "code": EVERYTHING}})),
    "video_odd": (418, as_body({"error": EVERYTHING})),
    "video_text": (400, EVERYTHING.encode("utf-8", "replace")),
    "video_page": (200, f"<html><title>{TEXT}</title>".encode()),
}
HEADERS = {"X-Oneapi-Request-Id": "\x1b]0;x\x9b31m[/]", "Content-Type": "application/json"}


async def poll_hostile_videos(acting: PilotedApp) -> None:
    for video_id, (status, body) in ANSWERS.items():
        acting.server.once(
            f"/v1/videos/{video_id}", status=status, headers=HEADERS, body=body, times=FOREVER
        )
    acting.server.once("/v1/videos?", status=501, headers=HEADERS, body=video("x"), times=FOREVER)
    acting.app.monitor.add([*ANSWERS, "video_home"])
    await acting.pass_time()
    await acting.pass_time(100)


HARMLESS: set[tuple[object, ...]] = set()
"""Lines that were checked already: the width of the screen, and what is drawn."""


def check_screen(acting: PilotedApp) -> str:
    """Check that the screen has no control characters, links or wrong widths; return its text."""
    width, height = acting.app.size
    lines = []
    for strip in acting.app.screen._compositor.render_strips()[:height]:
        line = "".join(segment.text for segment in strip)
        lines.append(line)
        drawn = (width, *strip)
        if drawn in HARMLESS:  # most of a screen is as it was a key before
            continue
        for text, style, _control in strip:
            assert not harm_in(text)
            assert style is None or (style.link is None and "@click" not in style.meta)
        assert cells_of(line) == width, line
        HARMLESS.add(drawn)
    return "\n".join(lines)


@pytest.mark.sample(None)
@pytest.mark.parametrize(
    "size",
    [(80, 24), *(pytest.param(size, marks=pytest.mark.slow) for size in ((210, 50), (1, 1)))],
    ids=str,
)
async def test_the_screen_stays_clean_after_every_key(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, thorough: bool
) -> None:
    monkeypatch.setattr("hingtui.ui.app.open_file", lambda *_: Opened("mpv"))
    home = job("video_home", prompt=TEXT, model=TEXT, size=TEXT, **READY)
    async with piloted(tmp_path, home, watched=[], size=size) as acting:
        await poll_hostile_videos(acting)
        acting.app.monitor.download(keys("video_home"))
        await acting.saved("video_home")
        await acting.press("D", "g", "enter")
        for _row in acting.table.order:
            check_screen(acting)
            await acting.pilot.press("j")
        for command in commands() if thorough else commands()[::3]:
            if command.id not in ("quit", "detail"):
                await acting.pilot.press(command.keys[0])
                check_screen(acting)
                if len(acting.app.screen_stack) > 2 or any(
                    bar.display for bar in acting.dashboard.query(FilterBar)
                ):
                    await acting.pilot.press("escape")
        await acting.drawn()
        check_screen(acting)


@pytest.mark.parametrize("key", ["a", "slash"])
async def test_pasted_text_is_shown_without_control_characters(tmp_path: Path, key: str) -> None:
    async with piloted(tmp_path, job(prompt=TEXT)) as acting:
        await acting.press(key)
        for kinds in (OBEYED, TURNED, UNSEEN, MARKED, WIDE, LINES):
            await acting.paste("Pasted " + " ".join(kinds.values()))
            check_screen(acting)
        assert "Pasted" in acting.text()
        await acting.press("enter")
        check_screen(acting)


@pytest.mark.parametrize("pressed", [["f3"], ["f3", "tab"], ["T"]], ids=str)
async def test_text_pasted_into_a_dialog_is_shown_cleaned(
    tmp_path: Path, pressed: list[str]
) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.press(*pressed)
        for kinds in (OBEYED, TURNED, UNSEEN, MARKED, WIDE, LINES):
            await acting.press("ctrl+u")  # a tag is short: no room for all of them
            await acting.paste("pasted " + "".join(kinds.values())[:190])
            assert isinstance(acting.app.focused, Input)
            assert acting.app.focused.value
            check_screen(acting)


async def test_text_pasted_into_the_palette_is_shown_cleaned(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.press("ctrl+p")
        await acting.paste("".join((OBEYED | TURNED).values()))
        assert not harm_in("".join(acting.lines()))
        assert "]52;c;" in acting.text()


async def test_an_invalid_token_is_refused_without_showing_it_raw(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), token=None) as acting:
        await acting.press("enter")
        await acting.paste(f"oh-{OBEYED['clipboard']}{EVERYTHING}")
        await acting.press("enter")
        check_screen(acting)
        assert "The token holds" in acting.text()
