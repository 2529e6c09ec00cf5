"""Remove control characters from every line just before it is drawn.

Text is cleaned where it enters the program. This is for what enters by no door of ours: a paste
into one of Textual's own inputs, or a mistake.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)
"""Controls, what turns the direction of text, and what no terminal can be sent."""


class LastLook(LineFilter):
    """Takes out of each line what a terminal would obey."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments, where there is nothing to take out."""
        if not any(_OBEYED.search(segment.text) for segment in segments):
            return segments
        return [segment if segment.control else _without(segment) for segment in segments]


def _without(segment: Segment) -> Segment:
    """As wide as before, so that the line stays whole."""
    text = _OBEYED.sub(lambda found: " " * cell_len(found[0]), segment.text)
    return Segment(text, segment.style)
