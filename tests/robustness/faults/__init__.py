"""Every row of the table of faults, against a server that fails on purpose, over real sockets."""
