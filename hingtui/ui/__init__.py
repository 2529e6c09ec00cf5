"""The dashboard: the only package that imports Textual.

app                   connects screens, monitor, settings and terminal; made of
├── adding_app            adding, changing and removing gateways
├── alerting_app          alerts
├── connecting_app        clients and typed tokens
├── leaving_app           the end of the program
└── previewing_app        previews, and how the terminal draws them
screens, table, widgets, theme    what is drawn
textual_fixes         workarounds for Textual
commands              every command with its default keys
├── keys                  the keys in use
└── command_palette       all commands by name
video_actions         what commands do to videos
├── copy_actions, file_actions, tag_actions, history_actions    some of them
├── opening_text          how opening a file went
├── auto_download         automatic download, on and off
└── explanations          why a command did nothing
notifications         what changes become toasts and events
├── toasts, event_log     show toasts, keep events
├── arrivals              new videos of followed accounts
├── gateway_events        gateways that stop or begin to answer
└── advice                the next step, with the keys in use
alerts                alarms, the forecast, what was missed
├── alert_text            their sentences
└── terminal_signals      bell, title, notification, progress
gateway_view          what is shown of gateways
├── gateway_health_text   how well they work
├── gateway_check         tries one that was typed
└── token_check           tries a token
history_view          what the history screen shows
└── history_context       what it is given
import_list           what was read of an account's list, and marked
└── import_text           what the dialog says of it
memory                what is remembered for the next run
messages              what widgets report
drawing               how the terminal draws pictures
watchlist_notices     what the banner says of files
"""

import os

for _name in ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_LOG"):
    # Textual reads them as it is imported, and writes every key that is typed to a file or to a
    # console: a token that is typed would be among them.
    os.environ.pop(_name, None)
