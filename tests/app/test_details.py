"""The details pane: its order, its keys, when it is open, and what can be copied from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.events import MouseScrollDown
from textual.screen import Screen
from textual.strip import Strip

from hingtui.storage.state import STATE_FILE, load_state, save_state
from hingtui.ui.screens import details
from hingtui.ui.widgets import detail, detail_text
from hingtui.ui.widgets.line_text import LineText
from tests.servers.gateway import TOKEN
from tests.support.keys import key
from tests.support.pilot import PilotedApp, piloted
from tests.support.waiting import until
from tests.support.watch import job

READY: dict[str, Any] = {"queued_for": 0, "generating_for": 0}
LONG = "\n".join(f"line {n} 一只纸船驶过黄昏的水坑" for n in range(80))
FAILED: dict[str, Any] = {
    "outcome": "failed",
    "error": ("moderation_blocked", "The prompt was refused. " * 8),
    **READY,
}


def is_open(acting: PilotedApp) -> bool:
    return acting.dashboard.is_detail_open and bool(acting.dashboard.query("DetailPane"))


def scrolled(acting: PilotedApp) -> float:
    return acting.dashboard.query_one("#detail-scroll", VerticalScroll).scroll_y


def pane_lines(acting: PilotedApp) -> list[str]:
    """The pane as it stands on the screen."""
    region = acting.dashboard.query_one("DetailPane").region
    strips = acting.dashboard._compositor.render_strips()[region.y : region.bottom]
    cut = [strip.crop(region.x, region.right) for strip in strips]
    return ["".join(segment.text for segment in strip).strip(" │") for strip in cut]


@pytest.mark.parametrize("pressed", ["J", "K", "ctrl+d", "ctrl+u"])
async def test_scrolling_closed_details_says_how_to_open_them(tmp_path: Path, pressed: str) -> None:
    async with piloted(tmp_path, job(), size=(80, 24)) as acting:
        await acting.press(pressed)
        assert acting.toasts() == ["The details are closed: Enter shows them."]
        await acting.press("enter")
        acting.app.clear_notifications()
        await acting.press(pressed)
        assert not acting.toasts()


async def test_prompt_problem_and_next_step_come_first_then_facts_then_history(
    tmp_path: Path,
) -> None:
    async with piloted(tmp_path, job(prompt="a boat", **FAILED), size=(160, 45)) as acting:
        await acting.pass_time(1)
        text = " ".join(acting.detail().split())
        order = ["failed", "a boat", "refused", "moderation_blocked", "ask for it again", "Model"]
        places = [text.index(words) for words in [*order, "video_one", "Seen"]]
        assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_four_lines_at_80_columns_show_the_problem_and_the_prompt(
    tmp_path: Path, language: str
) -> None:
    one = job(prompt=LONG, **FAILED)
    async with piloted(tmp_path, one, size=(80, 24), language=language) as acting:
        await acting.pass_time(1)
        await acting.press("enter")
        pane = acting.dashboard.query_one("DetailPane").region
        assert pane.y > acting.table.region.y
        first = " ".join(pane_lines(acting)[1:5])
        assert "The prompt was refused." in first
        assert "line 0 一只纸船" in first


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 120, 160, 200])
async def test_further_lines_of_a_value_are_indented_as_the_first(
    tmp_path: Path, width: int, language: str
) -> None:
    one = job(prompt="字" * 300, model="model-" * 30, **READY)
    async with piloted(tmp_path, one, size=(width, 40), language=language) as acting:
        await acting.pass_time(1)
        if width < details.VERY_WIDE:
            await acting.press("enter")
        lines = acting.detail().split("\n")
        (first,) = (n for n, line in enumerate(lines) if "字" in line and not line[0].isspace())
        label = lines[first].index("字")
        further = [line for line in lines[first + 1 :] if line.strip().startswith("字")]
        assert further
        indent = {len(line) - len(line.lstrip()) for line in further}
        wide = 0 if language == "en" else len(lines[first][:label].strip())  # two cells a character
        assert indent == {label + wide}


async def test_keys_scroll_the_details_and_another_row_begins_at_the_top(tmp_path: Path) -> None:
    jobs = [job("video_a", prompt=LONG), job("video_b", prompt=LONG)]
    async with piloted(tmp_path, *jobs) as acting:
        await acting.press("enter")
        await acting.press("J", "J", "K", "J")
        assert scrolled(acting) == 2
        await acting.press("ctrl+d")
        page = scrolled(acting) - 2
        assert page > 5
        await acting.press("ctrl+u", "J")
        assert scrolled(acting) == 3
        await acting.press("j")
        assert acting.table.cursor_key == key("video_b")
        assert scrolled(acting) == 0


@pytest.mark.slow
async def test_the_mouse_wheel_scrolls_the_details(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(prompt=LONG), size=(160, 40)) as acting:
        await acting.drawn()
        await acting.pilot._post_mouse_events([MouseScrollDown], "#detail-text", offset=(3, 3))
        await until(lambda: scrolled(acting) > 0)


async def test_the_details_are_open_from_160_columns_on(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), size=(159, 40)) as acting:
        assert not is_open(acting)
        await acting.pilot.resize_terminal(160, 40)
        await acting.drawn()
        assert is_open(acting)
        assert acting.line_with("Esc close")
        await acting.pilot.resize_terminal(120, 40)
        await acting.drawn()
        assert not is_open(acting)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "press"), [(120, "enter"), (160, "escape"), (160, "enter")])
async def test_the_users_choice_is_remembered_and_outranks_the_width(
    tmp_path: Path, width: int, press: str
) -> None:
    async with piloted(tmp_path, job(), size=(width, 40)) as acting:
        await acting.press(press)
        chosen = is_open(acting)
        assert chosen is (width < details.VERY_WIDE)
        for other in (200, 100):
            await acting.pilot.resize_terminal(other, 40)
            await acting.drawn()
            assert is_open(acting) is chosen
        state = acting.app.memory
        await state.written(within=5)
    assert load_state(tmp_path / STATE_FILE).details is chosen
    async with piloted(tmp_path, job(), size=(width, 40)) as acting:
        await acting.drawn()
        assert is_open(acting) is chosen


@pytest.mark.slow
async def test_q_closes_the_details_before_it_quits(tmp_path: Path) -> None:
    save_state(tmp_path / STATE_FILE, details=True)
    async with piloted(tmp_path, job()) as acting:
        assert is_open(acting)
        assert "q Close" in acting.lines()[-1]
        await acting.press("q")
        assert not is_open(acting)
        assert "q Quit" in acting.lines()[-1]
        assert acting.app.memory.state.details is True
        await acting.press("q")
        await until(lambda: not acting.app.is_running)


@pytest.mark.slow
async def test_escape_clears_the_filter_before_it_closes_the_details(tmp_path: Path) -> None:
    async with piloted(tmp_path, job("video_a"), job("video_b")) as acting:
        await acting.press("enter", "slash", *"_b", "enter", "escape")
        assert len(acting.table.order) == 2
        assert is_open(acting)
        await acting.press("escape")
        assert not is_open(acting)


@pytest.mark.slow
async def test_the_last_line_of_the_pane_names_own_keys(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keys]\ndetail_down = "ctrl+j"\ncopy_prompt = "z"\n')
    async with piloted(tmp_path, job(prompt="a boat", **READY), size=(160, 40)) as acting:
        await acting.pass_time(1)
        assert pane_lines(acting)[-1] == "Ctrl+J K scroll  z prompt  W raw  Esc close"
        await acting.press("d")
        await acting.saved("video_one")
        assert pane_lines(acting)[-1] == "Ctrl+J K scroll  z prompt  F path  W raw  Esc close"


async def test_prompt_and_path_are_copied_whole(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(prompt=LONG, **READY)) as acting:
        await acting.pass_time(1)
        await acting.press("P")
        assert acting.app.clipboard == LONG
        await acting.press("F")
        assert acting.app.clipboard == LONG
        assert acting.toasts()[-1] == "It is not saved yet: d downloads it."
        await acting.press("d")
        await acting.saved("video_one")
        await acting.press("F")
        assert acting.app.clipboard == str(acting.row("video_one").saved)


@pytest.mark.slow
async def test_no_path_is_promised_for_a_video_that_cannot_be_downloaded(tmp_path: Path) -> None:
    async with piloted(tmp_path, job()) as acting:
        await acting.pass_time(1)
        await acting.press("F")
        assert "it can be downloaded once it is ready" in acting.toasts()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_details_keep_their_place_while_nothing_matches(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with piloted(tmp_path, job(), size=size) as acting:
        if not acting.dashboard.is_detail_open:
            await acting.press("enter")
        before = acting.dashboard.query_one("DetailPane").region
        await acting.press("5")
        assert "No video matches" in acting.text()
        assert acting.dashboard.query_one("DetailPane").region == before


async def test_the_raw_response_is_copied_without_secrets(tmp_path: Path) -> None:
    async with piloted(tmp_path, job(), watched=[]) as acting:
        body = {
            "id": "video_one",
            "status": "processing",
            "odd": f"see https://s.example/v.mp4?sig=secret1 and {TOKEN} \u202e\x1b]52;c;x\x07",
            "security_token": "secret2",
        }
        acting.server.once(
            "/v1/videos/video_one", status=200, body=json.dumps(body).encode(), times=9
        )
        await acting.press("W")
        acting.app.monitor.add(["video_one"])
        await acting.pass_time()
        await acting.press("W")
        await until(lambda: bool(acting.app.clipboard))
        copied = acting.app.clipboard
        shown = json.loads(copied)
        assert shown["status"] == "processing"
        assert shown["odd"].startswith("see https://s.example/v.mp4?")
        for secret in ("secret1", "secret2", TOKEN, "\u202e", "\x1b"):
            assert secret not in copied


@pytest.mark.slow
async def test_a_held_key_draws_the_details_of_few_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    text_of = detail_text.detail_text

    def counted(row: Any, *more: Any) -> Any:
        drawn.append(row.id)
        return text_of(row, *more)

    jobs = [job(f"video_{n}") for n in range(60)]
    async with piloted(tmp_path, *jobs, size=(160, 40)) as acting:
        monkeypatch.setattr(detail, "detail_text", counted)
        monkeypatch.setattr(details, "_GATHER", 1000)
        await acting.pilot.press(*["j"] * 50)
        assert len(drawn) < 10
        await acting.drawn()
        assert drawn[-1] == "video_50"


def counted_layouts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for each layout of a screen from now on."""
    laid_out: list[object] = []
    layout = Screen._refresh_layout

    def counted(screen: Screen[Any], *size: Any, **how: Any) -> None:
        laid_out.append(size)
        layout(screen, *size, **how)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    return laid_out


@pytest.mark.slow
async def test_passing_time_causes_no_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with piloted(tmp_path, job("video_one", queued_for=1000), size=(160, 40)) as acting:
        await acting.pass_time(70)
        before = acting.detail()
        laid_out = counted_layouts(monkeypatch)
        for _second in range(3):
            acting.clock.advance(1)
            await acting.drawn()
        assert acting.detail() != before
        assert laid_out == []


@pytest.mark.slow
async def test_an_added_line_causes_no_layout_while_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = job("video_one", queued_for=0, generating_for=900)
    async with piloted(tmp_path, running, size=(160, 40)) as acting:
        await acting.pass_time(200)
        before = acting.detail()
        laid_out = counted_layouts(monkeypatch)
        await acting.pass_time(60)
        assert acting.detail().count("\n") > before.count("\n")
        assert laid_out == []
        await acting.pilot.resize_terminal(160, 14)
        await acting.drawn()
        await acting.press("J")
        assert scrolled(acting) == 1


@pytest.mark.slow
async def test_only_lines_that_changed_are_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with piloted(tmp_path, job("video_one", queued_for=1000), size=(160, 40)) as acting:
        await acting.pass_time(70)
        before = acting.detail().splitlines()
        drawn: list[int] = []
        line = LineText.render_line

        def noted(text: LineText, y: int) -> Strip:
            drawn.append(y)
            return line(text, y)

        monkeypatch.setattr(LineText, "render_line", noted)
        acting.clock.advance(1)
        await acting.drawn()
        acting.draw()
        after = acting.detail().splitlines()
        assert drawn == [
            y for y, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
        ]
        assert drawn
        assert after[drawn[0]].strip() in acting.text()
