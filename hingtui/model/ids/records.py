"""Read text that looks like data but is not JSON.

These are reprs of Python objects, dicts, JavaScript's console output, Go's and Java's ways, and
JSON that was cut. Everything is read in one pass, whatever is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hingtui.model.ids.values import POSITIONAL

_DEEPEST = 200
"""Brackets inside each other; deeper ones only count as closed or open."""

_QUOTED = r"[rbu]{0,2}(?:\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|`(?:[^`\\\n]|\\.)*+`?)"
_TOKEN = re.compile(
    r"(?P<blank>[^\S\n]+)"
    r"|(?P<key>(?:\"[\w$.@ -]{1,60}\"|'[\w$.@ -]{1,60}'|:?[A-Za-z_$@][\w$.-]{0,60})"
    r"(?:\s{0,20}:(?![/:])\s{0,3}|[ \t]{1,20}=>?[ \t]+|\s{0,3}=>\s{0,3}|=(?![=,;)\]}\s])))"
    r"|(?P<quoted>" + _QUOTED + r")"
    r"|(?P<open>(?:[A-Za-z_][\w.]{0,80})?[({\[])"
    r"|(?P<close>[)}\]])"
    r"|(?P<end>[,;\n])"
    r"|(?P<word>[^\s,;(){}\[\]\"`]+)"
    r"|(?P<other>.)"
)


@dataclass(slots=True)
class _Frame:
    """One pair of brackets that is open."""

    is_call: bool
    records: list[dict[str, object]] = field(default_factory=list)
    """Its members; a key that comes again begins another record."""
    words: list[object] = field(default_factory=list)
    key: str | None = None
    is_in_value: bool = False

    def begin(self, key: str) -> None:
        if not self.records or key in self.records[-1]:
            self.records.append({})
        self.key = key
        self.is_in_value = False

    def put(self, value: object) -> None:
        """Take a value: that of the key before it, the rest of such a value, or a word alone."""
        if self.key is not None:
            self.records[-1][self.key] = value
            self.key = None
            self.is_in_value = True
        elif not self.is_in_value:
            self.words.append(value)

    def separate(self, *, is_line_end: bool) -> None:
        if not (is_line_end and self.key is not None):
            self.key = None
            self.is_in_value = False

    def value(self) -> object:
        """What stood in the brackets, as JSON would hold it."""
        if not self.records:
            if self.is_call and len(self.words) == 1:
                return self.words[0]  # UUID('…')
            return self.words
        if self.words:
            self.records[0].setdefault(POSITIONAL, self.words)
        return self.records[0] if len(self.records) == 1 else self.records


def read_record(text: str, start: int) -> tuple[object, int]:
    """The data that begins with the bracket at or behind `start`, and where it ends."""
    frames: list[_Frame] = []
    too_deep = 0
    position = start
    while match := _TOKEN.match(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "blank":
            continue
        if kind == "open":
            if len(frames) >= _DEEPEST:
                too_deep += 1
            else:
                frames.append(_Frame(is_call=match[0][-1] == "(" and len(match[0]) > 1))
        elif kind == "close":
            if too_deep:
                too_deep -= 1
                continue
            value = frames.pop().value()
            if not frames:
                return value, position
            frames[-1].put(value)
        else:
            _take(frames[-1], kind, match[0])
    return _closed(frames), position


def _take(frame: _Frame, kind: str | None, text: str) -> None:
    if kind == "key":
        frame.begin(re.sub(r"[\s\"':=>]", "", text))
    elif kind == "quoted":
        frame.put(_unquoted(text))
    elif kind == "word":
        frame.put(text)
    elif kind == "end":
        frame.separate(is_line_end=text == "\n")


def _closed(frames: list[_Frame]) -> object:
    """The value where the text ended before its brackets did."""
    while True:
        value = frames.pop().value()
        if not frames:
            return value
        frames[-1].put(value)


def _unquoted(text: str) -> str:
    text = text.lstrip("rbu")
    return text[1:].removesuffix(text[0])
