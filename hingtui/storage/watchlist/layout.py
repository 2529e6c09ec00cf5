"""Format and parse the text of watchlist.toml: a head, and one chunk for each video.

It reads no file, and does not repair damaged text.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable

from hingtui.storage.watchlist.entry import Entry, parse_entry

FORMAT = 2
"""The version of the file that is written here. In version 1 no video names its gateway."""

_TABLE = re.compile(r"^\[\[videos\]\][ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(r'(\w+) = (".*"|[0-9][0-9.e+]*)')


class Damaged(Exception):
    """The bytes are not a complete watchlist."""


def split(data: bytes) -> tuple[dict[str, object], list[str]]:
    """Split the file into its head and the text of each video. Raises Damaged."""
    try:
        head, *chunks = _TABLE.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Damaged from error
    return _table(head), [chunk.strip() for chunk in chunks]


def pieces(data: bytes) -> list[str]:
    """The text of each video in a file that may be damaged anywhere."""
    text = data.decode("utf-8-sig", "replace")
    return [chunk.strip() for chunk in _TABLE.split(text)[1:]]


def joined(chunks: Iterable[str], count: int) -> bytes:
    """The whole file with `count` videos."""
    import tomli_w  # not for the first picture

    head = tomli_w.dumps({"format": FORMAT, "count": count})
    return "".join((head, *(f"\n[[videos]]\n{chunk}\n" for chunk in chunks))).encode()


def chunk_of(entry: Entry) -> str:
    """The text of one video, which follows `[[videos]]`."""
    import tomli_w  # not for the first picture

    return tomli_w.dumps({"videos": entry.as_table()}).partition("\n")[2].strip()


def entry_of(chunk: str) -> Entry:
    """Parse the text of one video. Raises Damaged."""
    table = _quick_table(chunk)
    if table is None:
        tables = _table(f"[[videos]]\n{chunk}\n")["videos"]
        table = tables[0] if isinstance(tables, list) else None
    entry = parse_entry(table)
    if entry is None:
        raise Damaged
    return entry


def _table(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Damaged from error


def _quick_table(chunk: str) -> dict[str, object] | None:
    """What tomllib would read from text that `chunk_of` wrote, in a fifth of the time.

    There, strings look as in JSON. None for any other text.
    """
    table: list[str] = []
    video: list[str] = []
    error: list[str] = []
    current = table
    for line in chunk.split("\n"):
        if match := _LINE.fullmatch(line):
            current.append(f'"{match[1]}":{match[2]}')
        elif line == "[videos.video]":
            current = video
        elif line == "[videos.video.error]":
            current = error
        elif line:
            return None
    if error:
        video.append(f'"error":{{{",".join(error)}}}')
    if video:
        table.append(f'"video":{{{",".join(video)}}}')
    try:
        read: dict[str, object] = json.loads(f"{{{','.join(table)}}}")
    except ValueError:
        return None
    return read
