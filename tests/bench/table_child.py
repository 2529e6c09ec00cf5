"""A small app that shows one table, ours or Textual's own, and carries out orders.

Nothing is measured here. Orders come over a pipe, a line of JSON each; each is confirmed once done.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Protocol, cast

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import DataTable

from hingtui.model.video import Status, Video
from hingtui.monitor import Row
from hingtui.monitor.changes import ChangeFeed, Changes
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import ColumnLayout, ContentWidths, plan_columns
from hingtui.ui.table.video_table import VideoTable
from hingtui.ui.theme.palette import palette_of

NOW = 1_762_789_802.0
CURSOR = "rgb(1,2,3)"
"""The background of the row under the cursor, and of nothing else on the screen."""
_BEAT = 0.02
"""Seconds between two changes or batches of them: a network does not ask how fast one draws."""


class Table(Protocol):
    """The orders that both kinds of table carry out."""

    def load(self, rows: Sequence[Row]) -> None: ...
    def change(self, watched: Row) -> None: ...
    def reverse(self) -> None: ...
    def filter(self, rows: Sequence[Row]) -> None: ...
    def take_out(self, index: int) -> None: ...
    def put_back(self) -> None: ...
    def in_sight(self) -> Sequence[str]: ...


class Ours(VideoTable):
    """As the dashboard uses it: changes are gathered, rows are given in their order."""

    def __init__(self) -> None:
        super().__init__(self._look)
        self._rows: list[Row] = []
        self._is_reversed = False
        self._feed = ChangeFeed()

    def on_mount(self) -> None:
        self._palette = palette_of(self.app.theme_variables)
        self._feed.subscribe(self._heard)

    def _look(self, watched: Row) -> RenderContext:
        return RenderContext(NOW, self._palette, 60.0)

    def _heard(self, changes: Changes) -> None:
        self.update_rows(changes.keys)

    def load(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        self._put(self._rows)

    def _put(self, rows: Sequence[Row]) -> None:
        by_key = {row.key: row for row in rows}
        self.show(list(by_key), by_key)

    def change(self, watched: Row) -> None:
        self._feed.row_changed(watched.key)

    def reverse(self) -> None:
        self._is_reversed = not self._is_reversed
        self._put(sorted(self._rows, key=lambda w: w.id, reverse=self._is_reversed))

    def filter(self, rows: Sequence[Row]) -> None:
        self._put(rows)

    def take_out(self, index: int) -> None:
        self._put([*self._rows[:index], *self._rows[index + 1 :]])

    def put_back(self) -> None:
        self._put(self._rows)

    def in_sight(self) -> Sequence[str]:
        return [key.id for key in self.visible_keys()]


class Stock(DataTable[Text]):
    """As its documentation says. Its cells are made beforehand, and cost it nothing."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row")
        self._made: dict[str, list[Text]] = {}
        self._removed = ""
        self._is_reversed = False

    def on_mount(self) -> None:
        self._palette = palette_of(self.app.theme_variables)
        self._plan = plan_columns(
            self.app.size.width, ContentWidths(model=24, shape=13), ColumnLayout()
        )
        for column in self._plan:
            self.add_column(Text(column.label), key=column.key, width=column.width)

    def make(self, rows: Sequence[Row]) -> None:
        """Make the cells of these rows."""
        self._made = {w.id: [self._cell(w, at) for at in range(len(self._plan))] for w in rows}

    def _cell(self, watched: Row, at: int) -> Text:
        column = self._plan[at]
        cell = column.cell(watched, RenderContext(NOW, self._palette, 60.0), column.width)
        return Text.assemble(*cell, no_wrap=True, end="")

    def load(self, rows: Sequence[Row]) -> None:
        self.clear()
        for watched in rows:
            self.add_row(*self._made[watched.id], key=watched.id)

    def change(self, watched: Row) -> None:
        at = next(i for i, column in enumerate(self._plan) if column.key == "progress")
        self.update_cell(watched.id, "progress", self._cell(watched, at))

    def reverse(self) -> None:
        self._is_reversed = not self._is_reversed
        self.sort("title", key=lambda cell: cell.plain, reverse=self._is_reversed)

    def filter(self, rows: Sequence[Row]) -> None:
        self.load(rows)

    def take_out(self, index: int) -> None:
        self._removed = self._key_at(index)
        self.remove_row(self._removed)

    def put_back(self) -> None:
        self.add_row(*self._made[self._removed], key=self._removed)
        self.sort("title", key=lambda cell: cell.plain)

    def in_sight(self) -> Sequence[str]:
        first = int(self.scroll_offset.y)
        last = min(self.row_count, first + self.size.height - self.header_height)
        return [self._key_at(index) for index in range(first, last)]

    def _key_at(self, index: int) -> str:
        row_key, _ = self.coordinate_to_cell_key((index, 0))  # type: ignore[arg-type]
        return str(row_key.value)


class TableApp(App[None]):
    """One table, full screen, and the pipe."""

    ENABLE_COMMAND_PALETTE = False
    CSS = (
        "DataTable { height: 1fr; scrollbar-gutter: stable; } "
        f"DataTable > .datatable--cursor, DataTable:focus > .datatable--cursor "
        f"{{ background: {CURSOR}; color: white; }}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False)]

    def __init__(self, kind: str, orders: int, confirmations: int) -> None:
        super().__init__()
        self._table = cast(Table, Ours() if kind == "ours" else Stock())
        self._orders, self._confirmations = orders, confirmations
        self._rows: list[Row] = []
        self._storm: asyncio.Task[None] | None = None
        self._random = random.Random(7)  # noqa: S311 - the same storm for both

    def compose(self) -> ComposeResult:
        yield cast(Widget, self._table)

    def on_mount(self) -> None:
        asyncio.get_running_loop().add_reader(self._orders, self._ordered)
        cast(Widget, self._table).focus()

    def _ordered(self) -> None:
        orders = os.read(self._orders, 4096)
        if not orders:  # the benchmark was killed
            asyncio.get_running_loop().remove_reader(self._orders)
            self.exit()
        for line in orders.splitlines():
            name, *arguments = json.loads(line)
            getattr(self, f"order_{name}")(*arguments)
            os.write(self._confirmations, b"done\n")

    def order_prepare(self, count: int) -> None:
        """Have so many rows, but show none of them yet."""
        self._rows = [_row(number) for number in range(count)]
        if isinstance(self._table, Stock):
            self._table.make(self._rows)

    def order_load(self) -> None:
        self._table.load(self._rows)

    def order_clear(self) -> None:
        self._table.load([])

    def order_reverse(self) -> None:
        self._table.reverse()

    def order_filter(self) -> None:
        """Every fifth."""
        self._table.filter(self._rows[::5])

    def order_unfilter(self) -> None:
        self._table.filter(self._rows)

    def order_take_out(self, index: int) -> None:
        self._table.take_out(index)

    def order_put_back(self) -> None:
        self._table.put_back()

    def order_storm(self, changes_a_second: float, is_visible: bool) -> None:
        """Change so many rows a second from now on; 0: no more."""
        if self._storm is not None:
            self._storm.cancel()
            self._storm = None
        if changes_a_second:
            ids = self._table.in_sight() if is_visible else [watched.id for watched in self._rows]
            rows = {watched.id: watched for watched in self._rows}
            changing = [rows[video_id] for video_id in ids]
            self._storm = asyncio.create_task(self._make_changes(changing, changes_a_second))

    async def _make_changes(self, rows: Sequence[Row], changes_a_second: float) -> None:
        beat = max(_BEAT, 1 / changes_a_second)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for _ in range(round(changes_a_second * beat)):
                watched = self._random.choice(rows)
                assert watched.video is not None
                progress = ((watched.video.progress or 0) + self._random.randint(1, 98)) % 100
                watched.video = replace(watched.video, progress=progress)
                self._table.change(watched)
            due = max(due + beat, loop.time() - 1)  # who cannot keep up is not punished for ever
            await asyncio.sleep(max(0, due - loop.time()))


def label(number: int) -> str:
    """What the title of a row begins with."""
    return f"#{number:06d}"


def _row(number: int) -> Row:
    video = Video(
        id=f"video_{number:08d}",
        status=Status.GENERATING,
        raw_status="processing",
        progress=float(number % 100),
        model="sora-2",
        prompt=f"{label(number)} 冰镇汽水广告 with a long, slow camera move through the rain",
        seconds=4.0,
        size="720x1280",
        created_at=NOW - 60,
    )
    return Row(video.id, NOW - number, video, is_old=False)


if __name__ == "__main__":
    TableApp(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).run()
