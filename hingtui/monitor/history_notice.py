"""Say in one sentence what is wrong with the history, on the screen and on the command line."""

from __future__ import annotations

from hingtui.monitor.history_recorder import HistoryRecorder
from hingtui.text.i18n import _


def history_notice(history: HistoryRecorder) -> str:
    """Why the history cannot be written, or that it was damaged; "" if all is well."""
    if (problem := history.problem) is not None:
        return _("{error} Nothing else is affected.").format(error=problem)
    if history.set_aside is not None:
        words = _("The history was damaged. A new one is begun; the bad file is {name}.")
        return words.format(name=history.set_aside.name)
    return ""
