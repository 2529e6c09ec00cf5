"""Make the history that the settings describe. It is opened when it is first used, in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hingtui.storage.settings import Settings

if TYPE_CHECKING:
    from hingtui.storage.history import History
    from hingtui.system.clock import Clock


def history_of(settings: Settings, clock: Clock | None = None) -> History:
    """The history beside the watchlist; no file is touched yet."""
    from hingtui.storage.history import HISTORY_FILE, History  # no first picture needs sqlite3

    path = settings.watchlist_path.with_name(HISTORY_FILE)
    return History(path, most=settings.history_videos, clock=clock)
