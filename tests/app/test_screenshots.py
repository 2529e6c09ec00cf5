"""The pictures are well formed, keep the cell grid, and show what the program draws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tests.support.pilot import as_textual_does
from tests.support.svg_screen import CELL, LINE, svg_of
from tests.tools.animation import ANIMATIONS, film
from tests.tools.raster import digest_in, digest_of
from tests.tools.screenshots import FOLDER, PICTURES, take

pytestmark = pytest.mark.usefixtures("_as_textual_does")

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def _as_textual_does() -> Iterator[None]:
    """Other tests of this process draw later, and wait for less."""
    with as_textual_does():
        yield


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


HINT = "python3 -m tests.tools.screenshots NAME draws it anew"
SAMPLE = ("saving-zh-dark", "detail-en-light")


@pytest.mark.sample(None)
@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_shows_what_the_program_draws(
    name: str, tmp_path: Path, thorough: bool
) -> None:
    kept = (FOLDER / f"{name}.svg").read_text("utf-8")
    assert digest_in((FOLDER / f"{name}.png").read_bytes()) == digest_of(kept), HINT
    if thorough or name in SAMPLE:
        assert await take(PICTURES[name], tmp_path) == kept, HINT


@pytest.mark.parametrize("name", ANIMATIONS)
async def test_an_animation_shows_what_the_program_draws(
    name: str, tmp_path: Path, thorough: bool
) -> None:
    kept = (FOLDER / f"{name}.webp").read_bytes()
    assert len(kept) < 3_000_000
    assert len(digest_in(kept)) == 64
    if thorough:
        frames = await film(ANIMATIONS[name], tmp_path)
        assert digest_in(kept) == digest_of(*(svg for svg, _seconds in frames)), HINT


def test_only_pictures_that_can_be_drawn_are_kept() -> None:
    drawn_names = {f"{name}.{kind}" for name in PICTURES for kind in ("svg", "png")}
    drawn_names |= {f"{name}.webp" for name in ANIMATIONS}
    assert {path.name for path in FOLDER.iterdir()} == drawn_names
