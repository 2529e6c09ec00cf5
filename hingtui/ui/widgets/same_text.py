"""Whether two texts look the same, so that a widget is repainted only when it changes."""

from __future__ import annotations

from rich.text import Text


def same_text(one: Text | None, other: Text | None) -> bool:
    """Compare styles too: Rich compares the characters only."""
    if one is None or other is None:
        return one is other
    return one == other and one.spans == other.spans and one.style == other.style
