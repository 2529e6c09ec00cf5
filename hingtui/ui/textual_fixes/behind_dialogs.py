"""Draw what changes on a screen while several dialogs lie over it.

A dialog draws what is behind it as a part of itself. Textual 8.2.8 draws it again where a screen
behind the top one has changed, but not the dialogs between the two: under the palette over another
dialog, the countdowns of the dashboard stood still (not reported upstream).
"""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def redraw_dialogs_over(screen: Screen[Any]) -> None:
    """Let the dialogs over this screen, but for the top one, draw again what has changed of it."""
    behind = screen.app._background_screens
    if screen in behind:
        for dialog in behind[behind.index(screen) + 1 :]:
            dialog._set_dirty(*screen._compositor._dirty_regions)
