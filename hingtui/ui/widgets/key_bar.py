"""The footer: the keys that work now, on one line, each of which can be clicked.

Where there is no room for all, the least important leave one by one. One widget draws the line:
Textual's own footer is a widget a key, and watchers keep the old ones alive
(https://github.com/Textualize/textual/issues/6666).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widget import Widget

from hingtui.ui.keys import shown_key

_GAP = 2
"""Cells between two keys."""
_IMPORTANT = (
    "quit",
    "help",
    "download",
    "add",
    "download_all",
    "detail",
    "filter",
    "mark",
    "sort",
    "auto_download",
    "remove",
)
"""Ids of commands, in the order in which they stay; the others leave before them."""


@dataclass(frozen=True, slots=True)
class FooterKey:
    """One key and what it does now."""

    key: str
    """As Textual names it."""
    label: str
    rank: int = 0
    """The highest leaves first."""
    shown: str = ""
    """As a person reads it; "" for the usual spelling."""

    @property
    def text(self) -> str:
        """The key as a person reads it."""
        return self.shown or shown_key(self.key)

    @property
    def width(self) -> int:
        """Cells of key and label."""
        return cell_len(self.text) + 1 + cell_len(self.label)


@runtime_checkable
class HasFooterKeys(Protocol):
    """A widget that takes all keys while it has the focus, such as an input."""

    def footer_keys(self) -> Sequence[FooterKey]:
        """Its own keys, instead of those of its screen."""


def rank_of(command_id: str) -> int:
    """How soon a command leaves the footer; the highest first."""
    return _IMPORTANT.index(command_id) if command_id in _IMPORTANT else len(_IMPORTANT)


def fitted(keys: Iterable[FooterKey], width: int) -> list[FooterKey]:
    """The most important keys that fit into so many cells, in their order."""
    shown = list(keys)
    while shown and 1 + sum(key.width + _GAP for key in shown) - _GAP > width:
        # Of equals, the last one leaves first.
        leaving = max(range(len(shown)), key=lambda at: (shown[at].rank, at))
        del shown[leaving]
    return shown


class KeyBar(Widget):
    """Draws the keys that `footer_keys` gives; asks again when the screen's bindings change."""

    COMPONENT_CLASSES = {"key-bar--key", "key-bar--hovered"}  # noqa: RUF012 - as Textual's own
    ALLOW_SELECT = False

    def __init__(self, footer_keys: Callable[[], Sequence[FooterKey]]) -> None:
        super().__init__()
        self._footer_keys = footer_keys
        self._keys: list[FooterKey] = []
        self._hovered: FooterKey | None = None

    def on_mount(self) -> None:
        """Draw it once now: bindings may have changed before."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.show_keys())
        self.show_keys()

    def on_resize(self) -> None:
        """Show as many as fit now."""
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys that work now."""
        keys = fitted(self._footer_keys(), self.size.width)
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Text:
        """Key and label, key and label."""
        line = Text(" ", no_wrap=True, end="")
        for at, key in enumerate(self._keys):
            name = "key-bar--hovered" if key == self._hovered else "key-bar--key"
            line.append(" " * _GAP if at else "")
            line.append(key.text, self.get_component_rich_style(name, partial=True))
            line.append(f" {key.label}")
        return line

    def key_at(self, x: int) -> FooterKey | None:
        """The key that stands at the cell `x`."""
        start = 1
        for key in self._keys:
            if start <= x < start + key.width:
                return key
            start += key.width + _GAP
        return None

    def on_click(self, event: events.Click) -> None:
        """Act as if the key had been pressed."""
        if (key := self.key_at(event.x)) is not None:
            self.app.simulate_key(key.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what a click would press."""
        self._hover(self.key_at(event.x))

    def on_leave(self) -> None:
        """The mouse is elsewhere."""
        self._hover(None)

    def _hover(self, key: FooterKey | None) -> None:
        if key != self._hovered:
            self._hovered = key
            self.refresh()
