"""Give an input what was typed right after the key that focused it.

Textual 8.2.8 sends each key to the widget that has the focus as the key comes in. Where several
come at once, such as `/fail`, those behind the first are on their way to the table when the input
gets the focus, and would run commands (not reported upstream).
"""

from __future__ import annotations

from textual import events
from textual.app import App


class TypedAheadApp(App[None]):
    """An input stops the keys that it takes: one that comes back to the app has not been there."""

    async def _on_key(self, event: events.Key) -> None:
        focused = self.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
