"""Choose the ids in decoded data: the video's own, not the request's or the database's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hingtui.model.ids import fields, shapes
from hingtui.text.clean import clean_line

_HOLDERS = ("data", "output", "result", "video", "task", "response")
"""Members of an envelope that hold the video."""
_OF_A_VIDEO = frozenset({"status", "state", "taskstatus", "progress", "object", "videourl"})
_STRINGS = frozenset({"videos", "data"})
"""Lists whose strings may be ids, judged by their shape."""

POSITIONAL = ""
"""The key under which a record keeps its words without a key."""


@dataclass(frozen=True, slots=True)
class _Fallback:
    """A request's id: the video's if nothing below the same envelope has one."""

    word: str
    found_before: int


@dataclass(frozen=True, slots=True)
class _Words:
    """Strings to be judged: by their shape, or loosely where a name calls them ids."""

    text: str
    are_ids: bool = False


Judged = tuple[str, bool]
"""A word and whether it is an id."""


def ids_in_value(value: object) -> Iterator[Judged | str]:
    """Every word of a decoded value that is called an id, judged; and plain text yet to be read.

    What is inside a video that has an id is that video's affair: it is left out.
    """
    waiting: list[object] = [_Words(value) if isinstance(value, str) else value]
    found = 0
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            known = {fields.plain(str(key)): inner for key, inner in current.items()}
            if word := _own_id(known):
                found += 1
                yield judged(word)
                continue
            if word := _request_id(known):
                waiting.append(_Fallback(word, found))
            waiting += reversed(_inner(current))
        elif isinstance(current, list):
            waiting += reversed(_spoken(current))
        elif isinstance(current, _Fallback):
            if current.found_before == found:
                found += 1
                yield judged(current.word)
        elif isinstance(current, _Words):
            found += 1
            if current.are_ids and shapes.is_named_id(word := clean_line(current.text, 2000)):
                yield word, True
            else:
                yield current.text


def judged(word: str) -> Judged:
    """A word that a field calls an id; of a token only the beginning is repeated."""
    if shapes.is_token(word):
        return f"{word[:3]}…", False
    return word, shapes.is_named_id(word)


def id_text(value: object) -> str:
    """The value of an id field as text; "" where it can be none."""
    if isinstance(value, str):
        word = clean_line(value, 2000)
        return "" if word.lower() in ("none", "null", "") else word
    if isinstance(value, int) and not isinstance(value, bool) and 99 < value < 10**40:
        return str(value)
    return ""


def _own_id(known: dict[str, object]) -> str:
    """The id of the video that this object is; "" for a list, an envelope or anything else."""
    if known.get("object") == "list" or _is_envelope(known):
        return ""
    ranked = sorted((n for n in known if fields.is_id_field(n)), key=fields.rank)
    words = [word for name in ranked if (word := id_text(known[name]))]
    if words:
        # Beside a task's id a number is the row of the database.
        return next((word for word in words if not word.isdigit()), words[0])
    for name in known:
        if fields.is_name_field(name) and shapes.OPERATION.fullmatch(word := id_text(known[name])):
            return word
    return ""


def _request_id(known: dict[str, object]) -> str:
    """The id of the request, unless that failed: then there is no video."""
    has_failed = bool(known.get("error")) and not (known.keys() & {"status", "state"})
    return "" if has_failed else id_text(known.get("requestid"))


def _is_envelope(known: dict[str, object]) -> bool:
    """Whether an object with an id of its own only wraps the video."""
    if known.keys() & _OF_A_VIDEO:
        return False
    for name in _HOLDERS:
        inner = known.get(name)
        if isinstance(inner, list) and inner:
            inner = inner[0]
        if isinstance(inner, dict):
            names = {fields.plain(str(key)) for key in inner}
            if names & _OF_A_VIDEO and any(map(fields.is_id_field, names)):
                return True
    return False


def _inner(current: dict[object, object]) -> list[object]:
    """The members of an object in which ids may be."""
    kept: list[object] = []
    for key, inner in current.items():
        name = fields.plain(str(key))
        if key == POSITIONAL and isinstance(inner, list):
            kept += _spoken(inner)
        elif isinstance(inner, dict):
            kept.append(inner)
        elif isinstance(inner, list):
            kept += _members(inner, name)
    return kept


def _members(items: list[object], name: str) -> list[object]:
    if fields.is_list_of_ids(name):
        return [_Words(i, are_ids=True) if isinstance(i, str) else i for i in items]
    if name in _STRINGS:
        return _spoken(items)
    return [i for i in items if isinstance(i, dict | list)]


def _spoken(items: list[object]) -> list[object]:
    """The items, strings that stand side by side as lines of one text: reading it is faster."""
    kept: list[object] = []
    lines: list[str] = []
    for item in items:
        if isinstance(item, str):
            lines.append(item)
            continue
        if lines:
            kept.append(_Words("\n".join(lines)))
            lines = []
        kept.append(item)
    return [*kept, _Words("\n".join(lines))] if lines else kept
