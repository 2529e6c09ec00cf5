"""Remove control characters from every line just before it is drawn.

hingtui cleans text where it enters the program. Textual 8.2.8 draws control characters as they are,
and its own inputs take them from a paste: this filter is for those, and for mistakes. Not reported
upstream, as far as a search of its issues shows.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)
"""Controls, characters that change the direction of text, and lone surrogates."""


class ControlCharFilter(LineFilter):
    """Replaces in each line what a terminal would obey."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments where there is nothing to replace."""
        if not any(_CONTROLS.search(segment.text) for segment in segments):
            return segments
        return [segment if segment.control else _without(segment) for segment in segments]


def _without(segment: Segment) -> Segment:
    """With blanks in place of the controls: the line keeps its width."""
    text = _CONTROLS.sub(lambda found: " " * cell_len(found[0]), segment.text)
    return Segment(text, segment.style)
