"""Run the command that the arguments name; the exit status of the process.

Each command is imported only when it runs: `--help` and `--version` import neither Textual nor
httpx.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from hingtui.text import i18n

TYPE_CHECKING = False  # typing itself takes a tenth of the time of --help
if TYPE_CHECKING:
    import argparse
    from types import TracebackType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (None: of this process); its exit status."""
    sys.excepthook = _print_crash
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        with suppress(ValueError):  # not in the main thread: there no signal arrives
            signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _main(arguments)
    except KeyboardInterrupt:  # Ctrl+C, or another signal that ends a command
        from hingtui.system.shutdown import this_process

        return this_process.status or 130


def _print_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback as Python does, but without the token."""
    from hingtui.text.redaction import print_crash

    print_crash(kind, error, trace)


def _main(arguments: Sequence[str] | None) -> int:
    _open_closed_streams()
    i18n.use_language(i18n.language_from(os.environ))
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)
    try:
        chosen = _parsed(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as ended:  # argparse has printed why
        return _flushed(ended.code if isinstance(ended.code, int) else 1)
    except OSError as error:
        return _flushed(_report_os_error(error))
    from hingtui.system.shutdown import this_process

    with this_process.handling_signals():
        try:
            status = _run_reporting_os_errors(chosen)
        except KeyboardInterrupt:
            status = 130
        except Exception:
            if this_process.status is None:
                raise
            status = 130  # KeyboardInterrupt surfaces as another type in a class body or a callback
        status = _flushed(status)
        return status if this_process.status is None else this_process.status


def _parsed(arguments: Sequence[str]) -> argparse.Namespace | None:
    """None where there are none: the dashboard starts without the time that a parser takes."""
    if not arguments:
        return None
    from hingtui.cli.arguments import parse_arguments

    return parse_arguments(arguments)


def _open_closed_streams() -> None:
    """Replace standard streams that were closed before the start (`<&-`) by empty ones.

    Otherwise the next file that is opened would get the number of one of them, and output that is
    meant for it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(null, mode, closefd=False))


def _run_reporting_os_errors(chosen: argparse.Namespace | None) -> int:
    try:
        return _run(chosen)
    except OSError as error:
        return _report_os_error(error)


def _report_os_error(error: OSError) -> int:
    if not isinstance(error, BrokenPipeError):  # the reader of our output has ended
        with suppress(OSError):  # stderr may be gone too
            _print_os_error(error)
    return 1


def _print_os_error(error: OSError) -> None:
    from hingtui.system.files import error_text

    print(f"hingtui: {error_text(error)}", file=sys.stderr)


def _flushed(status: int) -> int:
    """Flush all output; the exit status, which is not 0 if some of it could not be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            # Python would write the buffer again when it ends, and print an error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            status = status or 1
            if not isinstance(error, BrokenPipeError):
                with suppress(OSError):  # stderr may be gone too
                    _print_os_error(error)
    return status


def _run(chosen: argparse.Namespace | None) -> int:
    if chosen is None or chosen.command is None:
        from hingtui.cli.dashboard import dashboard

        return dashboard(os.environ)
    if chosen.command == "demo":
        from hingtui.cli import demo

        if chosen.serve:
            return demo.serve(chosen.videos, chosen.seed, chosen.port)
        return demo.demo(os.environ, chosen.videos, chosen.seed)
    work = _imported_command(chosen)
    from hingtui.system.shutdown import this_process

    this_process.be_interruptible()
    return work()


def _imported_command(chosen: argparse.Namespace) -> Callable[[], int]:
    """The work of a command that draws no dashboard, with everything it needs imported."""
    if chosen.command == "add":
        from hingtui.cli.add import add

        return lambda: add(os.environ, chosen.ids, gateway=chosen.gateway)
    if chosen.command == "status":
        from hingtui.cli.status import status

        return lambda: status(
            os.environ,
            chosen.ids,
            words=chosen.filter,
            as_json=chosen.json,
            gateway=chosen.gateway,
        )
    if chosen.command == "remove":
        from hingtui.cli.remove import remove

        return lambda: remove(os.environ, chosen.ids, saved=chosen.saved, gateway=chosen.gateway)
    if chosen.command == "tag":
        from hingtui.cli.tag import tag

        return lambda: tag(
            os.environ, chosen.tag, chosen.ids, removes=chosen.remove, gateway=chosen.gateway
        )
    if chosen.command == "watch":
        from hingtui.cli.watch import watch

        return lambda: watch(os.environ, until_done=chosen.until_done, as_json=chosen.json)
    if chosen.command == "report":
        from hingtui.cli.report import report

        return lambda: report(os.environ, chosen.ids, gateway=chosen.gateway, as_json=chosen.json)
    if chosen.command == "doctor":
        from hingtui.cli.doctor.run import doctor

        return lambda: doctor(os.environ, as_json=chosen.json)
    if chosen.command == "history":
        from hingtui.cli.history import history

        return lambda: history(os.environ, chosen.words, limit=chosen.limit, as_json=chosen.json)
    if chosen.command == "stats":
        from hingtui.cli.stats import stats

        return lambda: stats(os.environ, chosen.words, as_json=chosen.json)
    if chosen.command == "completions":
        from hingtui.cli.completions.run import completions

        return lambda: completions(os.environ, chosen.what)
    from hingtui.cli.download import download

    return lambda: download(
        os.environ,
        chosen.ids,
        ready=chosen.ready,
        wait=chosen.wait,
        folder=chosen.output,
        as_json=chosen.json,
        gateway=chosen.gateway,
    )
