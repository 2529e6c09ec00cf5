"""The ids that are watched and what was last known of them, shared between processes."""

from hingtui.watchlist.entry import Entry
from hingtui.watchlist.watchlist import Contents, Watchlist

__all__ = ["Contents", "Entry", "Watchlist"]
