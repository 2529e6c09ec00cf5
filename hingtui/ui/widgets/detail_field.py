"""A field of the details."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style

from hingtui.ui.table.cell import Cell


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what stands beside it, in one line or many."""

    label: str
    text: str
    style: Style
    bar: Cell = ()
    """Is drawn beneath the text."""
