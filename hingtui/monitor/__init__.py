"""The watch itself: who is asked about when, what answers mean, what is brought home.

It knows no Textual and no httpx. The dashboard, `status` and `download` all use it.

monitor     the rows, a person's intents, what answers mean
├── poller      who is due; asks
│   └── lister      many at once, through the account's list
├── saver       which finished videos are downloaded, in which order
│   └── retry_policy    when one that failed is tried again
├── keeper      rows ↔ the watchlist's file
├── gateway     reachable? rate limited? token refused? paused? its clock
│   └── rate_limiter    how many requests may be sent
├── experience  how long such videos took
├── census      how many stand how; whose file vanishes next
├── changes     tells listeners, a few times a second
└── watched     all that is held about one video
"""

from hingtui.monitor.changes import Changes
from hingtui.monitor.gateway import Connection, GatewayState
from hingtui.monitor.monitor import Added, Monitor
from hingtui.monitor.row import Download, DownloadState, HistoryEntry, LastError, Row
from hingtui.monitor.status_counts import RowState, StatusCounts, row_state_of

__all__ = [
    "Added",
    "Changes",
    "Connection",
    "Download",
    "DownloadState",
    "GatewayState",
    "HistoryEntry",
    "LastError",
    "Monitor",
    "Row",
    "RowState",
    "StatusCounts",
    "row_state_of",
]
