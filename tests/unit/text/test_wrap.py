"""Lines are broken at blanks and between wide characters, and hold all that was in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hingtui.text.cell_width import wrap

TEXT = st.text(alphabet="ab c，。只读不（）写hing tui")


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ("", 9, [""]),
        ("one two three", 9, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("hingtui 只读不写", 12, ["hingtui 只读", "不写"]),
        ("任何按键，都不会", 9, ["任何按", "键，都不", "会"]),
    ],
)
def test_a_line_is_broken_where_a_reader_expects_it(
    line: str, width: int, lines: list[str]
) -> None:
    assert wrap(line, width) == lines


@given(TEXT, st.integers(2, 30))
def test_no_line_is_too_long_and_nothing_is_lost(line: str, width: int) -> None:
    lines = wrap(line, width)
    assert max(map(cell_len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(line.split())
