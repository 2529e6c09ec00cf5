"""The box of a dialog that holds a list between a title and a hint."""

from __future__ import annotations

from textual.containers import Vertical
from textual.geometry import Size


class ListBox(Vertical):
    """As high as all of it, up to the screen's height; the child `.list` alone scrolls then."""

    DEFAULT_CSS = """
    ListBox {
        .title { dock: top; }
        .list { height: auto; max-height: 100%; }
        .hint { dock: bottom; }
    }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's names
        """The lines of all children: a docked one alone would make it as high as the screen."""
        children = self.arrange(Size(width, container.height)).placements
        return sum(at.region.height + at.widget.styles.margin.height for at in children)
