"""Leave no part of an old toast on the screen.

Textual 8.2.8 leaves parts of toasts on the screen where many expire at the same moment: the
screen is redrawn a moment later. A dialog draws the screen behind it with the toasts that were
there when it opened, beneath its own: they are hidden meanwhile. And where a toast is removed
before its time, its holder stays: two empty lines between the others. None of these is reported
upstream, as far as a search of its issues shows.
"""

from __future__ import annotations

from textual.app import App
from textual.notifications import Notification
from textual.widgets._toast import Toast, ToastHolder, ToastRack

_REDRAW = 0.1
"""Seconds after a toast's end until whatever is left of it is drawn over."""


class ToastRedrawApp(App[None]):
    """An app whose expired toasts leave nothing behind."""

    def _unnotify(self, notification: Notification, refresh: bool = True) -> None:
        super()._unnotify(notification, refresh=refresh)
        self.set_timer(_REDRAW, self.refresh)

    def _refresh_notifications(self) -> None:
        """As Textual's, which calls it for each new toast and when a screen comes to the top."""
        *behind, front = self.screen_stack or (None,)
        for holder in front.query(ToastHolder) if front is not None else ():
            if not any(one._notification in self._notifications for one in holder.query(Toast)):
                holder.remove()
        super()._refresh_notifications()
        for screen in behind:
            for rack in screen.query_children(ToastRack):
                rack.display = False
