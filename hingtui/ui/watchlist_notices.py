"""What a person should know about the files of watchlist and history, for the banner.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Iterable

from hingtui.monitor import Monitor
from hingtui.monitor.history_notice import history_notice
from hingtui.text.i18n import _


def storage_problem(monitor: Monitor) -> str:
    """Why the watchlist cannot be written, "" if it can."""
    if (error := monitor.storage_error) is None:
        return ""
    words = _("{error} It is retried automatically; the videos stay on the list.")
    return words.format(error=error)


def watchlist_notices(monitor: Monitor) -> Iterable[str]:
    """What is unusual about the files, the most important first."""
    if monitor.is_read_only:
        yield _("The watchlist is of a newer hingtui: it is shown, but nothing is saved in it.")
    if monitor.repair is not None:
        from hingtui.storage.watchlist.repair import repair_text  # not for the first picture

        yield repair_text(monitor.repair)
    if notice := history_notice(monitor.history):
        yield notice
