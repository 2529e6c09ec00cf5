"""The ids that are watched and what was last known of them, shared between processes.

watchlist    one file: read, change, repair
layout       its text: a head, and one chunk for each video
entry        one video in it
repair       what was done about a damaged file, in a sentence
rescue       what can be read from a damaged file
inspection   looks at it and changes nothing, for `doctor`
"""

from hingtui.storage.watchlist.entry import Entry, merged_files
from hingtui.storage.watchlist.watchlist import Contents, Watchlist

__all__ = ["Contents", "Entry", "Watchlist", "merged_files"]
