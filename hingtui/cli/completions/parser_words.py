"""List what can be typed: every command, its options, and what their values are."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hingtui.cli.arguments import SHELLS

FOLDER = "folder"
GATEWAYS = "gateways"
IDS = "ids"
_VALUES = {"gateway": GATEWAYS, "output": FOLDER}
"""What completes the value of an option, by the name of its attribute."""
_NEW_IDS = ("add",)
"""Commands whose ids are not watched yet."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command."""

    names: tuple[str, ...]
    """As they are typed, such as `-o` and `--output`."""
    help: str
    value: str = ""
    """What its value is called; "" if it takes none."""
    completed_by: str = ""
    """FOLDER or GATEWAYS; "" if nothing is known about its value."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or hingtui itself with the name ""."""

    name: str
    help: str
    options: tuple[Option, ...]
    words: tuple[str, ...] = ()
    """What its arguments can be, if they are fixed words."""
    takes_ids: bool = False
    """Whether its arguments are ids of watched videos."""


def commands_of(parser: argparse.ArgumentParser) -> list[Command]:
    """Hingtui itself, and then each command, in the order of the help."""
    found = [Command("", parser.description or "", tuple(_options(parser)))]
    for name, command, words in subcommands(parser):
        found.append(
            Command(
                name=name,
                help=words,
                options=tuple(_options(command)),
                words=SHELLS if name == "completions" else (),
                takes_ids=name not in _NEW_IDS and _takes_ids(command),
            )
        )
    return found


def subcommands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """The name, the parser and the one-line help of each command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                yield choice.dest, action.choices[choice.dest], choice.help or ""


def _takes_ids(command: argparse.ArgumentParser) -> bool:
    return any(a.dest in ("id", "ids") and not a.option_strings for a in command._actions)


def single_quoted(text: str) -> str:
    """`text` as a word in single quotes for bash and zsh; each blank or break is one blank."""
    return "'" + re.sub(r"\s+", " ", text).replace("'", "'\\''") + "'"


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:
        if action.option_strings:
            yield Option(
                names=tuple(action.option_strings),
                help=action.help or "",
                value="" if action.nargs == 0 else str(action.metavar or action.dest),
                completed_by=_VALUES.get(action.dest, ""),
            )
