"""Keep double-width characters whole where a toast lies over the border of two widgets.

Textual 8.2.8 cuts what is in front at the edges of everything beneath it, and a wide character that
such a cut would halve becomes two blanks (https://github.com/Textualize/textual/issues/6357).
And it repaints exactly the cells that changed: of a wide character over whose second half a dialog
grows, the first half stays on the screen (not reported upstream). To repaint two lines, it renders
every widget between them, the lines of each that did not change, and what others cover (not
reported upstream).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar, cast

from rich.cells import cell_len
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

T = TypeVar("T")

_SIDES = (0, 1, 0, 1)
"""Cells above, to the right, below and to the left."""
_TAKEN = Strip([], 0)
"""Stands where the piece before it goes on; nothing that lies beneath is drawn there."""


class WideCompositor(Compositor):
    """Cuts a widget's line only where another widget covers it, or where no character is halved.

    What has changed is repainted with one cell more on either side, so that nothing stays of a
    character that is halved now.
    """

    _changed: Sequence[Region] | None = None
    """What is being repainted; None: the whole screen."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """As Textual's, one cell wider on either side."""
        self._dirty_regions = {region.grow(_SIDES) for region in self._dirty_regions}
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = None

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """As Textual's; of each widget only what has changed and is not covered is rendered."""
        cuts = self.cuts
        lines: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        for widget, (region, clip) in self.visible_widgets.items():  # the front ones first
            area = region.intersection(clip)
            left, right = area.column_span
            seen = {
                y
                for y in self._changed_lines(area, crop)
                if is_rendered_line(y)
                and any(piece is None and left <= cut < right for cut, piece in lines[y].items())
            }
            if not seen:
                continue
            part = Region(area.x, min(seen), area.width, max(seen) + 1 - min(seen))
            strips = widget.render_lines(part.translate(-region.offset))
            for y, strip in zip(part.line_range, strips, strict=False):
                if y in seen:
                    within = [cut for cut in cuts[y] if left <= cut <= right]
                    _lay(strip, within, lines[y])
        return cast("Sequence[Mapping[int, Strip]]", lines)

    def _changed_lines(self, area: Region, crop: Region) -> range:
        """The lines of `area` from the first to the last one that has changed."""
        changed = [one for one in self._changed or (crop,) if one.overlaps(area)]
        if not changed:
            return range(0)
        top = min(one.y for one in changed)
        bottom = max(one.bottom for one in changed)
        return range(max(area.y, top), min(area.bottom, bottom))


def _lay(strip: Strip, cuts: list[int], line: dict[int, Strip | None]) -> None:
    """Put the pieces of a strip, which begins at the first cut, where nothing lies yet."""
    joined: set[int] = set()
    if len(cuts) > 2 and (halved := _halved(strip)):
        joined = {
            cut
            for before, cut in pairwise(cuts[:-1])
            if cut - cuts[0] in halved and line[before] is None and line[cut] is None
        }
    kept = [cut for cut in cuts if cut not in joined]
    pieces = strip.divide([cut - cuts[0] for cut in kept[1:]])
    for cut, piece in zip(kept, pieces, strict=False):
        if line[cut] is None:
            line[cut] = piece
    for cut in joined:
        line[cut] = _TAKEN


def _halved(strip: Strip) -> set[int]:
    """The cells of a strip before which a cut would halve a wide character."""
    cells: set[int] = set()
    at = 0
    for text, _style, control in strip:
        if control or text.isascii():
            at += 0 if control else len(text)
            continue
        for char in text:
            width = cell_len(char)
            if width > 1:
                cells.add(at + 1)
            at += width
    return cells


def keep_wide_characters(screen: Screen[T]) -> None:
    """Let this screen, which is not shown yet, draw with a `WideCompositor`."""
    screen._compositor = WideCompositor()
