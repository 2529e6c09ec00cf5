"""Clean text from outside, and write sizes, durations and times for people.

Cleaning happens once, where text enters the program. It removes everything that controls a
terminal or hides: C0, C1, escapes, bidi controls, invisible characters, lone surrogates.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import cache

LINE_LIMIT = 500
"""Characters kept of a one-line field (model, code, size, status word)."""
BLOCK_LIMIT = 20_000
"""Characters kept of a text that may have many lines (prompt, error message)."""

_MARKS_IN_A_ROW = 6
"""Combining marks kept on one character: more of them would cover the lines above and below."""

HIDDEN = re.compile(
    "["
    "\x00-\x09\x0b-\x1f\x7f-\x9f"  # C0 except \n, DEL, C1
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # signs that span digits
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # hidden or of zero width
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, marks, line ends, bidi controls
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"  # fillers, variation selectors, BOM
    "\ud800-\udfff"  # lone surrogates
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3"  # controls of hieroglyphs and shorthand
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # hidden music controls, tags
    "]"
)
"""Every character that controls a terminal or is invisible, except the line end."""
_MAY_BE_TOWER = re.compile(
    rf"(?:[^\w\s\x00-\x7f]|[\u1160-\u11ff\ud7b0-\ud7fb]){{{_MARKS_IN_A_ROW + 1},}}"
)
"""Candidates for too many marks: to Python no mark is a letter, except inner parts of Hangul."""
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_BLANKS = re.compile(r"\s+")


def clean_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """`text` as harmless lines separated by `\\n`, at most `limit` characters."""
    cut = text[: limit * 2]  # more is never kept, whatever is removed
    cut = _LINE_ENDS.sub("\n", cut).replace("\t", " ")
    cut = HIDDEN.sub("", cut)
    if not cut.isascii() and _may_be_marks().search(cut):
        cut = _MAY_BE_TOWER.sub(_lowered, cut)
    return cut[:limit].strip()


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """`text` as one harmless line: blanks and line ends folded into single spaces."""
    return one_line(clean_block(text, limit))


def one_line(block: str) -> str:
    """A cleaned block on one line."""
    return _BLANKS.sub(" ", block).strip()


@cache
def _may_be_marks() -> re.Pattern[str]:
    """Characters outside plain Latin, Chinese and Hangul: among them may be combining marks.

    Compiled when first used: `re` takes milliseconds for ranges as long as these.
    """
    return re.compile("[^\x00-\u02ff\u3001-\u3029\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]")


def _lowered(tower: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in tower[0]:
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)


def _is_mark(char: str) -> bool:
    """Whether it combines with the character before it, as inner parts of Hangul and tones do."""
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7fb"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def human_bytes(count: float) -> str:
    """`count` bytes as a short figure in powers of 1000: `812 B`, `1.2 MB`, `34 MB`."""
    if count < 1000:
        return f"{int(count)} B"
    count, unit = min(count, 1e21), "B"  # servers claim absurd sizes
    for bigger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if count < 999.5:
            break
        count, unit = count / 1000, bigger
    return f"{count:.1f} {unit}" if count < 9.95 else f"{count:.0f} {unit}"


def human_duration(seconds: float) -> str:
    """`seconds` as a clock: `0:07`, `12:30`, `1:02:03`, and in days past that: `3d 4h`."""
    whole = int(min(max(0.0, seconds), 1e12))
    minutes, secs = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}:{minutes:02}:{secs:02}"
    return f"{minutes}:{secs:02}"


def human_estimate(seconds: float) -> str:
    """An estimated duration: in steps of 10 s, of 5 s below a minute.

    It is not exact to the second, and rows that change less are easier to read.
    """
    return human_duration(-(-seconds // 5) * 5 if seconds < 60 else seconds // 10 * 10)


def time_of_day(moment: float) -> str:
    """A moment in Unix seconds as this machine's local `14:03:07`."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")


def date_and_time(moment: float) -> str:
    """A moment in Unix seconds as this machine's local `2025-11-10 14:03:07`."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def day(moment: float) -> str:
    """A moment in Unix seconds as this machine's local date: `2025-11-10`."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d")
