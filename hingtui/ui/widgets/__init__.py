"""The parts of the dashboard around the table.

header            how many videos are in which state, and the next countdown
└── header_part       a piece of it
banner            what a person should know or do
filter_bar        the line of the filter
└── line_input        an input whose pasted text is cleaned
key_bar           the footer
welcome           the card while nothing is watched
detail            the details pane
├── detail_text       its text, the countdown too
├── detail_field      a field of it
├── line_text         draws its changed lines alone
├── progress_text     a running video
├── progress_curve    its progress as a curve
├── problem_text      what is wrong
└── preview_text      what is in the file
poster            the picture in the details
├── picture           a picture in the terminal
└── gallery           many of them in place of the table
history_table     the table of the history
└── history_detail    one video in it
same_text         whether a widget has to be repainted
"""
