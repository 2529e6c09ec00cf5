"""The keys that move the cursor of a list that has a screen of its own."""

from __future__ import annotations

from textual.binding import Binding, BindingType

LIST_KEYS: list[BindingType] = [
    Binding("up,k", "cursor_up", show=False, id="up"),
    Binding("down,j", "cursor_down", show=False, id="down"),
    Binding("pageup,ctrl+b", "page_up", show=False),
    Binding("pagedown,ctrl+f", "page_down", show=False),
    Binding("home,ctrl+home,g", "scroll_top", show=False, id="top"),
    Binding("end,ctrl+end,G", "scroll_bottom", show=False, id="bottom"),
]
