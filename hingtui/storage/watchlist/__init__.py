"""The ids that are watched and what was last known of them, shared between processes."""

from hingtui.storage.watchlist.entry import Entry, merged_files
from hingtui.storage.watchlist.watchlist import Contents, Watchlist

__all__ = ["Contents", "Entry", "Watchlist", "merged_files"]
