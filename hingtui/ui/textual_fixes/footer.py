"""A footer that releases the keys it no longer shows.

Textual 8.2.8 makes all keys of the footer anew whenever a dialog comes or goes, and watchers that
`data_bind` made keep the old ones alive (https://github.com/Textualize/textual/issues/6666): ten
kilobytes a key, eight keys at a time.
"""

from __future__ import annotations

from textual.reactive import Reactive
from textual.widgets import Footer


class KeyBar(Footer):
    """Textual's footer without the leak."""

    async def recompose(self) -> None:
        """As Textual's, after dropping the watchers of the keys that go."""
        Reactive._clear_watchers(self)
        await super().recompose()
