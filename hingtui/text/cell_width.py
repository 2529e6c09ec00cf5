"""Fit text into a number of terminal cells, with characters that all terminals measure alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from rich.cells import cell_len, set_cell_size

from hingtui.text.clean import clean_line

_NAME_LIMIT = 4000
"""The most characters of a name that are shown."""
_TYPED_CELLS = 60
"""Cells in which a sentence repeats what was typed."""

_FIRST_FLAG, _LAST_FLAG = "\U0001f1e6", "\U0001f1ff"
_FIRST_TONE, _LAST_TONE = "\U0001f3fb", "\U0001f3ff"


def cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return cell_len(text)


def steady(line: str) -> str:
    """A cleaned line that all terminals draw equally wide, so that columns stay aligned.

    Terminals disagree on flags (2 or 4 cells), skin tones (0 or 2), decomposed Hangul, and
    characters newer than their tables. A flag becomes its two letters, a tone is removed, Hangul is
    composed, and an unknown character becomes `?`.
    """
    if line.isascii() or not _suspect().search(line):
        return line
    return "".join(map(_settled, unicodedata.normalize("NFC", line)))


@cache
def _suspect() -> re.Pattern[str]:
    """Characters outside the most usual scripts: each of them is checked.

    Compiled when first used: `re` takes milliseconds for ranges as long as these.
    """
    return re.compile(
        "[^ -~\xa1-\xac\xae-\u02ff\u0391-\u03c9\u0410-\u044f\u2010-\u2027\u2030-\u205e"
        "\u2190-\u21ff\u2500-\u25ff\u3000-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff"
        "\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60\uffe0-\uffe6]"
    )


@lru_cache(maxsize=4096)
def _settled(char: str) -> str:
    if _FIRST_FLAG <= char <= _LAST_FLAG:
        return chr(ord("A") + ord(char) - ord(_FIRST_FLAG))
    if _FIRST_TONE <= char <= _LAST_TONE:
        return ""
    if unicodedata.category(char) != "Cn":
        return char
    # Unknown to this Python. Rich's tables are newer: what is wide there is wide everywhere by now.
    return ("", "?", char)[cell_len(char)]


def legible(name: object) -> str:
    """A path, host or the like of the user's, cleaned to one line; `?` for undecodable bytes."""
    return steady(clean_line(str(name).encode("utf-8", "replace").decode(), _NAME_LIMIT))


def fit(line: str, width: int) -> str:
    """`line` in at most `width` cells, never cut in the middle of a wide character."""
    line = steady(line)
    if cell_len(line) <= width:
        return line
    if width <= 2:
        return set_cell_size(line, max(width, 0)).rstrip()
    return set_cell_size(line, width - 2).rstrip() + ".."


def cells_of(line: str) -> int:
    """The width of a line in cells."""
    return cell_len(line)


def padded(line: str, width: int) -> str:
    """`line` in exactly `width` cells: cut, or with blanks at its end."""
    line = fit(line, width)
    return line + " " * (width - cell_len(line))


def fit_middle(line: str, width: int) -> str:
    """`line` in at most `width` cells, cut in the middle: names often differ at their ends."""
    line = steady(line)
    if cell_len(line) <= width or width < 8:
        return fit(line, width)
    room = (width - 2) // 2
    start = len(line) - room
    while cell_len(line[start:]) > room or cell_len(line[start]) == 0:
        start += 1
    return set_cell_size(line, width - 2 - room).rstrip() + ".." + line[start:]


def repeated(typed: str) -> str:
    """What a person typed as a sentence repeats it: one line, cut in the middle where it is long.

    A whole log that was pasted by mistake can be recognised by both ends.
    """
    if len(typed) > 8 * _TYPED_CELLS:
        typed = typed[: 4 * _TYPED_CELLS] + typed[-4 * _TYPED_CELLS :]
    return fit_middle(legible(typed), _TYPED_CELLS)


def short_id(video_id: str, width: int) -> str:
    """`video_id` in at most `width` cells; a long one is cut to both ends and six digits of a hash.

    Ids of one gateway can share their first hundred and their last sixty characters. The hash is of
    the whole id, so that two long ids look different.
    """
    line = steady(video_id)
    if cell_len(line) <= width:
        return line
    import hashlib  # not for the first picture

    digest = "#" + hashlib.sha256(video_id.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    room = width - len(digest)
    return fit_middle(line, room) + digest if room > 2 else fit(digest, width)
