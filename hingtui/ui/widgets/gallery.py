"""The gallery: posters of saved and ready videos in place of the table, a page at a time.

Which videos it holds and which is under the cursor is the table's; this draws them. Posters are
made once a page is shown, and kept for the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.preview.pictures import Box, Picture
from hingtui.text.cell_width import cells
from hingtui.text.i18n import _
from hingtui.ui.messages import GalleryChosen, GalleryMoved
from hingtui.ui.table.cells import (
    RenderContext,
    expiry_cell,
    model_cell,
    status_cell,
    title_cell,
)
from hingtui.ui.widgets.picture import PictureView

if TYPE_CHECKING:
    from hingtui.ui.previewing_app import PreviewingApp

REST = 0.1
"""Seconds that a page is shown before its posters are made."""
_NARROW_TILE, _WIDE_TILE, _WIDE = 26, 32, 120
"""Cells of a tile, in a narrow and in a wide gallery, and from which width on it is wide."""
_TEXT_LINES = 2
_KEPT = 200
"""Posters that are kept in memory; each is a few kilobytes."""
_EXPIRY = 10
"""Cells of the countdown."""


class Tile(Vertical):
    """One video: its poster over its state, expiry, model and prompt."""

    def __init__(self) -> None:
        super().__init__(classes="tile")
        self.key: VideoKey | None = None
        self._shown: tuple[Picture | None, str, Text] | None = None

    def compose(self) -> ComposeResult:
        yield PictureView()
        yield Static(classes="tile-empty", markup=False)
        yield Static(classes="tile-text", markup=False)

    @property
    def room(self) -> Box:
        """The pixels that a poster may have."""
        return Box(max(1, self.size.width - 2), max(2, 2 * (self.size.height - _TEXT_LINES - 1)))

    def show(
        self, row: Row | None, context: RenderContext | None, picture: Picture | None, mark: str
    ) -> None:
        """Show this video, or nothing. `mark` is one cell."""
        self.key = None if row is None else row.key
        if not self.children:
            return  # not composed yet: the gallery draws again
        is_missing = row is not None and row.saved is None
        empty = _("not saved yet") if is_missing else ""
        text = Text() if row is None or context is None else self._text(row, context, mark)
        if (shown := (picture, empty, text)) == self._shown:
            return  # each update of a text lays out the whole screen
        self._shown = shown
        view = self.query_one(PictureView)
        view.show(picture)
        view.display = picture is not None
        label = self.query_one(".tile-empty", Static)
        label.display = picture is None
        label.update(empty)
        self.query_one(".tile-text", Static).update(text)

    def _text(self, row: Row, context: RenderContext, mark: str) -> Text:
        """State and what is left, then model and prompt."""
        width = max(1, self.size.width - 2)
        text = Text(mark, no_wrap=True)
        expiry = expiry_cell(row, context, _EXPIRY)
        for piece, style in status_cell(row, context, max(1, width - _EXPIRY - 1)):
            text.append(piece, style)
        text.append(" " * max(1, width - text.cell_len - _EXPIRY))
        for piece, style in expiry:
            text.append(piece, style)
        text.append("\n")
        model = model_cell(row, context, width // 2)
        text.append(" ")
        for piece, _style in model:
            text.append(piece.rstrip() + "  ", context.palette.muted)
        left = width - 1 - sum(cells(piece.rstrip()) + 2 for piece, _style in model)
        for piece, style in title_cell(row, context, max(1, left)):
            text.append(piece, style)
        return text


class Gallery(Widget, can_focus=True):
    """Shows one page of tiles. It changes nothing: the cursor is the table's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("up", "move_rows(-1)", show=False),
        Binding("down", "move_rows(1)", show=False),
        Binding("pageup", "move_pages(-1)", show=False),
        Binding("pagedown", "move_pages(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]

    def __init__(self, render_context: Callable[[Row], RenderContext]) -> None:
        super().__init__(id="gallery")
        self._render_context = render_context
        self._rows: Sequence[Row] = ()
        self._marks: Collection[VideoKey] = ()
        self._index = 0
        self._columns = self._lines = 1
        self._posters: dict[tuple[Path, Box], Picture] = {}
        self._rest_timer: Timer | None = None
        self._loading: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="gallery-rest", markup=False)

    def render(self) -> Text:
        """What stands behind the tiles, where there is none."""
        return Text("" if self._rows else _("No saved or ready video is shown."))

    @property
    def key(self) -> VideoKey | None:
        """The video under the cursor."""
        return self._rows[self._index].key if self._index < len(self._rows) else None

    @property
    def page(self) -> int:
        """Tiles on a page."""
        return self._columns * self._lines

    def use(
        self,
        rows: Sequence[Row],
        cursor: VideoKey | None,
        marks: Collection[VideoKey],
        rest: str = "",
    ) -> None:
        """Show these videos, and this one under the cursor if it is among them.

        `rest` is said of the videos that the table lists besides.
        """
        if not rows or not self._rows:
            self.refresh()
        self._rows, self._marks = rows, marks
        self._show_rest(rest if rows else "")
        places = {row.key: place for place, row in enumerate(rows)}
        last = max(0, len(rows) - 1)
        self._index = places[cursor] if cursor in places else min(self._index, last)
        self._draw()

    def _show_rest(self, words: str) -> None:
        for line in self.query("#gallery-rest").results(Static):
            if words != str(line.content):
                line.update(words)
            line.display = bool(words)

    async def on_resize(self, event: events.Resize) -> None:
        """Make as many tiles as there is room for."""
        width, height = event.size
        tile = _NARROW_TILE if width < _WIDE else _WIDE_TILE
        columns = max(1, width // tile)
        tall = round((width // columns - 2) * 9 / 32) + _TEXT_LINES + 1
        # A banner takes a line or two: make the posters lower, not half as many.
        lines = max(1, round(height / tall))
        if (columns, lines) != (self._columns, self._lines) or not self.query(Tile):
            self._columns, self._lines = columns, lines
            self.styles.grid_size_columns, self.styles.grid_size_rows = columns, lines
            await self.query(Tile).remove()
            await self.mount_all([Tile() for _number in range(self.page)])
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        """Stop decoding: the gallery is gone."""
        if self._loading is not None:
            self._loading.cancel()

    def on_click(self, event: events.Click) -> None:
        """Go to the tile; a second click on it opens the details."""
        tile = next((t for t in self.query(Tile) if t.region.contains(*event.screen_offset)), None)
        if tile is not None and tile.key is not None:
            if tile.key == self.key:
                self.post_message(GalleryChosen())
            self._go(next(n for n, row in enumerate(self._rows) if row.key == tile.key))

    def action_move(self, by: int) -> None:
        """So many videos on."""
        self._go(self._index + by)

    def action_move_rows(self, by: int) -> None:
        """So many lines on; not beyond the first or the last line."""
        if 0 <= (target := self._index + by * self._columns) < len(self._rows):
            self._go(target)

    def action_move_pages(self, by: int) -> None:
        """So many pages on."""
        self._go(self._index + by * self.page)

    def _go(self, index: int) -> None:
        self._index = max(0, min(index, len(self._rows) - 1))
        if self.key is not None:
            self.post_message(GalleryMoved(self.key))
        self._draw()

    def _shown(self) -> Sequence[Row]:
        """The videos of the page."""
        first = self._index // self.page * self.page
        return self._rows[first : first + self.page]

    def _draw(self) -> None:
        if not self.query(Tile):
            return  # not laid out yet: the resize comes
        shown = self._shown()
        needs_posters = False
        for place, tile in enumerate(self.query(Tile)):
            row = shown[place] if place < len(shown) else None
            tile.display = bool(self._rows)
            picture = None if row is None else self._poster(row, tile.room)
            needs_posters |= row is not None and row.saved is not None and picture is None
            context = None if row is None else self._render_context(row)
            tile.show(row, context, picture, self._mark(row))
            tile.set_class(row is not None and row.key == self.key, "-chosen")
        if needs_posters and self._rest_timer is None and self._loading is None:
            self._rest_timer = self.set_timer(REST, self._rested)

    def _mark(self, row: Row | None) -> str:
        return "*" if row is not None and row.key in self._marks else " "

    def _poster(self, row: Row, room: Box) -> Picture | None:
        return None if row.saved is None else self._posters.get((row.saved, room))

    def _rested(self) -> None:
        self._rest_timer = None
        self._loading = asyncio.ensure_future(self._load())
        self.app.run_worker(_awaited(self._loading), group="gallery", exit_on_error=False)

    async def _load(self) -> None:
        """Make the posters of the page, the one under the cursor first."""
        app = cast("PreviewingApp", self.app)
        try:
            if not (await app.drawing()).has_colors:
                return
            for tile, row in self._wanted():
                path = row.saved
                if path is None or row not in self._shown():
                    continue  # another page is shown by now
                room = tile.room
                preview = await app.previews.preview(path, room)
                while len(self._posters) >= _KEPT:
                    del self._posters[next(iter(self._posters))]
                picture = preview.picture or Picture(1, 1, bytes(3))
                self._posters[path, room] = picture
                if tile.key == row.key:
                    tile.show(row, self._render_context(row), picture, self._mark(row))
        finally:
            self._loading = None
        if any(True for _wanted in self._wanted()):
            self._draw()

    def _wanted(self) -> list[tuple[Tile, Row]]:
        """The tiles that have no poster yet."""
        pairs = zip(self.query(Tile), self._shown(), strict=False)
        wanted = [
            pair for pair in pairs if pair[1].saved and not self._poster(pair[1], pair[0].room)
        ]
        return sorted(wanted, key=lambda pair: pair[1].key != self.key)


async def _awaited(task: asyncio.Task[None]) -> None:
    """Await a task; its exception goes to the app, as with any worker."""
    await task
