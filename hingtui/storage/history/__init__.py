"""The history of all videos that were ever watched, in one SQLite file that processes share.

record      one video of the history, and how a newer sighting changes it
schema      the tables
rows        videos in and out of the tables
search      conditions as SQL
statistics  counts, durations, costs
durations   the distribution of durations
database    one connection: opened, set aside where it is damaged
failures    SQLite's errors as sentences
salvage     what can still be read of a damaged file
history     all that others use
"""

from hingtui.storage.history.durations import (
    bucket_of,
    bucket_start,
    histogram,
    histogram_span,
)
from hingtui.storage.history.failures import Interrupted
from hingtui.storage.history.history import HISTORY_FILE, DurationKey, History
from hingtui.storage.history.record import (
    Duration,
    HistoryState,
    HistoryVideo,
    Sighting,
    StatusChange,
)
from hingtui.storage.history.search import Search, Term
from hingtui.storage.history.statistics import (
    Durations,
    Hour,
    Kind,
    Money,
    Outcome,
    Statistics,
    added_up,
)

__all__ = [
    "HISTORY_FILE",
    "Duration",
    "DurationKey",
    "Durations",
    "History",
    "HistoryState",
    "HistoryVideo",
    "Hour",
    "Interrupted",
    "Kind",
    "Money",
    "Outcome",
    "Search",
    "Sighting",
    "Statistics",
    "StatusChange",
    "Term",
    "added_up",
    "bucket_of",
    "bucket_start",
    "histogram",
    "histogram_span",
]
