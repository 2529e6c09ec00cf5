"""Redraw the screen a moment after a toast has expired.

Textual 8.2.8 leaves parts of toasts on the screen where many expire at the same moment. Not
reported upstream, as far as a search of its issues shows.
"""

from __future__ import annotations

from textual.app import App
from textual.notifications import Notification

_REDRAW = 0.1
"""Seconds after a toast's end until whatever is left of it is drawn over."""


class ToastRedrawApp(App[None]):
    """An app whose expired toasts leave nothing behind."""

    def _unnotify(self, notification: Notification, refresh: bool = True) -> None:
        super()._unnotify(notification, refresh=refresh)
        self.set_timer(_REDRAW, self.refresh)
