"""Cleaning text for the terminal, and formatting sizes and durations."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hingtui.text.clean import (
    BLOCK_LIMIT,
    LINE_LIMIT,
    clean_block,
    clean_line,
    human_bytes,
    human_duration,
    one_line,
)
from tests.support.hostile_text import BIDI, is_harmless

anything = st.text(st.characters(), max_size=200) | st.text(
    st.sampled_from("a\n\r\t\x00\x07\x1b\x7f\x9b\x85\u2028\u2029 \u3000\u0301\ud800\ufeff" + BIDI),
    max_size=60,
)


@settings(deadline=None)
@given(anything)
def test_a_cleaned_block_holds_no_control_characters(text: str) -> None:
    assert is_harmless(clean_block(text))


@settings(deadline=None)
@given(anything)
def test_a_cleaned_line_holds_no_control_characters_or_line_ends(text: str) -> None:
    cleaned = clean_line(text)
    assert is_harmless(cleaned)
    assert "\n" not in cleaned


@settings(deadline=None)
@given(anything)
@example("a\u0301" * 3 + "\u0301" * 20)
def test_cleaning_twice_equals_cleaning_once(text: str) -> None:
    assert clean_block(clean_block(text)) == clean_block(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@settings(deadline=None)
@given(anything)
def test_cleaned_text_can_be_encoded_as_utf8(text: str) -> None:
    clean_block(text).encode()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("百事可乐宣传片", "百事可乐宣传片"),
        ("see [/] here [@click=app.quit]x", "see [/] here [@click=app.quit]x"),
        ("a\tb", "a b"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]52;c;aGk=\x07", "]52;c;aGk="),
        ("\x1bP+q\x1b\\", "P+q\\"),
        ("\x9b31m\x90x\x9c", "31mx"),
        ("a\u202eb\u2066c", "abc"),
        ("a\u200b\u2060\ufeffb", "ab"),
        ("\ud83d!\udc00", "!"),
        ("nul\x00l", "null"),
        ("é ü ñ", "é ü ñ"),
        ("👍🏽", "👍🏽"),
    ],
)
def test_control_characters_are_removed_and_other_text_kept(text: str, cleaned: str) -> None:
    assert clean_line(text) == cleaned


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_every_kind_of_line_end_becomes_a_newline(end: str) -> None:
    assert clean_block(f"a{end}b") == "a\nb"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\t", "  ", "\u3000"])
def test_blanks_in_a_line_become_single_spaces(end: str) -> None:
    assert clean_line(f" a{end}b ") == "a b"


def test_stacked_combining_marks_are_limited() -> None:
    assert len(clean_line("a" + "\u0301" * 1000 + "b")) < 20


def test_ordinary_combining_marks_are_kept() -> None:
    assert clean_line("e\u0301\u0323x") == "e\u0301\u0323x"


def test_a_long_block_is_cut() -> None:
    assert len(clean_block("x" * 2_000_000)) == BLOCK_LIMIT


def test_a_long_line_is_cut() -> None:
    assert len(clean_line("长" * 2_000_000)) == LINE_LIMIT


def test_one_line_joins_the_lines_of_a_block() -> None:
    assert one_line("a\n\n b") == "a b"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1234, "1.2 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (34_000_000, "34 MB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1.5e9, "1.5 GB"),
        (2e12, "2.0 TB"),
        (3e15, "3.0 PB"),
    ],
)
def test_a_size_is_formatted_shortly(count: float, text: str) -> None:
    assert human_bytes(count) == text


@settings(deadline=None)
@given(st.floats(min_value=0, allow_nan=False) | st.integers(0, 10**400))
def test_every_size_can_be_formatted(count: float) -> None:
    assert human_bytes(count)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (7.9, "0:07"),
        (750, "12:30"),
        (3599, "59:59"),
        (3723, "1:02:03"),
        (86_399, "23:59:59"),
        (86_400, "1d 0h"),
        (3 * 86_400 + 4 * 3600 + 59, "3d 4h"),
        (float("nan"), "0:00"),
        (float("inf"), "11574074d 1h"),
    ],
)
def test_a_duration_is_formatted_like_a_clock(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text
