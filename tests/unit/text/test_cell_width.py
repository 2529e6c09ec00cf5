"""Text is reduced to characters of the same width in every terminal, and fits its column."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hingtui.system.files import safe_name
from hingtui.text.cell_width import fit, fit_middle, legible, short_id, steady
from hingtui.text.clean import clean_line
from tests.support.hostile_text import cells_of, harm_in, hostile_text


@pytest.mark.parametrize(
    ("line", "steadied"),
    [
        ("百事可乐 “你好” … 가나 café", "百事可乐 “你好” … 가나 café"),
        ("🇨🇳 🇺🇳", "CN UN"),
        ("👍🏽 🏽", "👍 "),
        ("👨👩👧", "👨👩👧"),
        ("\u1112\u1161\u11ab", "한"),
        ("\U0001fae8", "\U0001fae8"),
        ("\U0001fbfb\u0378", "??"),
        ("นี่ की", "นี่ की"),
    ],
)
def test_characters_of_ambiguous_width_are_replaced(line: str, steadied: str) -> None:
    assert steady(line) == steadied


@pytest.mark.parametrize(
    ("line", "width", "fitted"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcd.."),
        ("表表表表", 6, "表表.."),
        ("表表表表", 5, "表.."),
        ("表表", 1, ""),
        ("表表", 0, ""),
        ("表表", -3, ""),
    ],
)
def test_a_line_too_long_ends_with_two_dots(line: str, width: int, fitted: str) -> None:
    assert fit(line, width) == fitted


def test_a_name_is_shortened_in_its_middle() -> None:
    assert fit_middle("video_0123456789abcdef", 12) == "video..bcdef"
    assert fit_middle("表" * 9, 11) == "表表..表表"


def test_an_undecodable_path_is_shown_legibly() -> None:
    assert legible("/a\udcff/\x1b[2J\nb") == "/a?/[2J b"


@settings(deadline=None)
@given(hostile_text.map(clean_line), st.integers(0, 60))
def test_a_shortened_line_holds_only_whole_characters(line: str, width: int) -> None:
    for fitted in (fit(line, width), fit_middle(line, width)):
        assert cells_of(fitted) == cell_len(fitted) <= width
    whole = steady(line)
    kept = fit(line, width)
    assert whole.startswith(kept.removesuffix("..").rstrip())


def test_every_remaining_character_has_the_same_width_everywhere(thorough: bool) -> None:
    planes = [*range(0x20000), *range(0xE0000, 0xE1000), *range(0x2FF00, 0x30100), 0x10FFFF]
    for at in range(0, len(planes), 512 if thorough else 4 * 512):
        line = "a".join(map(chr, planes[at : at + 512]))
        left = steady(clean_line(line, 2000))
        assert not harm_in(left)
        assert cell_len(left) == cells_of(left), f"U+{planes[at]:04X} and after"


def litellm_id(video_id: str) -> str:
    """An id as LiteLLM makes it: two of them differ only in the middle."""
    encoded = (
        "litellm:custom_llm_provider:openai;model_id:6f0c1c6a2b3d4e5f8a9b0c1d2e3f405162738495a6b7c8d9;"
        f"video_id:{video_id};deployment:default-openai-video-production-eu"
    )
    return f"video_{base64.b64encode(encoded.encode()).decode()}="


LITELLM = [litellm_id(f"video_{n:032x}") for n in range(200)]


@pytest.mark.parametrize("width", [9, 16, 24, 44])
def test_ids_that_share_both_ends_are_shortened_differently(width: int) -> None:
    short = [short_id(one, width) for one in LITELLM]
    assert len(set(short)) == len(LITELLM)
    assert all(cell_len(one) <= width for one in short)


def test_a_short_id_shows_both_ends_and_the_hash() -> None:
    assert short_id(LITELLM[0], 24).startswith("video_bG..")
    assert re.search(r"#[0-9a-f]{6}$", short_id(LITELLM[0], 24))


def test_an_id_that_fits_is_unchanged() -> None:
    assert short_id("video_1a", 8) == "video_1a"


def test_ids_that_share_both_ends_get_different_file_names() -> None:
    names = {safe_name(one) for one in LITELLM}
    assert len(names) == len(LITELLM)
    assert all(name.startswith("video_bGl0ZWxsbT") for name in names)
