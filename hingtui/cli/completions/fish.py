"""The script for fish: to be read by `source`, or as hingtui.fish in fish's completions folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hingtui.cli.completions.parser_words import FOLDER, Command, Option

_HEAD = "# hingtui's completion for fish: hingtui completions fish | source"
_FIRST = "complete -c hingtui -n __fish_use_subcommand"


def script(commands: Sequence[Command]) -> str:
    """What fish has to read."""
    return "\n".join([_HEAD, "complete -c hingtui -f", *_lines(commands)]) + "\n"


def _lines(commands: Sequence[Command]) -> Iterator[str]:
    itself, *others = commands
    for command in others:
        yield f"{_FIRST} -a {command.name} -d {_quoted(command.help)}"
    for option in itself.options:
        yield f"{_FIRST} {_option(option)}"
    for command in others:
        start = f"complete -c hingtui -n '__fish_seen_subcommand_from {command.name}'"
        for option in command.options:
            yield f"{start} {_option(option)}"
        if command.words:
            yield f"{start} -a '{' '.join(command.words)}'"
        elif command.takes_ids:
            yield f"{start} -a '{_asked('ids')}'"


def _option(option: Option) -> str:
    names = " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    )
    return f"{names}{_answer(option)} -d {_quoted(option.help)}"


def _answer(option: Option) -> str:
    if not option.value:
        return ""
    if option.completed_by == FOLDER:
        return " -x -a '(__fish_complete_directories (commandline -ct))'"
    return f" -x -a '{_asked(option.completed_by)}'" if option.completed_by else " -x"


def _asked(what: str) -> str:
    """What fish runs at each Tab."""
    return f"(hingtui completions {what} 2>/dev/null)"


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("\\", "\\\\").replace("'", "\\'") + "'"
