"""A DataTable of one-line rows whose cost depends on what is visible and what changed.

Stock DataTable keeps every cell of every row, measures new rows cell by cell, and repaints all of
itself for each changed cell (Textual 8.2.8; https://github.com/Textualize/textual/issues/1892 asks
for lazy rows, https://github.com/Textualize/textual/issues/5951 for speed). Here a row is a key;
its cells are made when it comes into view, one strip is drawn for a whole row, and a changed row is
repainted alone. The private members of Textual that this uses are listed in `private_members`;
tests compare what it draws with the stock table, cell for cell.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual._segment_tools import line_crop
from textual.coordinate import Coordinate
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey, Row, RowKey

from hingtui.ui.table.cell import JOINED, Cell

_MOST_STRIPS = 500
"""Drawn rows kept; more than any screen has lines."""

Key = TypeVar("Key", bound=Hashable)


class RowTable(DataTable[Text], Generic[Key]):
    """Shows rows by key, in the order given. A subclass gives the cells of a row.

    Rows are set all at once, by `set_rows`; the stock methods that add, change, sort or remove
    single rows are not supported.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(cursor_type="row", id=id)
        self._keys: Sequence[Key] = ()
        self._cells: dict[Key, tuple[Cell, ...]] = {}
        self._strips: dict[int, tuple[object, Strip]] = {}
        self._line_style: Style | None = None
        """Its style, while its lines are rendered."""
        self._height_before = 0
        self._place({})

    def cells_of(self, key: Key) -> tuple[Cell, ...]:
        """The cells of this row now, one for each column."""
        raise NotImplementedError

    def lead_of(self, key: Key) -> str:  # noqa: ARG002 - for subclasses
        """One cell before the first column of this row: its mark; "" for none."""
        return ""

    def set_columns(self, columns: Sequence[tuple[str, str, int]]) -> None:
        """Show these columns: key, label, width in cells without padding."""
        self.columns = {}
        self._column_locations = type(self._column_locations)({})
        self._place({})  # or add_column would give each row a cell
        for key, label, width in columns:
            self.add_column(Text(label), key=key, width=width)
        self.redraw_all()

    def set_rows(self, keys: Sequence[Key]) -> None:
        """Show these rows, in this order."""
        self._keys = keys
        self._place({key: index for index, key in enumerate(keys)})
        self._update_count += 1
        width = sum(column.get_render_width(self) for column in self.columns.values())
        self.virtual_size = Size(width, len(keys) + self.header_height)
        self._clear_drawn()

    def redraw_all(self) -> None:
        """Make and draw all cells anew."""
        self._cells.clear()
        self._update_count += 1
        self._clear_drawn()

    def _clear_drawn(self) -> None:
        """Drop the drawn rows, and the stock table's caches of old headers."""
        self._strips.clear()
        self._clear_caches()
        self.refresh()

    def update_row(self, key: Key) -> None:
        """Repaint this row if it is in view and its cells changed."""
        old = self._cells.pop(key, None)
        index = self._index.get(key)
        if index is None or not self.is_visible_row(index):
            return
        new = self._cells[key] = self.cells_of(key)
        if new != old:
            self.refresh_row(index)

    def drop_row(self, key: Key) -> None:
        """Make the cells of this row, which is out of view, anew when it comes into view."""
        self._cells.pop(key, None)

    def update_visible(self) -> None:
        """Update the rows in view, and drop the cells of all others."""
        keys = self.visible_keys()
        self._cells = {key: self._cells[key] for key in keys if key in self._cells}
        # Each strip is some ten kilobytes, with what Textual keeps of its pieces.
        self._strips = {at: drawn for at, drawn in self._strips.items() if self.is_visible_row(at)}
        for key in keys:
            self.update_row(key)

    def visible_keys(self) -> Sequence[Key]:
        """The keys of the rows in view."""
        first = max(0, int(self.scroll_offset.y))
        return self._keys[first : first + max(0, self.size.height - self.header_height)]

    def is_visible_row(self, index: int, height: int | None = None) -> bool:
        """Whether the row at `index` is in view, or was when the table was so high."""
        first, lines = int(self.scroll_offset.y), self.size.height if height is None else height
        return first <= index < first + lines - self.header_height

    def on_resize(self) -> None:
        """Keep the cursor's row in view where it was: stock DataTable does not."""
        before, self._height_before = self._height_before, self.size.height
        if self.is_visible_row(self.cursor_row, before):
            self.move_cursor(row=self.cursor_row)

    def on_show(self) -> None:
        """Bring the cursor into view if it has moved out of it meanwhile."""
        self.move_cursor(row=self.cursor_row)

    def _scroll_cursor_into_view(self, animate: bool = False) -> None:
        """As Textual's, but a hidden table stays where it is until it is shown again."""
        if self.size.height:
            super()._scroll_cursor_into_view(animate)

    def _place(self, index: dict[Key, int]) -> None:
        """Give the stock table the rows in the attributes where it looks for them."""
        self._index = index
        self.rows = index  # type: ignore[assignment]  # only its length is used
        self._data = index  # type: ignore[assignment]  # likewise
        self._row_locations = _Locations(self._keys, index)  # type: ignore[assignment]  # likewise

    def get_row(self, row_key: RowKey | str) -> list[Text]:
        """The cells of a row, as the stock table would hold them."""
        cells = self._cells_at(_key(row_key))  # type: ignore[arg-type]  # a RowKey takes any hashable
        return [Text.assemble(*cell, no_wrap=True, end="") for cell in cells]

    def get_cell(self, row_key: RowKey | str, column_key: ColumnKey | str) -> Text:
        """One cell, as the stock table would hold it."""
        return self.get_row(row_key)[self._column_locations.get(column_key)]  # type: ignore[arg-type,index]  # an existing column

    @property
    def ordered_rows(self) -> list[Row]:
        """None: no row is fixed, and all are one line high, so Textual needs no Row objects."""
        return []

    @property
    def _total_row_height(self) -> int:
        return len(self._keys)

    def _get_row_region(self, row_index: int) -> Region:
        if not self.is_valid_row_index(row_index):
            return Region(0, 0, 0, 0)
        width = max(self.size.width, self.virtual_size.width)
        return Region(0, row_index + self.header_height, width, 1)

    def _get_cell_region(self, coordinate: Coordinate) -> Region:
        if not self.is_valid_coordinate(coordinate):
            return Region(0, 0, 0, 0)
        widths = [column.get_render_width(self) for column in self.ordered_columns]
        x = sum(widths[: coordinate.column])
        return Region(x, coordinate.row + self.header_height, widths[coordinate.column], 1)

    def action_page_down(self, direction: int = 1) -> None:
        """Move the cursor one page down; up for -1."""
        self._set_hover_cursor(False)
        height = max(1, self.scrollable_content_region.height - self.header_height)
        self.scroll_relative(y=direction * height, animate=False, force=True)
        self.move_cursor(row=self.cursor_row + direction * height, scroll=False)

    def action_page_up(self) -> None:
        """Move the cursor one page up."""
        self.action_page_down(-1)

    def _cells_at(self, key: Key) -> tuple[Cell, ...]:
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = self.cells_of(key)
        return cells

    def render_lines(self, crop: Region) -> list[Strip]:
        """As Textual's, which computes the same style again for each line."""
        self._line_style = self.rich_style
        try:
            return super().render_lines(crop)
        finally:
            self._line_style = None

    def render_line(self, y: int) -> Strip:
        """As Textual's."""
        left, top = self.scroll_offset
        if y >= self.header_height:
            y += top
        return self._render_line(
            y, left, left + self.size.width, self._line_style or self.rich_style
        )

    def _render_line(self, y: int, x1: int, x2: int, base_style: Style) -> Strip:
        index = y - self.header_height
        if index < 0:
            return super()._render_line(y, x1, x2, base_style)
        if index >= len(self._keys):
            return Strip.blank(self.size.width, base_style)
        cells = self._cells_at(self._keys[index])
        lead = self.lead_of(self._keys[index])
        place = (self.size.width, x1, x2, base_style, self._update_count, self._pseudo_class_state)
        is_hovered = index == self.hover_row and self._show_hover_cursor
        state = (cells, lead, place, index == self.cursor_row, is_hovered)
        drawn = self._strips.get(index)
        if drawn is None or drawn[0] != state:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            strip = self._draw(index, lead, cells, x1, x2, base_style)
            drawn = self._strips[index] = (state, strip)
        return drawn[1]

    def _draw(
        self, index: int, lead: str, cells: Sequence[Cell], x1: int, x2: int, base_style: Style
    ) -> Strip:
        """One row as one strip, styled as the stock table styles it."""
        component, post = self._get_styles_to_render_cell(
            False,
            False,
            False,
            index == self.hover_row,
            index == self.cursor_row,
            self.show_cursor,
            self._show_hover_cursor,
            self.cursor_foreground_priority == "css",
            self.cursor_background_priority == "css",
        )
        ground = self._get_row_style(index, base_style) + component
        blank = ground + post
        padding = " " * self.cell_padding
        segments: list[Segment] = []
        columns = self.ordered_columns
        for at, (column, cell) in enumerate(zip(columns, cells, strict=False)):
            if cell is JOINED:
                continue
            before = set_cell_size(lead, self.cell_padding) if lead and at == 0 else padding
            segments.append(Segment(before, blank))
            left = column.width
            for other in range(at + 1, len(cells)):
                if cells[other] is not JOINED:
                    break
                left += columns[other].get_render_width(self)
            for text, style in cell:
                wide = cell_len(text)
                if wide > left:
                    text, wide = set_cell_size(text, left), left
                segments.append(Segment(text, ground + style + post))
                left -= wide
            segments.append(Segment(" " * left + padding, blank))
        width = self.size.width
        rest = max(0, width - self.virtual_size.width)
        segments.append(Segment(" " * rest, ground))
        strip = Strip(line_crop(segments, x1, x2, width)).adjust_cell_length(width, base_style)
        return strip.simplify().apply_meta({"row": index, "column": 0})


def _key(row_key: RowKey | Key) -> Key:
    """The key that DataTable has wrapped."""
    return row_key.value if isinstance(row_key, RowKey) else row_key  # type: ignore[return-value]  # always one of ours


class _Locations(Generic[Key]):
    """Maps row keys to row numbers, with the part of Textual's TwoWayDict that DataTable uses."""

    def __init__(self, keys: Sequence[Key], index: dict[Key, int]) -> None:
        self._keys = keys
        self._index = index

    def __contains__(self, key: RowKey | Key) -> bool:
        return _key(key) in self._index

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, key: RowKey | Key) -> int | None:
        return self._index.get(_key(key))

    def get_key(self, index: int) -> RowKey | None:
        if not 0 <= index < len(self._keys):
            return None
        return RowKey(self._keys[index])  # type: ignore[arg-type]  # it takes any hashable
