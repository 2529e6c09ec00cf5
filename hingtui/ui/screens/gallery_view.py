"""The gallery on the main screen, in place of the table: when it is shown, and its cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual import on

from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import Monitor, Row
from hingtui.text.i18n import ngettext
from hingtui.ui.messages import GalleryMoved, VideosChanged
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.screens.preview_actions import PreviewActions
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.theme.palette import Palette

if TYPE_CHECKING:
    from hingtui.ui.widgets.gallery import Gallery


def is_in_gallery(row: Row) -> bool:
    """Whether there is something to see, or will be as soon as it is saved."""
    return row.saved is not None or row.status is Status.READY


class GalleryView(PreviewActions):
    """The main screen with the gallery. Its cursor is the table's, so every command is the same."""

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(monitor, palette, context)
        self._bindings.key_to_bindings.pop("tab", None)  # Textual's own, which moves the focus

    @property
    def is_gallery_open(self) -> bool:
        """Whether the posters are shown, not the table."""
        return self.query_one("#body").has_class("-gallery")

    def action_gallery(self) -> None:
        """Show the gallery, or the table again."""
        if self.focused not in (self._table, self._gallery):  # the filter's input
            self._focus_videos()
            return
        is_open = not self.is_gallery_open
        body = self.query_one("#body")
        if is_open and self._gallery is None:
            from hingtui.ui.widgets.gallery import Gallery

            body.mount(Gallery(self._render_context), after=self._table)
        body.set_class(is_open, "-gallery")
        if is_open:
            self._update_gallery()
        self.call_after_refresh(self._focus_videos)  # shown and hidden only then

    def _focus_videos(self) -> None:
        gallery = self._gallery if self.is_gallery_open else None
        self.set_focus(gallery or self._table)

    @property
    def _gallery(self) -> Gallery | None:
        """None before it was first shown."""
        return cast("Gallery | None", next(iter(self.query("#gallery")), None))

    def _update_gallery(self) -> None:
        gallery = self._gallery if self.is_gallery_open else None
        if gallery is None:
            return
        rows = self._monitor.rows
        shown = [rows[key] for key in self._shown()]
        words = ""
        if n := len(self._table.order) - len(shown):
            words = ngettext(
                "{n} more is neither saved nor ready: {key} lists it.",
                "{n} more are neither saved nor ready: {key} lists them.",
                n,
            ).format(n=n, key=self._key_for("gallery"))
        gallery.use(shown, self._table.cursor_key, self._table.marks, words)
        if gallery.key is not None and gallery.key != self._table.cursor_key:
            self._table.select(gallery.key)

    def _shown(self) -> list[VideoKey]:
        """As of the table; in the gallery those with a poster or a place for one."""
        shown = super()._shown()
        if not self.is_gallery_open:
            return shown
        return [key for key in shown if is_in_gallery(self._monitor.rows[key])]

    def time_passed(self) -> None:
        """Redraw countdowns."""
        super().time_passed()
        self._update_gallery()

    def _show_order(self, *, stays_first: bool = False) -> None:
        super()._show_order(stays_first=stays_first)
        self._update_gallery()

    @on(VideosChanged)
    def _gallery_changed(self) -> None:
        self._update_gallery()

    @on(VideoTable.CursorMoved)
    def _table_cursor_moved(self) -> None:
        """A command has moved the cursor: the gallery follows."""
        self._update_gallery()

    def _set_marks(self, keys: Iterable[VideoKey], *, is_marked: bool) -> None:
        super()._set_marks(keys, is_marked=is_marked)
        self._update_gallery()

    @on(GalleryMoved)
    def _gallery_moved(self, event: GalleryMoved) -> None:
        self._table.select(event.key)

    def action_down(self) -> None:
        """One line down."""
        if self.is_gallery_open and self._gallery is not None:
            self._gallery.action_move_rows(1)
        else:
            super().action_down()

    def action_up(self) -> None:
        """One line up."""
        if self.is_gallery_open and self._gallery is not None:
            self._gallery.action_move_rows(-1)
        else:
            super().action_up()
