"""Break a line into lines of at most so many terminal cells: Latin at blanks, Chinese anywhere.

The usual rules of Chinese typesetting hold: no line begins with a closing mark or ends with an
opening one. Must import `rich` only through `cell_width`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from hingtui.text.cell_width import cells, steady

_NOT_FIRST = frozenset("，。、；：！？）》」』】〉〕］｝”’…—·～,.;:!?)]}%％")
"""Marks that no line begins with."""
_NOT_LAST = frozenset("（《「『【〈〔［｛“‘([{")
"""Marks that no line ends with."""
_WIDE = (
    "\u2e80-\u303e\u3041-\u33ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6"
)


@cache
def _piece() -> re.Pattern[str]:
    """A wide character, a word, or blanks. Compiled when first used: that takes milliseconds."""
    return re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")


def in_a_row(sentences: Iterable[str]) -> str:
    """The sentences with a blank between them; a Chinese full stop needs none behind it."""
    text = ""
    for sentence in sentences:
        gap = "" if not text or text[-1] in "。！？；" else " "
        text += gap + sentence
    return text


@lru_cache(maxsize=128)
def wrapped(line: str, width: int) -> tuple[str, ...]:
    """`line` in lines of at most `width` cells (at least 2), without blanks at their ends."""
    width = max(2, width)
    lines: list[str] = []
    taken, room = "", width
    for piece in _glued(steady(line)):
        if piece.isspace():
            if not taken and lines:
                continue
        elif cells(piece) > room:
            if taken.strip():
                lines.append(taken.rstrip())
            *whole, piece = _folded(piece, width)
            lines += whole
            taken, room = "", width
        taken += piece
        room -= cells(piece)
    if taken.strip() or not lines:
        lines.append(taken.rstrip())
    return tuple(lines)


def _glued(line: str) -> Iterator[str]:
    """The pieces of a line between which it may be broken."""
    held = ""
    for found in _piece().finditer(line):
        piece = found[0]
        is_tied = piece[0] in _NOT_FIRST or held[-1:] in _NOT_LAST or not cells(piece)
        if held and (not is_tied or piece.isspace() or held.isspace()):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _folded(piece: str, width: int) -> list[str]:
    """A piece without a place to break it, in lines of `width` cells."""
    lines = [""]
    room = width
    for char in piece:
        needed = cells(char)
        if needed > room:
            lines.append("")
            room = width
        lines[-1] += char
        room -= needed
    return lines
