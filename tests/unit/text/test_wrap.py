"""Lines are broken by cells, at blanks in Latin and by the rules of typesetting in Chinese."""

from __future__ import annotations

import pytest

from hingtui.text.cell_width import cells
from hingtui.text.wrap import wrapped


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ("", 10, ("",)),
        ("a paper boat", 12, ("a paper boat",)),
        ("a paper boat", 11, ("a paper", "boat")),
        ("a  paper", 2, ("a", "pa", "pe", "r")),
        ("  indented line", 10, ("  indented", "line")),
        ("北极光在雪山上空", 7, ("北极光", "在雪山", "上空")),
        ("北极光，在雪山", 6, ("北极", "光，在", "雪山")),
        ("光（在雪山）舞", 4, ("光", "（在", "雪", "山）", "舞")),
        ("模型veo-3.1生成", 8, ("模型", "veo-3.1", "生成")),
        ("ab" * 6, 5, ("ababa", "babab", "ab")),
        ("表" * 3, 1, ("表", "表", "表")),
        ("e\u0301" * 3, 2, ("é" * 2, "é")),
    ],
)
def test_a_line_is_broken(line: str, width: int, lines: tuple[str, ...]) -> None:
    assert wrapped(line, width) == lines


@pytest.mark.parametrize("width", [2, 3, 7, 20, 61])
def test_no_line_is_wider_and_nothing_is_lost(width: int) -> None:
    line = "一只 paper boat，过“水坑”！！！！！ (at dusk) — " * 40
    lines = wrapped(line, width)
    assert max(map(cells, lines)) <= width
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")
