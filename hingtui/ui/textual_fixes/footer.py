"""The line of keys at the foot of the screen, refreshed with the bindings."""

from __future__ import annotations

from textual.reactive import Reactive
from textual.widgets import Footer


class KeyBar(Footer):
    """Textual's footer without what that leaves behind.

    It makes all keys anew whenever a dialog comes or goes, and each of them goes on watching it for
    ever: ten kilobytes a key, eight keys at a time.
    """

    async def recompose(self) -> None:
        """As Textual's; the keys that go are forgotten."""
        Reactive._clear_watchers(self)
        await super().recompose()
