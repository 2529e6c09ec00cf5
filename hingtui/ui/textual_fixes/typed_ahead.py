"""Give each key to what has the focus once the keys before it have had their effect.

Textual 8.2.8 sends each key to the widget that has the focus as the key comes in. Where several
come at once, such as `/fail` or Enter and `j`, those behind the first are on their way to the table
when the input gets the focus, or to the input when a dialog closes (not reported upstream). Here a
key or a paste waits until the command before it is done, and the dialog that it opened is there.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual import events
from textual._time import get_time
from textual.app import App
from textual.widget import Widget

_TIMEOUT = 0.3
"""Seconds after which a key waits no longer for the command before it."""
_QUIET_LOOKS = 2
"""How often nothing must be left to do: a message that is being handled is in no queue."""


class TypedAheadApp(App[None]):
    """Letters for an input follow each other without waiting: none of them moves the focus."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        """What waits, the oldest first."""
        self._command_given_at = -_TIMEOUT
        """When a key was passed on last that may move the focus; on Textual's clock."""
        self._last_key = ""
        self._quiet_looks = 0

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, with keys in the order in which they were typed."""
        if event.is_forwarded or not isinstance(event, events.Key | events.Paste):
            await super().on_event(event)
        elif self._typed or not (
            self._is_repeated(event) or self._has_waited() or self._is_quiet()
        ):
            self._typed.append(event)
            if len(self._typed) == 1:
                self._look_soon()
        else:
            await self._give(event)

    async def _on_key(self, event: events.Key) -> None:
        """Pass on what no widget took to the input that has got the focus meanwhile."""
        focused = self.focused
        if focused is not None and self._is_for_input(event):
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))

    def _is_for_input(self, event: events.Key | events.Paste) -> bool:
        focused = self.focused
        if focused is None or isinstance(event, events.Paste):
            return False
        return focused.check_consume_key(event.key, event.character)

    def _is_repeated(self, event: events.Key | events.Paste) -> bool:
        """Whether it is the key before it once more: a key that is held down waits for nothing."""
        return isinstance(event, events.Key) and event.key == self._last_key

    async def _give(self, event: events.Key | events.Paste) -> bool:
        """Pass an event on; return whether the next one can follow at once."""
        is_letter = self._is_for_input(event)
        self._last_key = event.key if isinstance(event, events.Key) else ""
        await super().on_event(event)
        if not is_letter:
            self._command_given_at = get_time()
        return is_letter

    def _has_waited(self) -> bool:
        return get_time() - self._command_given_at >= _TIMEOUT

    def _is_quiet(self) -> bool:
        """Whether no widget has anything left to do."""
        return not self.message_queue_size and all(
            node.is_mounted and not node.message_queue_size
            for node in list(self._registry)
            if isinstance(node, Widget)
        )

    def _look_soon(self) -> None:
        self._quiet_looks = 0
        self.call_later(self._look)

    async def _look(self) -> None:
        """Pass on what waits if all is quiet; otherwise look again."""
        await asyncio.sleep(0)  # the widgets' turn: this queue alone would go on without them
        self._quiet_looks = self._quiet_looks + 1 if self._is_quiet() else 0
        if self._quiet_looks < _QUIET_LOOKS and not self._has_waited():
            self.call_later(self._look)
            return
        while self._typed:
            is_letter = await self._give(self._typed.popleft())
            if not is_letter and self._typed and not self._is_repeated(self._typed[0]):
                break
        if self._typed:
            self._look_soon()
