"""Print what is wrong with the history while a command runs."""

from __future__ import annotations

from hingtui.cli.output import print_message
from hingtui.monitor import Changes
from hingtui.monitor.history_notice import history_notice
from hingtui.monitor.history_recorder import HistoryRecorder


class HistoryNotices:
    """Prints what is wrong with the history: each sentence once, a problem again if it returns."""

    def __init__(self, history: HistoryRecorder) -> None:
        self._history = history
        self._last = ""

    def print_new(self, _changes: Changes) -> None:
        """Called when anything has changed."""
        notice = history_notice(self._history)
        if notice not in ("", self._last):
            print_message(f"hingtui: {notice}")
        self._last = notice
