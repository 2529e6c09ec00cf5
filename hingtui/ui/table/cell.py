"""What stands in one cell."""

from __future__ import annotations

from rich.style import Style

from hingtui.text.cell_width import fit

Cell = tuple[tuple[str, Style], ...]
"""What stands in a cell: pieces of text, each with its style. Cheap to make and to compare."""


def text_cell(line: str, style: Style, width: int) -> Cell:
    """One line in one style, cut to `width` cells."""
    return ((fit(line, width), style),)
