"""Pass focus and input to the alerts, and their escape sequences to the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable

from textual import events
from textual.app import App

from hingtui.monitor import Monitor
from hingtui.monitor.event_commands import EventCommands
from hingtui.storage.settings import Settings
from hingtui.system.shutdown import this_process
from hingtui.system.terminal_features import terminal_features
from hingtui.text.i18n import _
from hingtui.ui.alerts import Alerts
from hingtui.ui.auto_download import AutoDownload
from hingtui.ui.keys import KeyFor
from hingtui.ui.terminal_signals import TerminalSignals


class AlertingApp(App[None]):
    """The app's part of `Alerts`."""

    alerts: Alerts | None = None

    def make_alerts(
        self,
        monitor: Monitor,
        auto_download: AutoDownload,
        key_for: KeyFor,
        settings: Callable[[], Settings],
    ) -> Alerts:
        """The alerts of this terminal. Called once, when the app is mounted."""
        chosen = settings().alerts
        signals = TerminalSignals(
            terminal_features(os.environ), chosen, self.write_to_terminal, _undo_with
        )
        commands = EventCommands(
            chosen.commands,
            token=lambda: settings().token,
            failed=self._command_failed,
            on_complete=settings().on_complete,
        )
        self.alerts = Alerts(monitor, auto_download, signals, commands, key_for)
        self.app_resume_signal.subscribe(self, self._resumed)
        return self.alerts

    def write_to_terminal(self, sequence: str) -> None:
        """Send an escape sequence that draws nothing."""
        if not self.is_headless and self._driver is not None:
            self._driver.write(sequence)

    def show_alerts(self) -> None:
        """Show what the alerts have to say now. The app with a screen overrides this."""
        raise NotImplementedError

    def add_notice(self, sentence: str) -> None:
        """Show a sentence in the banner. The app with a screen overrides this."""
        raise NotImplementedError

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, and note that a person is present."""
        is_input = isinstance(event, events.InputEvent) and not event.is_forwarded
        if is_input and self.alerts is not None and self.alerts.person_came():
            self.show_alerts()
        await super().on_event(event)

    def on_app_focus(self) -> None:
        """The terminal got the focus."""
        if self.alerts is not None and self.alerts.focus_changed(True):
            self.show_alerts()

    def on_app_blur(self) -> None:
        """The terminal lost the focus."""
        if self.alerts is not None:
            self.alerts.focus_changed(False)

    def _resumed(self, _app: App[object]) -> None:
        if self.alerts is not None:
            self.alerts.terminal_taken_again()

    def _command_failed(self, event: str) -> None:
        """Called in another thread."""
        words = _("The command on_{event} could not be run; check config.toml.")
        self.call_later(self.add_notice, words.format(event=event))


def _undo_with(sequences: str) -> None:
    this_process.terminal.undo = sequences
