"""The words that a person has put on videos."""

from __future__ import annotations

from collections.abc import Iterable

from hingtui.text.clean import clean_line

MOST_TAGS = 20
"""Tags of one video."""
LONGEST_TAG = 40
"""Characters."""
_BETWEEN = " ,，、;；"


def parse_tags(text: str) -> tuple[str, ...]:
    """The tags in a text: words between blanks or commas, `#` before one does not count."""
    for sign in _BETWEEN:
        text = text.replace(sign, " ")
    words = (word.lstrip("#")[:LONGEST_TAG] for word in clean_line(text).split())
    return joined_tags((), words)


def joined_tags(tags: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """`tags` and those of `more` that are not among them, whatever their case."""
    found = {tag.casefold(): tag for tag in tags}
    for tag in more:
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[:MOST_TAGS]


def without_tags(tags: tuple[str, ...], gone: Iterable[str]) -> tuple[str, ...]:
    """`tags` without those of `gone`, whatever their case."""
    names = {tag.casefold() for tag in gone}
    return tuple(tag for tag in tags if tag.casefold() not in names)
