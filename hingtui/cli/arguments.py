"""The arguments of all commands, their help, and their errors in the language in use.

It imports neither Textual nor httpx, nor any command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hingtui import __version__
from hingtui.cli.argument_values import check_dashes, count, folder, port, seed
from hingtui.cli.examples import epilog
from hingtui.cli.help_format import HelpFormatter
from hingtui.text import i18n
from hingtui.text.i18n import _, mark

TYPE_CHECKING = False  # typing itself takes a tenth of the time of --help
if TYPE_CHECKING:
    from typing import IO, Any, NoReturn

SHELLS = ("bash", "zsh", "fish")
LISTS = ("gateways", "ids")
"""What the completions themselves ask for at each Tab."""

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


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What these arguments (None: of this process) ask for. Raises SystemExit, OSError."""
    chosen = make_parser().parse_args(arguments)
    _check_choice(chosen)
    return chosen


def _check_choice(chosen: argparse.Namespace) -> None:
    """End with the usage where a command got neither ids nor the option that stands for them.

    Both are wrong too: which of them is meant?
    """
    parser, option = getattr(chosen, "needs_one_of", (None, ""))
    if parser is not None and bool(chosen.ids) is bool(getattr(chosen, option[2:])):
        parser.error(_("either ids or {option} must be given").format(option=option))


_ERROR_CELLS = 320
"""Cells of an error of argparse: room for all commands, and for some of what it quotes."""


class _Parser(argparse.ArgumentParser):
    """A parser that cleans what it quotes, and raises OSError where its help cannot be written."""

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:  # type: ignore[override]  # typeshed: any SupportsWrite
        if file is not None and file is sys.stdout:  # the help: it quotes nothing from outside
            file.write(message)
            return
        from hingtui.text.clean import clean_block

        print(clean_block(message, 100_000), file=file or sys.stderr)

    def error(self, message: str) -> NoReturn:
        """End with the usage and `message`, cut in its middle where it quotes a whole log, say."""
        from hingtui.text.cell_width import fit_middle

        super().error(fit_middle(message, _ERROR_CELLS))


class _CommandParser(_Parser):
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse's; what a command does not know is its own error, with its own usage."""
        check_dashes(self, args)
        chosen, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(_("unrecognized arguments: %s") % " ".join(unknown))
        return chosen, unknown


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands, in the language in use now."""
    # argparse's own sentences ("usage", "options", its errors) are translated like ours.
    argparse._ = _  # type: ignore[attr-defined]  # it has them, but typeshed does not say so
    argparse.ngettext = i18n.ngettext  # type: ignore[attr-defined]  # likewise
    parser = _Parser(
        prog="hingtui",
        description=_("htop for your video generations. Without a command: the dashboard."),
        epilog=epilog(
            "",
            _(
                "The token is read from HINGNET_API_KEY, or typed once in the dashboard. "
                "hingtui only reads: it can never start, change or delete a job."
            ),
        ),
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"hingtui {__version__}",
        help=_("show program's version number and exit"),
    )
    commands = parser.add_subparsers(
        dest="command",
        metavar=_("COMMAND"),
        title=_("commands"),
        parser_class=_CommandParser,
    )

    _add_watchlist_commands(commands)
    _add_asking_commands(commands)
    _add_doctor(commands)
    _add_history_commands(commands)
    _add_report(commands)
    _add_demo(commands)
    _add_completions(commands)
    return parser


def _add_demo(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    demo = _command(
        commands, "demo", _("try the dashboard on embedded gateways: no token, no network")
    )
    demo.add_argument(
        "--videos",
        type=count,
        default=12,
        metavar="N",
        help=_("the number of videos at the start"),
    )
    demo.add_argument(
        "--seed", type=seed, default=1, metavar="N", help=_("the seed of the made-up videos")
    )
    demo.add_argument(
        "--serve",
        action="store_true",
        help=_("only run its gateways, and print what to paste"),
    )
    demo.add_argument(
        "--port", type=port, default=0, metavar="N", help=_("with --serve: the port; 0 is any")
    )


def _shell(text: str) -> str:
    """A shell, or one of LISTS, which no error names. Raises ArgumentTypeError."""
    if text in (*SHELLS, *LISTS):
        return text
    words = _("invalid choice: %(value)r (choose from %(choices)s)")
    names = ", ".join(map(repr, SHELLS))
    raise argparse.ArgumentTypeError(words % {"value": text, "choices": names})


def _add_completions(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    completions = _command(
        commands, "completions", _("print what makes a shell complete hingtui's arguments")
    )
    completions.add_argument("what", type=_shell, metavar="|".join(SHELLS), help=_("your shell"))


def _add_watchlist_commands(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    add = _command(commands, "add", _("add videos to the watchlist"))
    add.add_argument(
        "ids",
        nargs="+",
        metavar=_("ID"),
        help=_("an id, a URL, or text or JSON that holds ids; - reads standard input"),
    )
    _add_gateway(add, _("the gateway of these ids; default: it is found out"))

    remove = _command(commands, "remove", _("take videos off the watchlist; no file is deleted"))
    remove.add_argument(
        "ids",
        nargs="*",
        metavar=_("ID"),
        help=_("an id, a URL, or text or JSON that holds ids; - reads standard input"),
    )
    remove.add_argument("--saved", action="store_true", help=_("all videos that are saved"))
    _add_gateway(remove, _("only the videos of this gateway"))
    remove.set_defaults(needs_one_of=(remove, "--saved"))

    tag = _command(commands, "tag", _("put a tag on watched videos, to find them by it"))
    tag.add_argument("tag", metavar=_("TAG"), help=_("a word, or several with commas between"))
    tag.add_argument("ids", nargs="+", metavar=_("ID"), help=_("an id or a URL"))
    tag.add_argument("--remove", action="store_true", help=_("take the tag off"))
    _add_gateway(tag, _("only the videos of this gateway"))


def _add_asking_commands(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    status = _command(commands, "status", _("ask once about videos and print their status"))
    status.add_argument("ids", nargs="*", metavar=_("ID"), help=_("default: all watched videos"))
    status.add_argument(
        "--filter",
        metavar=_("WORDS"),
        default="",
        help=_("only videos that hold all these words, as in the dashboard's filter"),
    )
    _add_gateway(status, _("only the videos of this gateway"))
    status.add_argument("--json", action="store_true", help=_("one JSON object a line"))

    download = _command(commands, "download", _("download finished videos"))
    download.add_argument("ids", nargs="*", metavar=_("ID"), help=_("an id or a URL"))
    download.add_argument(
        "--ready",
        action="store_true",
        help=_("all watched videos that are ready and not saved, the first to expire first"),
    )
    download.add_argument(
        "--wait",
        action="store_true",
        help=_("wait until they are finished; with --ready: for all watched videos"),
    )
    download.add_argument(
        "-o", "--output", type=folder, metavar=_("DIR"), help=_("the folder for the files")
    )
    _add_gateway(download, _("only the videos of this gateway"))
    download.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    download.set_defaults(needs_one_of=(download, "--ready"))

    watch = _command(
        commands, "watch", _("watch and save all videos without a screen, a line for each event")
    )
    watch.add_argument(
        "--until-done",
        action="store_true",
        help=_(
            "end when each is saved, has failed, has expired, or is unknown 90 s after it was added"
        ),
    )
    watch.add_argument("--json", action="store_true", help=_("one JSON object a line"))


def _add_gateway(command: argparse.ArgumentParser, words: str) -> None:
    command.add_argument("--gateway", type=str.strip, metavar=_("NAME"), help=words)


def _add_doctor(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    doctor = _command(
        commands,
        "doctor",
        _("check settings, token, gateways, network, folders and terminal, and say what to do"),
    )
    doctor.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    doctor.epilog = epilog(
        "doctor", _("The output holds no token, password, signed link or user name.")
    )


def _add_history_commands(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    history = _command(commands, "history", _("list the videos that were ever watched"))
    stats = _command(commands, "stats", _("count them: how long they took, what they cost"))
    for command in (history, stats):
        command.add_argument(
            "words",
            nargs="*",
            metavar=_("WORDS"),
            help=_("as in the dashboard's filter; also since:2026-11-20, since:7d, today"),
        )
    history.add_argument(
        "--limit",
        type=count,
        metavar="N",
        help=_("list so many at most, 0 for all; on a terminal 100 if not given"),
    )
    history.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    stats.add_argument("--json", action="store_true", help=_("one JSON object"))


def _add_report(commands: argparse._SubParsersAction[_CommandParser]) -> None:
    report = _command(commands, "report", _("ask once about one video and print a support report"))
    report.add_argument("ids", nargs=1, metavar=_("ID"), help=_("an id or a URL"))
    _add_gateway(report, _("the gateway of the video; default: it is found out"))
    report.add_argument("--json", action="store_true", help=_("one JSON object"))
    report.epilog = epilog(
        "report", _("The output holds no token, password, signed link or user name.")
    )


def _command(
    commands: argparse._SubParsersAction[_CommandParser], name: str, words: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=words,
        description=words[:1].upper() + words[1:],
        epilog=epilog(name),
        formatter_class=HelpFormatter,
    )
