"""Parse the command line and run the command; the exit status of the process.

Each command is imported only when it runs: `--help` and `--version` import neither Textual nor
httpx.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from hingtui import __version__
from hingtui.text import i18n
from hingtui.text.i18n import _, mark

TYPE_CHECKING = False  # typing itself takes a tenth of the time of --help
if TYPE_CHECKING:
    from types import TracebackType
    from typing import IO

_WORDS_OF_ARGPARSE = (
    mark("usage: "),
    mark("options"),
    mark("positional arguments"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("expected one argument"),
    mark("expected at least one argument"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
)
"""Sentences of argparse itself: listed here so that they are translated."""


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
        chosen = _parser().parse_args(arguments)
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


def _open_closed_streams() -> None:
    """Replace standard streams that were closed before the start (`<&-`) by empty ones.

    Otherwise the next file that is opened would get the number of one of them, and output that is
    meant for it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(null, mode, closefd=False))


def _run_reporting_os_errors(chosen: argparse.Namespace) -> int:
    try:
        return _run(chosen)
    except OSError as error:
        return _report_os_error(error)


def _report_os_error(error: OSError) -> int:
    if not isinstance(error, BrokenPipeError):  # the reader of our output has ended
        with suppress(OSError):  # stderr may be gone too
            print(f"hingtui: {error}", file=sys.stderr)
    return 1


class _Parser(argparse.ArgumentParser):
    """A parser that cleans what it quotes, and raises OSError where its help cannot be written."""

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:  # type: ignore[override]
        if file is not None and file is sys.stdout:  # the help: it quotes nothing from outside
            file.write(message)
            return
        from hingtui.text.clean import clean_block

        print(clean_block(message, 100_000), file=file or sys.stderr)


def _flushed(status: int) -> int:
    """Flush all output; the exit status, which is not 0 if some of it could not be written."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError as error:
            # Python would write the buffer again when it ends, and print an error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            status = status or 1
            if not isinstance(error, BrokenPipeError):
                with suppress(OSError):  # stderr may be gone too
                    print(f"hingtui: {error}", file=sys.stderr)
    return status


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command is None:
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

        return lambda: add(os.environ, chosen.ids)
    if chosen.command == "status":
        from hingtui.cli.status import status

        return lambda: status(os.environ, chosen.ids, as_json=chosen.json)
    from hingtui.cli.download import download

    return lambda: download(
        os.environ, chosen.ids, wait=chosen.wait, folder=chosen.output, as_json=chosen.json
    )


def _parser() -> argparse.ArgumentParser:
    # argparse's own sentences ("usage", "options", its errors) are translated like ours.
    argparse._ = _  # type: ignore[attr-defined]
    argparse.ngettext = i18n.ngettext  # type: ignore[attr-defined]
    parser = _Parser(
        prog="hingtui",
        description=_("htop for your video generations. Without a command: the dashboard."),
        epilog=_(
            "The token is read from HINGNET_API_KEY, or typed once in the dashboard. "
            "hingtui only reads: it can never start, change or delete a job."
        ),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"hingtui {__version__}",
        help=_("show program's version number and exit"),
    )
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), title=_("commands"))

    add = _command(commands, "add", _("add videos to the watchlist"))
    add.add_argument(
        "ids",
        nargs="+",
        metavar=_("ID"),
        help=_("an id, a URL, or text or JSON that holds ids; - reads standard input"),
    )

    status = _command(commands, "status", _("ask once about videos and print their status"))
    status.add_argument("ids", nargs="*", metavar=_("ID"), help=_("default: all watched videos"))
    status.add_argument("--json", action="store_true", help=_("one JSON object a line"))

    download = _command(commands, "download", _("download finished videos"))
    download.add_argument("ids", nargs="+", metavar=_("ID"), help=_("an id or a URL"))
    download.add_argument("--wait", action="store_true", help=_("wait until they are finished"))
    download.add_argument("-o", "--output", metavar=_("DIR"), help=_("the folder for the files"))
    download.add_argument("--json", action="store_true", help=_("one JSON object a line"))

    demo = _command(
        commands, "demo", _("try the dashboard on an embedded server: no token, no network")
    )
    demo.add_argument(
        "--videos",
        type=_count,
        default=12,
        metavar="N",
        help=_("the number of videos at the start"),
    )
    demo.add_argument(
        "--seed", type=int, default=1, metavar="N", help=_("the seed of the made-up videos")
    )
    demo.add_argument(
        "--serve",
        action="store_true",
        help=_("only run the server, and print the variables to export"),
    )
    demo.add_argument(
        "--port", type=_port, default=0, metavar="N", help=_("with --serve: the port; 0 is any")
    )
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, words: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=words, description=words[:1].upper() + words[1:])


def _count(text: str) -> int:
    return _number(text, 100_000)


def _port(text: str) -> int:
    return _number(text, 65_535)


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= most and len(text) < 10):
        message = _("must be a number from 0 to {most}").format(most=most)
        raise argparse.ArgumentTypeError(message)
    return int(text)
