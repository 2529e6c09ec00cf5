"""The table of videos: columns, cells, order and filter.

video_table    the table: its columns fit, its cursor stays on its video
├── row_view       which rows are shown, and by what they are sorted
├── row_order      keeps them in order, at the cost of what changed
├── group_lines    the headers of groups
├── columns        all columns, and which of them fit
└── cells          draws each cell, the countdown too
    ├── cell           what stands in one
    ├── reason         why it failed, across columns
    ├── row_state      its colour
    └── progress_bar   its bar
import_table   the table of an account's list
list_keys      the keys of lists that have a screen of their own
piece_text     lines of pieces in the colours of a theme
"""
