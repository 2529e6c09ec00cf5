"""Clock, files, terminal, signals, log, other programs: what differs between systems."""
