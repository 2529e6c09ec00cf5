"""Keep toasts away from the row under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.css.query import NoMatches
from textual.geometry import Region, Spacing
from textual.widgets._toast import ToastRack

from hingtui.ui.screens.layout import DashboardLayout

if TYPE_CHECKING:
    from hingtui.ui.toasts import ToastApp


class DashboardToasts(DashboardLayout):
    """The main screen, whose toasts move out of the cursor's way."""

    def on_mount(self) -> None:
        """Look again whenever the cursor's row or anything else may have moved."""
        self.screen_layout_refresh_signal.subscribe(self, lambda _screen: self.place_toasts())
        self.watch(self._table, "cursor_coordinate", self.place_toasts, init=False)
        self.watch(self._table, "scroll_y", self.place_toasts, init=False)

    def place_toasts(self) -> None:
        """Keep toasts away from the cursor's row and from what lies beneath the table."""
        try:
            rack = self.get_child_by_type(ToastRack)
            free_from = self._bottom_of_toasts()
        except NoMatches:
            return  # too early, or too late
        toasts = cast("ToastApp", self.app).toast_size()
        lines = lines_beneath_toasts(self._cursor_region(), toasts, self.region, free_from)
        margin = Spacing(0, 0, lines, 0)
        if toasts[1] and rack.styles.margin != margin:
            rack.styles.margin = margin

    def _bottom_of_toasts(self) -> int:
        """The first line that toasts leave free: of the details' keys, else of what is below."""
        for keys in self.query("#detail-keys"):
            if keys.region:
                return keys.region.y
        return self.query_one("#body").region.bottom

    def _cursor_region(self) -> Region | None:
        """Where the cursor's row is on the screen; None if it is out of sight."""
        table = self._table
        at = table.cursor_row
        if not table.display or not table.order or not table.is_visible_row(at):
            return None
        y = table.region.y + table.header_height + at - int(table.scroll_offset.y)
        return Region(table.region.x, y, table.region.width, 1)


def lines_beneath_toasts(
    cursor: Region | None, toasts: tuple[int, int], screen: Region, free_from: int
) -> int:
    """How many lines of the screen stay free beneath the toasts at its lower right.

    `cursor` is the row under the cursor, as far as it can be seen; `toasts` the width of the widest
    and their number; `free_from` the first line of what lies beneath the table, which they must
    not cover either.
    """
    width, count = toasts
    lowest = max(0, screen.bottom - free_from)
    if cursor is None or not count:
        return lowest
    covered = range(free_from - count, free_from)
    if cursor.y not in covered or screen.right - width >= cursor.right:
        return lowest
    above = screen.bottom - cursor.y
    return above if cursor.y - count > 0 else lowest
