"""Toasts: one line each, at most three, one of a kind. What they say is kept as an event.

A screen says how many lines are to be kept free beneath them, so that they hide no cursor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from textual.content import Content
from textual.notifications import Notification, SeverityLevel

from hingtui.model.key import VideoKey
from hingtui.text.cell_width import cells, fit
from hingtui.text.clean import one_line
from hingtui.ui.event_log import EventKind, EventLog
from hingtui.ui.textual_fixes.toast_redraw import ToastRedrawApp

MOST = 3
_SECONDS = 4.0
_AROUND = 3
"""Cells of a toast beside its text: a border and two blanks."""
_MARGIN = 3
"""Cells of the screen that stay free to the left of the widest toast."""
_LINES_EACH = 5
"""Lines of a screen for each toast: a low one shows fewer."""
_KINDS: dict[SeverityLevel, EventKind] = {
    "information": EventKind.NOTE,
    "warning": EventKind.WARNING,
    "error": EventKind.ERROR,
}


@dataclass
class LineNotification(Notification):
    """A notification of one line."""

    kind: str = ""
    """Of two notifications of a kind only the newer one is shown."""


@runtime_checkable
class ToastScreen(Protocol):
    """A screen with something that toasts must not hide."""

    def place_toasts(self) -> None:
        """Keep toasts away from it: their number or their place has changed."""


class ToastApp(ToastRedrawApp):
    """An app with such toasts."""

    event_log: EventLog

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
        kind: str = "",
        key: VideoKey | None = None,
        is_event: bool = True,
    ) -> None:
        """Show a toast instead of any other of its kind. With `is_event`, note it as an event.

        To be called in the event loop's thread. Only Textual's own messages have markup.
        """
        text = Content.from_markup(message).plain if markup else message
        line = one_line(f"{title} {text}")
        if is_event:
            self.event_log.add(line, _KINDS[severity], key)
        shown = [one for one in self._notifications if getattr(one, "kind", None) != kind]
        most = min(MOST, max(1, self.size.height // _LINES_EACH))
        kept = {one.identity for one in shown[len(shown) - most + 1 :]}
        for one in list(self._notifications):
            if one.identity not in kept:
                del self._notifications[one]
        short = fit(line, max(1, self.size.width - _AROUND - _MARGIN))
        self._notifications.add(
            LineNotification(short, "", severity, timeout or _SECONDS, markup=False, kind=kind)
        )
        self._refresh_notifications()

    def toast_size(self) -> tuple[int, int]:
        """Cells of the widest toast that is shown, and how many are shown."""
        widths = [cells(one.message) + _AROUND for one in self._notifications]
        return max(widths, default=0), len(widths)

    def _refresh_notifications(self) -> None:
        screen: Any = self.screen if self.screen_stack else None
        if isinstance(screen, ToastScreen):
            screen.place_toasts()
        super()._refresh_notifications()
