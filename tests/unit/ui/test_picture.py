"""Lines of a picture: what goes to the terminal, whole, cut, and in few colours."""

from __future__ import annotations

import re

import pytest
from rich.console import Console
from textual.color import Color

from hingtui.preview.pictures import Picture
from hingtui.ui.theme.contrast import ContrastFilter
from hingtui.ui.widgets.picture import PictureStrip, half_block_lines, of_256, sampled, true_color

SGR = re.compile(r"\x1b\[([\d;]*)m")
TOP = b"\xfc\0\0" * 3 + b"\0\xfc\0"
BOTTOM = b"\0\0\0" * 2 + b"\0\0\xfc" * 2


def cells(drawn: str) -> list[tuple[str, str]]:
    """The two colours of each cell, as a terminal understands them."""
    upper = lower = ""
    found = []
    for codes, text in re.findall(r"\x1b\[([\d;]*)m([^\x1b]*)", drawn):
        parts = codes.split(";")
        while parts and parts[0] in ("38", "48"):
            count = 5 if parts[1] == "2" else 3
            color = ";".join(parts[2:count])
            upper, lower = (color, lower) if parts[0] == "38" else (upper, color)
            parts = parts[count:]
        found += [(upper, lower)] * len(text)
    return found


def test_the_colours_of_each_cell_are_those_of_its_pixels() -> None:
    assert cells(true_color(TOP, BOTTOM)) == [
        ("255;0;0", "0;0;0"),
        ("255;0;0", "0;0;0"),
        ("255;0;0", "0;0;255"),
        ("0;255;0", "0;0;255"),
    ]


def test_cells_that_are_alike_share_a_sequence() -> None:
    drawn = true_color(b"\x40" * 300, b"\x80" * 300)
    assert drawn.count("▀") == 100
    assert len(SGR.findall(drawn)) == 2
    assert drawn.endswith("\x1b[0m")


def test_a_terminal_of_256_colours_gets_the_nearest() -> None:
    assert cells(of_256(b"\xff\0\0\x62\x60\x61", b"\0\0\xff\xd7\xff\xff")) == [
        ("196", "21"),
        ("241", "195"),
    ]


@pytest.mark.parametrize("cuts", [[1, 4], [2, 3, 4], [4]])
def test_a_line_that_is_cut_keeps_its_colours(cuts: list[int]) -> None:
    console = Console(color_system="truecolor")
    whole = PictureStrip(TOP, BOTTOM)
    pieces = whole.divide(cuts)
    assert [piece.cell_length for piece in pieces] == [b - a for a, b in zip([0, *cuts], cuts)]  # noqa: B905
    drawn = "".join(piece.render(console) for piece in pieces)
    assert cells(drawn) == cells(whole.render(console))


def test_a_line_of_own_graphics_is_drawn_whole_or_in_half_blocks() -> None:
    console = Console(color_system="truecolor")
    line = PictureStrip(TOP, BOTTOM, "SIXEL")
    assert line.crop(0, 4).render(console) == "SIXEL"
    assert cells(line.crop(1, 3).render(console)) == cells(true_color(TOP[3:9], BOTTOM[3:9]))


def test_a_line_becomes_segments_where_something_asks_for_them() -> None:
    line = PictureStrip(TOP, BOTTOM)
    assert line.text == "▀▀▀▀"
    styles = [(segment.text, str(segment.style)) for segment in line]
    assert styles == [
        ("▀▀", "#fc0000 on #000000"),
        ("▀", "#fc0000 on #0000fc"),
        ("▀", "#00fc00 on #0000fc"),
    ]
    assert line.apply_filter(ContrastFilter(), Color(0, 0, 0)) is line


def test_an_odd_last_row_is_a_whole_line() -> None:
    assert half_block_lines(Picture(1, 3, b"aaabbbccc")) == [(b"aaa", b"bbb"), (b"ccc", b"ccc")]


def test_a_large_picture_is_sampled_into_cells() -> None:
    small = sampled(Picture(4, 4, b"".join(bytes([n]) * 3 for n in range(16))), (2, 1))
    assert (small.width, small.height) == (2, 2)
    assert small.rgb[::3] == bytes([0, 2, 8, 10])
