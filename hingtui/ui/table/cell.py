"""What stands in one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.style import Style

from hingtui.text.cell_width import fit

Cell = tuple[tuple[str, Style], ...]
"""What stands in a cell: pieces of text, each with its style. Cheap to make and to compare."""

JOINED: Cell = (("", Style.null()),)
"""Marks a cell whose room the cell before it uses; recognized by identity."""


def text_cell(line: str, style: Style, width: int) -> Cell:
    """One line in one style, cut to `width` cells."""
    return ((fit(line, width), style),)


def number_cell(line: str, style: Style, width: int) -> Cell:
    """One line in one style, at the right of `width` cells: figures stay below figures."""
    line = fit(line, width)
    return ((" " * (width - cell_len(line)) + line, style),)


def highlight(cell: Cell, words: tuple[str, ...], style: Style) -> Cell:
    """The cell with these words, in any case, in `style` as well."""
    if not words or cell is JOINED:
        return cell
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    return tuple(piece for text, own in cell for piece in _pieces(text, own, pattern, style))


def _pieces(
    text: str, own: Style, pattern: re.Pattern[str], style: Style
) -> Iterator[tuple[str, Style]]:
    at = 0
    for match in pattern.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], own
        yield match[0], own + style
        at = match.end()
    if at < len(text):
        yield text[at:], own
