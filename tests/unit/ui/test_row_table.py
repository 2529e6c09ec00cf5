"""RowTable draws cell by cell what Textual's DataTable draws, and handles keys and clicks alike."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from hingtui.ui.table.cell import JOINED, Cell
from hingtui.ui.textual_fixes.row_table import RowTable
from tests.support.waiting import until

COLUMNS = (("word", "WORD", 10), ("bar", "BAR", 8), ("title", "TITLE", 16))
BAR, TRACK = Style(color="white", bgcolor="blue"), Style(color="white", bgcolor="grey23")


def cells_for(number: int) -> tuple[Cell, ...]:
    title = ("a plain title", "百事可乐宣传片", "é́ and 👍 mixed 字", "")[number % 4]
    return (
        ((f"row {number}", Style(color="green", bold=number % 2 == 0)),),
        (("5" * (number % 9), BAR), ("." * (8 - number % 9), TRACK)),
        ((title, Style()),) if title else (),
    )


class Fast(RowTable[str]):
    def cells_of(self, key: str) -> tuple[Cell, ...]:
        return cells_for(int(key))


class Tables(App[None]):
    AUTO_FOCUS = None
    CSS = "DataTable { height: 12; } DataTable.-zebra { background: $surface; }"

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.events: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield DataTable[Text](cursor_type="row", id="stock")
        yield Fast(id="fast")

    def on_mount(self) -> None:
        for key, label, width in COLUMNS:
            self.stock.add_column(Text(label), key=key, width=width)
        for number in range(self.rows):
            texts = (Text.assemble(*cell, end="") for cell in cells_for(number))
            self.stock.add_row(*texts, key=str(number))
        self.fast.set_columns(COLUMNS)
        self.fast.set_rows([str(number) for number in range(self.rows)])
        self.set_focus(None)  # a focused table would have another tint

    @property
    def stock(self) -> DataTable[Text]:
        return self.query_one("#stock", DataTable)

    @property
    def fast(self) -> Fast:
        return self.query_one("#fast", Fast)

    @on(DataTable.RowHighlighted)
    @on(DataTable.RowSelected)
    def record(self, event: DataTable.RowHighlighted | DataTable.RowSelected) -> None:
        self.events.append((f"{type(event).__name__} {event.data_table.id}", event.cursor_row))


def drawn(table: DataTable[Text]) -> list[list[tuple[str, Style]]]:
    """Each line as cells: a character and its style."""
    lines = []
    for y in range(table.size.height):
        line: list[tuple[str, Style]] = []
        for segment in table.render_line(y):
            style = (segment.style or Style()).clear_meta_and_links()
            line += [(char, style) for char in segment.text]
        assert sum(cell_len(char) for char, _style in line) <= table.size.width + 2
        lines.append(line)
    return lines


def assert_alike(app: Tables) -> None:
    for y, (stock, fast) in enumerate(zip(drawn(app.stock), drawn(app.fast), strict=True)):
        assert "".join(c for c, _ in fast) == "".join(c for c, _ in stock), f"line {y}"
        for (char, expected), (_same, got) in zip(stock, fast, strict=True):
            assert looks(char, got) == looks(char, expected), f"line {y}, {char!r}"


def looks(char: str, style: Style) -> Sequence[object]:
    """The visible style of a character; of a blank, only its background."""
    if char == " ":
        return (style.bgcolor, bool(style.underline), bool(style.reverse))
    return (style.color, style.bgcolor, bool(style.bold), bool(style.italic), bool(style.dim))


@pytest.mark.parametrize("width", [24, 43, 80])
@pytest.mark.parametrize("cursor", [0, 3, 29])
async def test_the_table_draws_as_the_stock_table(width: int, cursor: int) -> None:
    app = Tables(30)
    async with app.run_test(size=(width, 24)) as pilot:
        for table in (app.stock, app.fast):
            table.move_cursor(row=cursor)
        await pilot.pause()
        assert_alike(app)


async def test_stripes_and_a_hidden_cursor_are_drawn_alike() -> None:
    app = Tables(8)
    async with app.run_test(size=(60, 24)) as pilot:
        for table in (app.stock, app.fast):
            table.zebra_stripes = True
            table.show_cursor = False
        await pilot.pause()
        assert_alike(app)


async def test_the_row_under_the_mouse_is_drawn_alike() -> None:
    app = Tables(8)
    async with app.run_test(size=(60, 24)) as pilot:
        for table in (app.stock, app.fast):
            await pilot.hover(f"#{table.id}", offset=(5, 4))
            assert table.hover_coordinate.row == 3
            table._set_hover_cursor(True)
        await pilot.pause()
        app.stock._set_hover_cursor(True)
        assert_alike(app)


async def test_scrolled_tables_are_drawn_alike() -> None:
    app = Tables(100)
    async with app.run_test(size=(60, 24)) as pilot:
        for table in (app.stock, app.fast):
            table.scroll_to(y=37, animate=False)
        await pilot.pause()
        assert_alike(app)


async def test_clicks_select_as_in_the_stock_table() -> None:
    app = Tables(20)
    async with app.run_test(size=(60, 24)) as pilot:
        for table in ("stock", "fast"):
            app.events.clear()
            await pilot.click(f"#{table}", offset=(50, 6))
            await pilot.click(f"#{table}", offset=(3, 6))
            await pilot.pause()
            assert (f"RowHighlighted {table}", 5) in app.events
            assert (f"RowSelected {table}", 5) in app.events


@pytest.mark.parametrize(
    "keys", ["down", "down down up", "pagedown", "pagedown pageup", "ctrl+end"]
)
async def test_keys_move_the_cursor_as_in_the_stock_table(keys: str) -> None:
    app = Tables(50)
    async with app.run_test(size=(60, 24)) as pilot:
        for table in (app.stock, app.fast):
            table.focus()
            await pilot.press(*keys.split())
        await pilot.pause()
        assert app.fast.cursor_row == app.stock.cursor_row
        assert app.fast.scroll_offset == app.stock.scroll_offset


async def test_cells_are_read_as_from_the_stock_table() -> None:
    app = Tables(5)
    async with app.run_test(size=(60, 24)):
        assert [t.plain for t in app.fast.get_row("3")] == [t.plain for t in app.stock.get_row("3")]
        assert app.fast.get_cell("2", "word").plain == "row 2"
        assert app.fast.get_row_index("4") == 4
        assert app.fast.coordinate_to_cell_key(Coordinate(1, 0)).row_key == "1"


async def test_only_a_visible_changed_row_is_redrawn() -> None:
    app = Tables(1000)
    async with app.run_test(size=(60, 24)) as pilot:
        made: list[str] = []
        fast = app.fast
        original = fast.cells_of
        fast.cells_of = lambda key: made.append(key) or original(key)  # type: ignore[method-assign,func-returns-value]
        fast.update_row("3")
        fast.update_row("900")
        await pilot.pause()
        assert made == ["3"]


class Joined(Fast):
    def cells_of(self, key: str) -> tuple[Cell, ...]:
        long = "字" * 12 if int(key) % 2 else "reaches across two"
        return (((long, Style(color="red")),), JOINED, (("title", Style()),))


class JoinedTable(Tables):
    def compose(self) -> ComposeResult:
        yield DataTable[Text](cursor_type="row", id="stock")
        yield Joined(id="fast")


async def test_a_cell_reaches_across_the_next_and_the_others_stay_in_place() -> None:
    app = JoinedTable(4)
    async with app.run_test(size=(60, 30)):
        lines = ["".join(character for character, _style in line) for line in drawn(app.fast)]
        assert lines[1].startswith(" reaches across two    title")
        assert lines[2].startswith(" " + "字" * 9)


async def test_the_cursors_row_stays_in_view_when_the_table_becomes_shorter() -> None:
    app = Tables(rows=40)
    async with app.run_test(size=(60, 30)) as pilot:
        app.fast.move_cursor(row=39)
        await pilot.pause()
        for height in (5, 12):
            app.fast.styles.height = height
            await pilot.pause()
            await until(lambda: app.fast.is_visible_row(39))
        app.fast.scroll_to(y=0, animate=False)
        await pilot.pause()
        app.fast.styles.height = 8
        await pilot.pause()
        assert app.fast.is_visible_row(0)  # it was out of view before: a person has scrolled
