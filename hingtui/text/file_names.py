"""Make text harmless as a part of a file name on any system.

It reads no file system: whether a name is free is for `system.files`.
"""

from __future__ import annotations

import re
import sys
import unicodedata

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?= *(\.|$))", re.IGNORECASE)
"""The beginning of a name that means a device on Windows."""
NEVER = frozenset('<>:"/\\|?*')
"""Characters that some system allows in no name; control characters are the others."""
_KEPT = frozenset("-_.,+()'’&#@=~")
_SEPARATORS = " -_.,+~"
_REPEATED = re.compile(r"([ _.,+~-])\1+")
_EARLIEST_CUT = 0.6
"""The share of a text that is left at least where it is cut at a word."""


def harmless(text: str) -> str:
    """`text` on one line, with only what reads well in a name: letters, digits and a few signs."""
    text = unicodedata.normalize("NFC", text)
    kept = (char if _is_kept(char) else " " for char in text)
    return " ".join("".join(kept).split())


def tidy(stem: str) -> str:
    """A name without what empty fields leave: double separators, separators at its ends."""
    stem = _REPEATED.sub(r"\1", " ".join(stem.split()))
    stem = stem.strip(_SEPARATORS)
    return RESERVED.sub(r"\1_", stem, count=1) if RESERVED.match(stem) else stem


def byte_length(text: str) -> int:
    """Bytes of a name: file systems count in UTF-8, or in fewer bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut_at_word(text: str, characters: int, room: int | None = None) -> str:
    """The beginning of `text`, at most so many characters, and `room` bytes if that is given.

    It ends with a whole word, unless that would drop much of it. Chinese may end anywhere.
    """
    cut = text[: max(0, characters)]
    while room is not None and cut and byte_length(cut) > room:
        cut = cut[: -max(1, (byte_length(cut) - room) // 4)]
    if len(cut) == len(text):
        return text
    while cut and unicodedata.category(text[len(cut)]).startswith("M"):
        cut = cut[:-1]  # a letter does not lose the marks on it
    end = cut.rfind(" ")
    is_inside_word = _is_spaced(cut[-1:]) and _is_spaced(text[len(cut) : len(cut) + 1])
    if is_inside_word and end >= _EARLIEST_CUT * len(cut):
        cut = cut[:end]
    return cut.rstrip(_SEPARATORS)


def encodable(stem: str, encoding: str = "") -> str:
    """`stem` with `_` for what this system cannot write into a name."""
    encoding = encoding or sys.getfilesystemencoding()
    return stem.encode(encoding, "replace").decode(encoding).replace("?", "_")


def _is_kept(char: str) -> bool:
    return char in _KEPT or char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")


def _is_spaced(char: str) -> bool:
    """Whether it belongs to a script that puts spaces between words."""
    return char.isalnum() and not "\u2e80" <= char <= "\ud7a3" and char < "\U00020000"
