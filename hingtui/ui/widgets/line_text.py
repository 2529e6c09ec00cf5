"""A text of which only the changed lines are drawn again."""

from __future__ import annotations

from itertools import zip_longest
from typing import Self

from rich.text import Text
from textual.geometry import Region
from textual.widgets import Static

from hingtui.ui.widgets.same_text import same_text


class LineText(Static):
    """A text whose lines end only at its line breaks: none is wrapped."""

    _changed: tuple[Region, ...] = ()
    """The lines to draw while the text is replaced by one of the same size."""

    def show(self, text: Text, *, layout: bool) -> None:
        """Show another text; without `layout` its size is that of the one before."""
        before = self.content
        if not layout and isinstance(before, Text):
            lines = enumerate(zip_longest(_lines(before), _lines(text)))
            changed = (y for y, (old, new) in lines if not same_text(old, new))
            self._changed = tuple(Region(0, y, self.size.width, 1) for y in changed)
        try:
            self.update(text, layout=layout)
        finally:
            self._changed = ()

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """As Textual's, which draws the whole widget where no region is named."""
        regions = regions or self._changed
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def _lines(text: Text) -> list[Text]:
    return list(text.split("\n", allow_blank=True))
