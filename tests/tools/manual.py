"""Write the manual page from the parser: `python3 -m tests.tools.manual [check]`.

The page goes into the wheel as share/man/man1/hingtui.1. `check` writes nothing and ends with 1
where the page does not match the parser.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from hingtui.cli.arguments import make_parser
from hingtui.cli.completions.parser_words import subcommands
from hingtui.cli.examples import EXAMPLES
from hingtui.text import i18n

PAGE = Path(__file__).parents[2] / "hingtui" / "cli" / "hingtui.1"

_HEAD = r""".\" Written by python3 -m tests.tools.manual from the parser.
.TH HINGTUI 1
.SH NAME
hingtui \- watch video generations, and save each video before it expires
.SH SYNOPSIS
.B hingtui
.RI [ COMMAND ]
.SH DESCRIPTION
You pay a gateway to generate videos. Each takes seconds to many minutes, some fail, and a finished
file is deleted soon after.
.B hingtui
shows every job you asked for, and saves each finished video, complete and verified, before it
expires. Without a command it is a dashboard; press ? in it to see every key.
.PP
It only sends GET requests: it can never start, change or delete a job, nor spend a credit.
"""

_TAIL = r""".SH ENVIRONMENT
.TP
.BR HINGNET_API_KEY ", " TOKEN
The token of the gateway (TOKEN counts if it starts with oh\-).
.TP
.BR HINGNET_BASE_URL ", " BASE_URL
The address of the gateway.
.TP
.B HINGTUI_LANG
zh or en; otherwise the locale decides.
.TP
.B HINGTUI_HOME
One folder for settings, token, watchlist, log and videos.
.TP
.B HINGTUI_DOWNLOADS
The folder for videos.
.TP
.BR TEXTUAL_THEME ", " NO_COLOR
A theme by its name; no colours.
.SH FILES
.TP
.I ~/.config/hingtui/config.toml
The settings, where XDG_CONFIG_HOME does not name another folder. hingtui never writes to it.
.TP
.I ~/.local/state/hingtui/hingtui.log
The log.
.SH EXIT STATUS
0: all was done. 1: something was not, or was not found. 2: wrong arguments, or no terminal for the
dashboard. 130: Ctrl+C. 129, 143: ended by SIGHUP, SIGTERM.
"""


def page() -> str:
    """The manual page, in English."""
    spoken = i18n.current_language()
    i18n.use_language(i18n.ENGLISH)
    try:
        return _HEAD + "\n".join([*_body(make_parser()), ""]) + _TAIL
    finally:
        i18n.use_language(spoken)


def _body(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield ".SH OPTIONS"
    yield from _arguments(parser)
    yield ".SH COMMANDS"
    commands = list(subcommands(parser))
    for name, command, words in commands:
        yield f".SS {_escaped(_synopsis(name, command))}"
        yield _sentence(words)
        yield from _arguments(command)
    yield ".SH EXAMPLES"
    for name in ("", *(name for name, _command, _words in commands)):
        for typed, words in EXAMPLES[name]:
            yield from (".TP", f".B {_escaped(typed)}", _sentence(words))


def _synopsis(name: str, command: argparse.ArgumentParser) -> str:
    """What `hingtui NAME --help` says behind `usage:`, whatever the version of argparse."""
    parts = [
        f"[{_spelled(action, action.option_strings[-1])}]"
        for action in command._actions
        if action.option_strings and action.dest != "help"
    ]
    for action in command._actions:
        if not action.option_strings:
            shown = str(action.metavar)
            parts.append({"*": f"[{shown} ...]", "+": f"{shown} ..."}.get(str(action.nargs), shown))
    return " ".join([f"hingtui {name}", *parts])


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction) or action.dest == "help":
            continue
        names = [_spelled(action, name) for name in action.option_strings] or [str(action.metavar)]
        yield from (".TP", f".B {_escaped(', '.join(names))}", _sentence(action.help or ""))


def _spelled(action: argparse.Action, name: str) -> str:
    return name if action.nargs == 0 else f"{name} {action.metavar}"


def _sentence(words: str) -> str:
    return _escaped(f"{words[:1].upper()}{words[1:]}.")


def _escaped(text: str) -> str:
    """`text` with what troff would take for its own: a hyphen that is copied has to stay one."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("'", "\\(aq")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def main(arguments: list[str]) -> int:
    """Write or check the page; the exit status."""
    if arguments == ["check"]:
        if PAGE.read_text("utf-8") == page():
            return 0
        print(f"{PAGE.name} is out of date: python3 -m tests.tools.manual", file=sys.stderr)
        return 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
