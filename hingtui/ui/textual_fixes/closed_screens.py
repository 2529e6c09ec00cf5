"""Let go of what a closed screen has drawn.

Textual 8.2.8: `StylesCache.get_inner_outer` is a method with an `lru_cache`, which keeps the last
thousand objects that it was called for (https://github.com/Textualize/textual/issues/6665). Each
has the lines that its widget drew, and of each line what every filter made of it: a closed player
leaves some nine thousand objects. Where that cache does not keep them, they are garbage that only a
full collection finds, as the widgets refer to each other. The key that a collection falls on waits
for it: after three players 85 ms, after thirty that were kept 180 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.style import Style
from textual.widget import Widget


@lru_cache(1024)
def _inner_outer(base: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base + background), Style(background=base)


def _get_inner_outer(
    _cache: StylesCache, base_background: Color, background: Color
) -> tuple[Style, Style]:
    """As Textual's, without keeping the object."""
    return _inner_outer(base_background, background)


class ClosedScreensApp(App[None]):
    """An app whose closed screens leave nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        StylesCache.get_inner_outer = _get_inner_outer  # type: ignore[method-assign,assignment]  # a plain function

    def pop_screen(self) -> AwaitComplete:
        """As Textual's; what the screen has drawn goes once the one beneath is on the terminal."""
        closed = [self.screen, *self.screen.walk_children(Widget)]
        popped = super().pop_screen()
        self.call_after_refresh(_forget_drawn, closed)
        return popped


def _forget_drawn(widgets: Sequence[Widget]) -> None:
    for widget in widgets:
        widget._styles_cache.clear()
