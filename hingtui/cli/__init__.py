"""The command line: what is typed, what is done, what is printed.

parser                runs the command that is named; imports only that one
├── arguments             all arguments, and errors in them
├── argument_values       the numbers among them
├── examples              the examples in the help
├── help_format           its columns and lines
└── session               settings, log, gateway and watchlist of one run
    └── history_notices       says what is wrong with the history meanwhile
add, remove, tag, status, download, watch, history, stats, report, demo, dashboard    a command each
completions, doctor   a command in several modules each
watchlist_change      what add, remove and tag have in common
input                 ids from the arguments and from standard input
reasons               why a video was not asked about, or not downloaded
output                tables, JSON lines and errors
├── status_table          the table of `status`
├── event_lines           the lines of `watch`
├── report_lines          the lines of `report`
├── live_line             a line on stderr that is redrawn
├── download_progress     what that line says of downloads
└── line_writer           writes lines in a thread
terminal_check        whether the dashboard can be drawn here
"""
