"""What is sent to the terminal, and what has to be sent at the end to undo it."""

from __future__ import annotations

from hingtui.storage.settings import AlertSettings
from hingtui.system.terminal_features import (
    BELL,
    NO_PROGRESS,
    POP_TITLE,
    PUSH_TITLE,
    Notification,
    TerminalFeatures,
)
from hingtui.ui.terminal_signals import TerminalSignals

EVERYTHING = TerminalFeatures(
    Notification.OSC_9, needs_bell=False, has_title=True, has_progress=True
)


class Sent:
    """The signals of a terminal, and what they sent."""

    def __init__(self, features: TerminalFeatures = EVERYTHING, **settings: object) -> None:
        self.sent: list[str] = []
        self.undo = ""
        chosen = AlertSettings(**settings)  # type: ignore[arg-type]
        self.signals = TerminalSignals(features, chosen, self.sent.append, self._undo_with)

    def _undo_with(self, sequences: str) -> None:
        self.undo = sequences

    def new(self) -> str:
        text = "".join(self.sent)
        self.sent.clear()
        return text


def test_the_title_is_kept_once_and_brought_back() -> None:
    terminal = Sent()
    terminal.signals.show_title("1 expires")
    assert terminal.new() == PUSH_TITLE + "\x1b]0;1 expires – hingtui\x1b\\"
    assert terminal.undo == POP_TITLE
    terminal.signals.show_title("1 expires")
    assert terminal.new() == ""
    terminal.signals.show_title("2 expire")
    assert terminal.new() == "\x1b]0;2 expire – hingtui\x1b\\"
    terminal.signals.show_title(None)
    assert (terminal.new(), terminal.undo) == (POP_TITLE, "")


def test_title_and_progress_are_sent_again_after_a_suspension() -> None:
    terminal = Sent()
    terminal.signals.show_title("1 expires")
    terminal.signals.show_progress(40)
    assert terminal.undo == NO_PROGRESS + POP_TITLE
    before = terminal.new()
    terminal.undo = ""  # it was sent when the terminal was given back
    terminal.signals.show_again()
    assert (terminal.new(), terminal.undo) == (before, NO_PROGRESS + POP_TITLE)
    terminal.signals.show_progress(None)
    assert (terminal.new(), terminal.undo) == (NO_PROGRESS, POP_TITLE)


def test_without_notifications_the_bell_is_rung() -> None:
    terminal = Sent(TerminalFeatures())
    terminal.signals.notify("ready")
    terminal.signals.notify_of_alarm("late")
    terminal.signals.show_title("late")
    terminal.signals.show_progress(3)
    assert terminal.new() == BELL


def test_config_chooses_the_kind_of_notification() -> None:
    terminal = Sent(TerminalFeatures(is_in_tmux=True), desktop="osc9")
    terminal.signals.notify("ready")
    assert terminal.new() == "\x1bPtmux;\x1b\x1b]9;hingtui: ready\x1b\x1b\\\x1b\\"
    for quiet in (Sent(desktop="off"), Sent(TerminalFeatures(), bell=False)):
        quiet.signals.notify("ready")
        assert quiet.new() == ""
