"""The monitor: which video is polled when, what responses mean, which files are downloaded.

Must not import Textual or httpx: the dashboard, `status` and `download` all use it.

monitor             the entry point for the UI and the commands; connects the rest
├── rows                the rows: added, taken out, brought back, merged with the file
│   ├── row                 the data of one watched video
│   └── row_events          what follows when a row comes, goes, or its gateway is found
├── poller              which video is due; sends the requests
│   └── list_poller         many at once, through the account's list
├── account_list        the account's list, page by page
│   └── following           adds new videos of an account automatically
├── one_round           asks about each of some videos once, for commands
├── response_handler    what a response or an error means for rows and gateway
│   └── raw_responses       the last response about each video
├── gateways            all of them: connect, remove, run, their states
├── shared              what the gateways have in common
├── gateway_watch       one gateway: its state, client, poller, and what follows from responses
│   ├── gateway_api         what it needs of a gateway's client
│   └── balance             what is left of its account
├── gateway_lookup      which gateway knows an id that came without one
├── gateway             reachable? rate limited? token refused? paused?
│   ├── gateway_status      its state as it is shown
│   ├── gateway_clock       the time at the gateway
│   └── rate_limiter        how many requests may be sent
├── download_queue      which finished videos are downloaded, in which order
│   ├── download_thread     runs one download, and answers what it asks
│   ├── retry_policy        when one that failed is tried again
│   ├── shared_downloads    what other processes have saved (any thread)
│   ├── sidecar             the file with the prompt beside a saved video (any thread)
│   ├── download_listener   the events of downloads
│   ├── download_events     what follows when a download progresses, ends or fails
│   └── daemon_thread       blocking work that never holds up the end of the program
├── watchlist_sync      rows ↔ the watchlist's file
├── background          tasks that are not awaited, loops that start again
├── duration_stats      how long such videos took
├── history_recorder    what happens, for the history
│   ├── history_sightings   rows as the history keeps them
│   └── history_notice      what is wrong with it, in one sentence
├── history_words       a person's words → a search of the history
│   └── history_dates       the dates among them
├── history_text        the history's videos as text
├── statistics_text     its figures as text
│   └── text_table          a table of text
├── gateway_health      how well a gateway has worked
├── alarms              which unsaved videos are about to expire, or have
├── late_downloads      keeps the forecast up to date
│   ├── forecast            which downloads will be late, and which one to cancel
│   └── transfer_speed      bytes a second of all downloads together
├── event_commands      runs the person's own commands
├── watch_events        what happened, event by event, for a watch without a screen
├── batch_progress      how far all downloads together are
├── absence             what happened while the person was away
├── status_counts       how many rows are in which state; which file expires next
│   └── state_words         icon and word of a state
├── attention           how much attention a row needs: the order of the dashboard
├── row_groups          which rows belong together, and how far they are
├── row_filter          which rows a person's words choose
└── changes             notifies listeners, a few times a second
"""

from hingtui.monitor.changes import Changes
from hingtui.monitor.gateway_status import GatewayState, GatewayStatus
from hingtui.monitor.monitor import Added, Monitor
from hingtui.monitor.row import Download, DownloadState, HistoryEntry, LastError, Row
from hingtui.monitor.status_counts import RowState, StatusCounts, row_state_of

__all__ = [
    "Added",
    "Changes",
    "Download",
    "DownloadState",
    "GatewayState",
    "GatewayStatus",
    "HistoryEntry",
    "LastError",
    "Monitor",
    "Row",
    "RowState",
    "StatusCounts",
    "row_state_of",
]
