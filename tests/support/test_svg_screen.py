"""Lines of a terminal as SVG: well formed, and aligned to the grid of cells."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tests.support.svg_screen import CELL, LINE, svg_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines: str | list[Segment]) -> Element:
    """The SVG of these lines, without the window around them."""
    segments = [[Segment(line)] if isinstance(line, str) else line for line in lines]
    screen = fromstring(svg_of(segments, "title")).find(f"{SVG}g")  # noqa: S314 - our own XML
    assert screen is not None
    return screen


def texts(screen: Element) -> list[tuple[str | None, int, str | None]]:
    """Each text with its x and its length."""
    return [
        (text.text, int(text.attrib["x"]), text.get("textLength"))
        for text in screen.iter(f"{SVG}text")
    ]


def test_wide_characters_get_two_cells_each() -> None:
    assert texts(drawn("冰镇汽水")) == [("冰镇汽水", 0, str(8 * CELL))]


def test_a_run_ends_where_narrow_and_wide_characters_meet() -> None:
    assert texts(drawn("ab 冰水cd")) == [
        ("ab", 0, str(2 * CELL)),
        ("冰水", 3 * CELL, str(4 * CELL)),
        ("cd", 7 * CELL, str(2 * CELL)),
    ]


def test_a_combining_mark_stays_on_its_letter() -> None:
    assert texts(drawn("e\u0301f")) == [("e\u0301f", 0, str(2 * CELL))]


def test_text_after_a_gap_has_its_own_position() -> None:
    assert texts(drawn("a   b")) == [("a", 0, None), ("b", 4 * CELL, None)]


@pytest.mark.parametrize(
    "text",
    ["</text><script>", "&amp; ]]> <!--", "\"'", "\x1b[31m\x00", "\ud800", "\ufffe\uffff", "\x9b"],
)
def test_any_screen_gives_well_formed_svg(text: str) -> None:
    svg = svg_of([[Segment(text)]], text)

    assert fromstring(svg.encode()).find(f"{SVG}script") is None  # noqa: S314 - our own XML


def test_markup_in_text_is_escaped() -> None:
    assert texts(drawn("<b>&lt;")) == [("<b>&lt;", 0, str(7 * CELL))]


def test_characters_that_xml_cannot_hold_keep_their_width() -> None:
    line = "\ud800\x1bx"

    assert cell_len(texts(drawn(line))[0][0] or "") == cell_len(line)


def test_one_rectangle_covers_a_background_of_several_lines() -> None:
    bar = [Segment("  ", Style(bgcolor="#ff0000")), Segment("......")]
    screen = drawn(bar, bar, "........")

    assert [rect.attrib["height"] for rect in screen.iter(f"{SVG}rect")] == [str(2 * LINE)]


def test_reverse_swaps_foreground_and_background() -> None:
    style = Style(color="#111111", bgcolor="#eeeeee", reverse=True)

    svg = svg_of([[Segment("x", style), Segment("......")]], "")

    assert 'fill="#111111"' in svg
    assert "fill:#eeeeee" in svg


def test_borders_are_drawn_as_paths() -> None:
    screen = drawn("╭──╮", "│▂█│", "╰──╯")

    assert texts(screen) == []
    assert len(list(screen.iter(f"{SVG}path"))) == 8
