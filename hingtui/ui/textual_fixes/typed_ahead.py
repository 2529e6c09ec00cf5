"""Give an input what was typed right after the key that focused it.

Textual 8.2.8 sends each key to the widget that has the focus as the key comes in. Where several
come at once, such as `/fail`, those behind the first are on their way to the table when the input
gets the focus, and would run commands (not reported upstream). Those come back to the app, as all
do that no widget takes; keys that come in meanwhile wait for them.
"""

from __future__ import annotations

from textual import events
from textual._time import get_time
from textual.app import App

_LOST_AFTER = 0.3
"""Seconds after which a key that has not come back was taken by a widget."""


class TypedAheadApp(App[None]):
    """An input stops the keys that it takes: one that comes back to the app has not been there."""

    def __init__(self) -> None:
        super().__init__()
        self._on_their_way: list[events.Key] = []
        """Keys that a widget without a use for text was given, the oldest first."""
        self._held: list[events.Key] = []
        """Keys for an input that came in behind them."""

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, with keys in the order in which they were typed."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            if event in self._on_their_way:
                del self._on_their_way[: self._on_their_way.index(event) + 1]
            await self._release()
        elif self._is_for_input(event) and (self._held or self._are_some_on_their_way()):
            self._held.append(event)
            self.set_timer(_LOST_AFTER, self._release)
        else:
            is_text = self._is_for_input(event)
            await super().on_event(event)
            if event.is_forwarded and not is_text:
                self._on_their_way.append(event)

    async def _on_key(self, event: events.Key) -> None:
        if self.focused is not None and self._is_for_input(event):
            event.prevent_default()
            self.focused.post_message(events.Key(event.key, event.character))

    def _is_for_input(self, event: events.Key) -> bool:
        focused = self.focused
        return focused is not None and focused.check_consume_key(event.key, event.character)

    def _are_some_on_their_way(self) -> bool:
        now = get_time()
        self._on_their_way = [one for one in self._on_their_way if now - one.time < _LOST_AFTER]
        return bool(self._on_their_way)

    async def _release(self) -> None:
        """Let the held keys through, unless others are still before them."""
        if self._held and not self._are_some_on_their_way():
            held, self._held = self._held, []
            for event in held:
                await super().on_event(event)
