"""Run `hingtui` as `python3 -m hingtui`, and make sure that a run begins and ends cleanly."""

# The very core of `signal`: that itself takes milliseconds, in which Ctrl+C would be a traceback.
import _signal  # type: ignore[import-not-found]  # typeshed knows it under its public name only
import os
import sys


def run() -> None:
    """Carry out this process's command line, and end it."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until `main` installs its handler
    from hingtui.cli.parser import main

    status = main()
    if "hingtui.system.shutdown" in sys.modules:  # where nothing was begun, nothing can hang
        from hingtui.system.shutdown import leave

        leave(status)
    os._exit(status)  # all output is flushed: see `leave`


if __name__ == "__main__":
    run()
