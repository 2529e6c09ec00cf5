"""Clock, files, terminal, signals, log, other programs: what differs between systems.

clock               the time, and waiting
files               files that outlast a crash
folder_check        what a folder can do
log                 the log, in a thread, without secrets
malloc              keeps the C library's memory small
idle_gc             collects garbage while there is no input
open_file           opens a file with another program
user_commands       runs the person's own commands
shutdown            ends on a signal, with its clean-up done
terminal            the terminal's state, saved and restored
terminal_query      asks the terminal what it can do
terminal_features   which notifications it understands
terminal_pictures   draws pictures in its own graphics
platform_limits     what cannot be done on this system
"""
