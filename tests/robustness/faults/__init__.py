"""The monitor and the commands with a gateway that fails on purpose, over real sockets."""
