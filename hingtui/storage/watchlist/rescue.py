"""Read what can be read from a damaged watchlist, or from one that a person has edited by hand.

A line that is no TOML costs itself, not its video; and an id on a line of its own is a video that
was meant to be watched.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator

from hingtui.model.ids import find_ids
from hingtui.model.key import UNKNOWN_GATEWAY
from hingtui.storage.watchlist.entry import Entry
from hingtui.storage.watchlist.layout import Damaged, entry_of, pieces
from hingtui.text.decoding import decode_text

_ID = re.compile(
    r"\s*id\s*[=＝:：]\s*(?P<open>[\"'“‘]?)(?P<id>[^\s\"'“”‘’#]+)\s*(?P<close>[\"'”’]?)\s*(?:#.*)?",
    re.IGNORECASE,
)
"""The line of the id, in whatever quotes; cut off where only one of these is there."""
_LONGEST = 200
"""Characters of a line that is taken for an id."""
_MOST_LINES = 20_000
"""Lines that are looked at: nobody types more, and a damaged file may be full of them."""
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def rescued_entries(data: bytes, now: float) -> Iterator[Entry]:
    """The videos in `data`, in their order; what was added by hand counts as added `now`."""
    if b"\0" in data:
        data = decode_text(data).encode()  # saved as UTF-16 by an editor on Windows
    known: set[str] = set()
    stray: list[str] = data.decode("utf-8-sig", "replace").partition("[[videos]]")[0].splitlines()
    for piece in pieces(data):
        try:
            entry = entry_of(piece)
        except Damaged:
            kept, others = _sorted_out(piece)
            stray += others
            try:
                entry = entry_of(kept)
            except Damaged:
                continue
        known.add(entry.id)
        yield entry
    for line in dict.fromkeys(line.strip() for line in stray[:_MOST_LINES]):
        has_digit = any(char.isdigit() for char in line)  # the beginning of a key has none
        if line not in known and has_digit and _is_id(line):
            yield Entry(line, now, gateway=UNKNOWN_GATEWAY)


def _sorted_out(piece: str) -> tuple[str, list[str]]:
    """The lines of a video that are sound by themselves, each key once; and all other lines."""
    kept: list[str] = []
    others: list[str] = []
    met: set[str] = set()
    for line in piece.splitlines():
        if line.startswith("["):
            met = set()  # the keys of another table
        elif found := _ID.fullmatch(line):
            if bool(found["open"]) is not bool(found["close"]):
                continue
            if found["open"] or _is_id(found["id"]):
                line = f"id = {json.dumps(found['id'])}"
        key = _KEY.match(line)
        if not _is_sound(line):
            others.append(line)
        elif key is None or key[1] not in met:
            kept.append(line)
            met |= {key[1]} if key else set()
    return "\n".join(kept), others


def _is_id(word: str) -> bool:
    return len(word) <= _LONGEST and find_ids(word).ids == (word,)


def _is_sound(line: str) -> bool:
    try:
        tomllib.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
