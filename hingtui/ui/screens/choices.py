"""The dialogs that choose the sort and the columns: one letter for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, Static

from hingtui.text.i18n import _
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.table.columns import ALWAYS, COLUMNS, column_name
from hingtui.ui.table.row_view import Sort, sort_name
from hingtui.ui.widgets.key_bar import FooterKey

_LETTERS: dict[Sort, str] = {
    Sort.ATTENTION: "a",
    Sort.STATUS: "s",
    Sort.PROGRESS: "p",
    Sort.TIME: "t",
    Sort.EXPIRY: "e",
    Sort.GATEWAY: "g",
    Sort.MODEL: "m",
    Sort.SHAPE: "z",
    Sort.TITLE: "r",
    Sort.ID: "i",
    Sort.COST: "c",
    Sort.ADDED: "n",
}


class SortDialog(Dialog[Sort]):
    """Answers what to sort by."""

    def __init__(self, current: Sort, *, has_gateways: bool) -> None:
        """With `has_gateways` there are several to sort by."""
        super().__init__()
        self._current = current
        self._letters = {
            sort: letter
            for sort, letter in _LETTERS.items()
            if has_gateways or sort is not Sort.GATEWAY
        }

    def compose(self) -> ComposeResult:
        with Vertical(id="sort-box", classes="box narrow"):
            yield Label(_("Sort by"), classes="title", markup=False)
            text = Text()
            for sort, letter in self._letters.items():
                sign = "▸ " if sort is self._current else "  "
                text.append(sign)
                text.append(letter, "bold")
                text.append(f"  {sort_name(sort)}\n")
            text.rstrip()
            yield Static(text, markup=False)
            yield Label(_("Esc keeps it as it is"), classes="hint keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        """A letter answers."""
        for sort, letter in self._letters.items():
            if event.character is not None and event.character.lower() == letter:
                event.stop()
                self.dismiss(sort)


class ColumnsDialog(Dialog[frozenset[str]]):
    """Answers which columns to show where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [*ESCAPE, Binding("enter", "accept", show=False)]

    def __init__(
        self,
        chosen: frozenset[str],
        *,
        has_gateways: bool,
        fitting: Callable[[frozenset[str]], frozenset[str]],
    ) -> None:
        """With `has_gateways` there are several, and their names can be a column.

        `fitting` says which columns there is room for now if these are chosen.
        """
        super().__init__()
        self._chosen = set(chosen)
        self._fitting = fitting
        self._optional = [
            key for key in COLUMNS if key not in ALWAYS and (has_gateways or key != "gateway")
        ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box narrow"):
            yield Label(_("Columns"), classes="title", markup=False)
            yield Static(self._list(), id="columns", markup=False)
            yield Label(
                _("A number shows or hides one. Enter keeps it, Esc cancels"),
                classes="hint",
                markup=False,
            )

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Done")), FooterKey("escape", _("Cancel"))]

    def _list(self) -> Text:
        text = Text()
        for number, key in enumerate(self._optional, 1):
            text.append(f"{number}", "bold")
            sign = "✓" if key in self._chosen else " "
            text.append(f"  {sign} {column_name(key)}")
            text.append(f"{self._why_hidden(key)}\n", "dim")
        text.rstrip()
        return text

    def _why_hidden(self, key: str) -> str:
        """Why a chosen column is not shown at this width; "" if it is, or is not chosen."""
        fitting = self._fitting(frozenset(self._chosen))
        if key not in self._chosen or key in fitting:
            return ""
        if key == "expiry" and "time" in fitting:
            return "  " + _("in {column} at this width").format(column=column_name("time"))
        return "  " + _("no room at this width")

    def on_key(self, event: events.Key) -> None:
        """A number shows or hides its column."""
        digit = event.character or ""
        if digit.isdecimal() and 1 <= int(digit) <= len(self._optional):
            event.stop()
            self._chosen ^= {self._optional[int(digit) - 1]}
            self._show_list()

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        self.when_laid_out(self._show_list)

    def _show_list(self) -> None:
        self.query_one("#columns", Static).update(self._list())

    def action_accept(self) -> None:
        """Use the columns as they are chosen now."""
        self.dismiss(frozenset(self._chosen))
