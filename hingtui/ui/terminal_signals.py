"""Reach a person who is not looking: the bell, the window's title, notifications, a progress.

Must not import Textual. Nothing is sent that this terminal is not known to understand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hingtui.storage.settings import AlertSettings
from hingtui.system.terminal_features import (
    BELL,
    NO_PROGRESS,
    POP_TITLE,
    PUSH_TITLE,
    Notification,
    TerminalFeatures,
    notification_sequence,
    progress_sequence,
    title_sequence,
)

_NAME, _ALARMS = "hingtui", "hingtui-alarms"


class TerminalSignals:
    """What is shown outside the program's own screen, and how it is undone."""

    def __init__(
        self,
        features: TerminalFeatures,
        settings: AlertSettings,
        write: Callable[[str], None],
        undo_with: Callable[[str], None],
    ) -> None:
        """`write` sends to the terminal; `undo_with` is given what has to be sent at the end."""
        self._features = _as_configured(features, settings)
        self._may_ring = settings.bell
        self._has_title = settings.title and features.has_title
        self._has_progress = settings.progress and features.has_progress
        self._write = write
        self._undo_with = undo_with
        self._title: str | None = None
        self._progress = ""

    def ring(self) -> None:
        """Ring the terminal's bell."""
        if self._may_ring:
            self._write(BELL)

    def notify(self, text: str) -> None:
        """Show a desktop notification; ring where the terminal may have none."""
        if sequence := notification_sequence(self._features, _NAME, text):
            self._write(sequence)
        if self._features.needs_bell:
            self.ring()

    def notify_of_alarm(self, text: str) -> None:
        """Show a notification that no later one replaces. The bell has been rung already."""
        if sequence := notification_sequence(self._features, _NAME, text, topic=_ALARMS):
            self._write(sequence)

    def show_title(self, text: str | None) -> None:
        """Make this the window's title; None: as it was before."""
        if not self._has_title or text == self._title:
            return
        if text is None:
            self._write(POP_TITLE)
        else:
            begins = "" if self._title is not None else PUSH_TITLE
            self._write(begins + title_sequence(f"{text} – {_NAME}"))
        self._title = text
        self._plan_undo()

    def show_progress(self, percent: int | None, *, is_waiting: bool = False) -> None:
        """Show the progress of the downloads in the terminal's tab; None: there are none."""
        sequence = "" if percent is None else progress_sequence(percent, is_waiting=is_waiting)
        if not self._has_progress or sequence == self._progress:
            return
        self._progress = sequence
        self._write(sequence or NO_PROGRESS)
        self._plan_undo()

    def show_again(self) -> None:
        """Send title and progress once more: they were undone when the program was suspended."""
        title, self._title = self._title, None
        self.show_title(title)
        if self._progress:
            self._write(self._progress)
        self._plan_undo()

    def _plan_undo(self) -> None:
        has_title = self._title is not None
        self._undo_with((NO_PROGRESS if self._progress else "") + (POP_TITLE if has_title else ""))


def _as_configured(features: TerminalFeatures, settings: AlertSettings) -> TerminalFeatures:
    """With the kind of notification that config.toml names."""
    match settings.desktop:
        case "auto":
            return features
        case "off":
            return replace(features, notification=Notification.NONE, needs_bell=False)
        case name:
            return replace(features, notification=Notification(name), needs_bell=False)
