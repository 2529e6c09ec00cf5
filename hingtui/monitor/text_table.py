"""A table of text that fits a width: whole columns leave, the least important first.

Cells are words with a role, which the screen colours and the command line ignores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hingtui.text.cell_width import cells_of, fit_middle, padded


class Role(Enum):
    """What a piece of text is, for its colour."""

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that looks alike."""

    text: str
    role: Role = Role.PLAIN


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    heading: str
    rank: int = 0
    """The highest leaves first where there is no room; 0 never does."""
    is_number: bool = True
    """Whether it is aligned on the right."""
    most: int = 99
    """Cells of the widest cell that is shown whole."""


def plain(line: Line) -> str:
    """A line as text alone."""
    return "".join(piece.text for piece in line).rstrip()


def text_table(
    columns: Sequence[Column], rows: Sequence[Sequence[Piece]], width: int, *, gap: int = 2
) -> list[Line]:
    """A heading and a line for each row, in at most `width` cells as far as that is possible."""
    heading = [Piece(column.heading, Role.MUTED) for column in columns]
    widths = [
        min(
            column.most,
            max(cells_of(line[at].text) for line in (heading, *rows)),
        )
        for at, column in enumerate(columns)
    ]
    shown = _shown(columns, widths, width, gap)
    return [
        tuple(
            Piece(
                (" " * gap if place else "") + _cell(line[at].text, widths[at], columns[at]), role
            )
            for place, at in enumerate(shown)
            for role in (line[at].role,)
        )
        for line in (heading, *rows)
    ]


def flowing(parts: Sequence[Line], width: int) -> list[Line]:
    """The parts with ` · ` between them, in lines of `width` cells; a part is never broken.

    All lines but the first begin with a blank.
    """
    lines: list[Line] = []
    for part in parts:
        longer = (*lines[-1], Piece(" · "), *part) if lines else part
        if not lines or sum(cells_of(piece.text) for piece in longer) <= width:
            lines[-1:] = [longer]
        else:
            lines.append((Piece(" "), *part))
    return lines


def _shown(columns: Sequence[Column], widths: Sequence[int], width: int, gap: int) -> list[int]:
    """The numbers of the columns for which there is room; one without any content needs none."""
    shown = [at for at, cells in enumerate(widths) if cells]
    while sum(widths[at] + gap for at in shown) - gap > width:
        leaving = max(shown, key=lambda at: columns[at].rank)
        if not columns[leaving].rank:
            break
        shown.remove(leaving)
    return shown


def _cell(text: str, width: int, column: Column) -> str:
    if column.is_number:
        return " " * (width - cells_of(text)) + text
    return padded(fit_middle(text, width), width)
