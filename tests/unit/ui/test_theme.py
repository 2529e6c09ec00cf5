"""Contrast, the sixteen colours, the choice of a theme, and the reply of a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK, WHITE, Color
from textual.events import Key
from textual.message import Message

from hingtui.ui.textual_fixes import background_query
from hingtui.ui.textual_fixes.background_query import (
    BackgroundReported,
    ReplyParser,
    can_ask,
    is_light,
)
from hingtui.ui.theme.choice import choose_theme
from hingtui.ui.theme.contrast import LEAST, ContrastFilter, contrast, is_text, legible_ink
from hingtui.ui.theme.few_colors import FewColorsFilter
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK

GREYS = [Color(level, level, level) for level in range(0, 256, 5)]
THEMES = ("hingtui-dark", "hingtui-light", "nord")


def drawn(style: Style, text: str = "text") -> Style:
    """The style after the filter, on a black screen."""
    (segment,) = ContrastFilter().apply([Segment(text, style)], BLACK)
    assert segment.style is not None
    return segment.style


def of_sixteen(style: Style) -> Style:
    (segment,) = FewColorsFilter().apply([Segment("text", style)], BLACK)
    assert segment.style is not None
    return segment.style


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast(Color.parse("#767676"), WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("ground", GREYS, ids=lambda color: color.hex)
def test_any_ink_becomes_legible_on_any_ground(ground: Color) -> None:
    for ink in (*GREYS, Color(255, 0, 0), Color(0, 0, 255)):
        assert contrast(legible_ink(ink, ground), ground) >= LEAST


def test_a_legible_ink_is_left_as_it_is() -> None:
    style = Style(color="#ff0000", bgcolor="#000000", bold=True)
    assert drawn(style) is style


def test_dim_and_reversed_text_is_lifted_too() -> None:
    for style in (Style(dim=True), Style(reverse=True)):
        colors = ("#333333", "#222222") if not style.reverse else ("#222222", "#333333")
        lifted = drawn(style + Style(color=colors[0], bgcolor=colors[1]))
        assert lifted.color is not None
        assert lifted.bgcolor is not None
        assert not lifted.dim
        pair = Color.from_rich_color(lifted.color), Color.from_rich_color(lifted.bgcolor)
        assert contrast(*pair) >= LEAST


def test_frames_and_blank_places_keep_their_colour() -> None:
    style = Style(color="#111111", bgcolor="#000000")
    assert drawn(style, "╭──╮ ▁█") is style
    assert not is_text("  │")
    assert is_text("✗")


@pytest.mark.parametrize(
    ("ink", "ground", "expected"),
    [
        ("#7fd6a2", "#10141b", "bright_green"),
        ("#d8dee9", "#10141b", "bright_white"),
        ("#f07f86", "#10141b", "bright_red"),
        ("#f1a65a", "#10141b", "bright_yellow"),
        ("#6ea8fe", "#10141b", "bright_cyan"),
        ("#b3261e", "#fbfbf8", "red"),
        ("#1f2733", "#fbfbf8", "black"),
        ("blue", "blue", "cyan"),
        ("default", "blue", "bright_white"),
        ("default", "cyan", "black"),
    ],
)
def test_an_ink_keeps_its_hue_among_sixteen_colours(ink: str, ground: str, expected: str) -> None:
    style = of_sixteen(Style(color=ink, bgcolor=ground))
    assert style.color is not None
    assert style.color.type is ColorType.STANDARD
    assert style.color.number == RichColor.parse(expected).number


def test_the_terminals_own_ground_is_left_alone() -> None:
    style = Style(color="blue", bgcolor="default")
    assert of_sixteen(style) == style


def test_without_colour_errors_are_reversed_and_warnings_underlined() -> None:
    palette = palette_of(DARK.to_color_system().generate(), no_color=True)
    assert palette.error.bold
    assert palette.error.reverse
    assert palette.warning.bold
    assert palette.warning.underline
    assert not palette.muted.bold
    assert palette.filled.reverse


def test_config_toml_outranks_environment_and_remembered_theme() -> None:
    def chosen(config: str | None, environ: str | None, remembered: str | None) -> str:
        return choose_theme(THEMES, config=config, environ=environ, remembered=remembered).name

    assert chosen("nord", "hingtui-light", "hingtui-light") == "nord"
    assert chosen(None, "nord", "hingtui-light") == "nord"
    assert chosen(None, "gone, nord", None) == "nord"
    assert chosen(None, None, "nord") == "nord"
    assert chosen(None, "", "gone") == DARK.name


def test_without_a_choice_the_terminal_decides() -> None:
    assert choose_theme(THEMES, config=None, environ=None, remembered=None).is_automatic
    assert not choose_theme(THEMES, config=None, environ=None, remembered="nord").is_automatic
    assert choose_theme(THEMES, config="gone", environ=None, remembered=None).is_automatic


def test_an_unknown_theme_is_named_with_the_nearest_ones() -> None:
    choice = choose_theme(THEMES, config="nrd", environ="\x1b[31mx", remembered=None)
    first, second = choice.notices
    assert first.startswith("config.toml asks for the theme “nrd”, which does not exist")
    assert "The nearest are: nord." in first
    assert second.startswith("TEXTUAL_THEME asks")
    assert "The nearest are: hingtui-dark, hingtui-light." in second
    assert "\x1b" not in second
    assert choose_theme(THEMES, config=None, environ=None, remembered="gone").notices == ()


def test_a_colour_is_light_or_dark() -> None:
    assert is_light("rgb:ffff/ffff/ffff")
    assert is_light("rgba:fb/fb/f8/ff")
    assert is_light("rgb:f/f/0")
    assert is_light("rgb:1010/1414/1b1b") is False
    assert is_light("#ffffff") is None
    assert is_light("") is None


def keys_and_replies(messages: Iterable[Message]) -> list[object]:
    found: list[object] = []
    for message in messages:
        if isinstance(message, Key):
            found.append(message.key)
        elif isinstance(message, BackgroundReported):
            found.append(message.is_light)
    return found


REPLY = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"


@pytest.mark.parametrize("end", ["\x1b\\", "\x07"])
def test_a_reply_is_taken_out_of_what_is_typed(end: str) -> None:
    typed = f"a\x1b]11;rgb:00/00/00{end}b"
    assert sorted(map(str, keys_and_replies(ReplyParser().feed(typed)))) == ["False", "a", "b"]


@pytest.mark.parametrize("cut", range(2, len(REPLY)))
def test_a_reply_may_come_in_two_pieces(cut: int) -> None:
    parser = ReplyParser()
    first = keys_and_replies(parser.feed("a" + REPLY[:cut]))
    second = keys_and_replies(parser.feed(REPLY[cut:] + "b"))
    assert first == ["a"]
    assert second == [True, "b"]


def test_an_unfinished_reply_is_typed_after_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parser = ReplyParser()
    assert keys_and_replies(parser.feed("\x1b]")) == []
    assert keys_and_replies(parser.tick()) == []
    monkeypatch.setattr(background_query, "_TIMEOUT", -1.0)
    assert keys_and_replies(parser.feed("1")) == []
    held: list[object] = []
    deadline = time.monotonic() + 5
    while len(held) < 2 and time.monotonic() < deadline:
        held += keys_and_replies(parser.tick())
    assert held == ["right_square_bracket", "1"]


def test_the_end_of_input_ends_the_parser() -> None:
    parser = ReplyParser()
    assert keys_and_replies(parser.feed("")) == []
    assert parser.is_eof


@pytest.mark.parametrize("name", ["linux", "dumb", "", "vt100", "eterm-color", "ansi"])
def test_terminals_that_would_print_the_question_are_not_asked(name: str) -> None:
    assert not can_ask({"TERM": name})


@pytest.mark.parametrize("name", ["xterm", "xterm-256color", "tmux-256color", "alacritty", "foot"])
def test_terminals_that_know_the_question_are_asked(name: str) -> None:
    assert can_ask({"TERM": name})
