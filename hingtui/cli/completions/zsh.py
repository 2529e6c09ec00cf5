"""The script for zsh: to be read by `source`, or as `_hingtui` in a folder of `fpath`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hingtui.cli.completions.parser_words import FOLDER, Command, Option, single_quoted

_SCRIPT = r"""#compdef hingtui
# hingtui's completion for zsh: source <(hingtui completions zsh)
_hingtui_list() {
    local -a found
    found=(${(f)"$(_call_program names $service completions ${@[-1]} 2>/dev/null)"})
    compadd "${@[1,-2]}" -a found
}
_hingtui() {
    local curcontext=$curcontext state line
    local -a commands
    commands=(
@NAMES@
    )
    _arguments -C \
@OPTIONS@
        '1: :->command' '*:: :->arguments' && return
    case $state in
        command) _describe -t commands command commands ;;
        arguments)
            case $words[1] in
@COMMANDS@
            esac ;;
    esac
}
if [ "$funcstack[1]" = _hingtui ]; then
    _hingtui "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
    compdef _hingtui hingtui
fi
"""


def script(commands: Sequence[Command]) -> str:
    """What zsh has to read."""
    itself, *others = commands
    names = (f"        {single_quoted(f'{_plain(c.name)}:{c.help}')}" for c in others)
    options = (f"        {_option(option)} \\" for option in itself.options)
    return (
        _SCRIPT.replace("@NAMES@", "\n".join(names))
        .replace("@OPTIONS@", "\n".join(options))
        .replace("@COMMANDS@", "\n".join(map(_case, others)))
    )


def _case(command: Command) -> str:
    parts = [_option(option) for option in command.options]
    if command.words:
        parts.append(single_quoted(f"1:{command.name}:({' '.join(command.words)})"))
    elif command.takes_ids:
        parts.append("'*:ID:_hingtui_list ids'")
    return f"                {command.name}) _arguments {' '.join(parts)} ;;"


def _option(option: Option) -> str:
    """One option as `_arguments` wants it; `-o DIR` and `--output DIR` exclude each other."""
    value, names = "", option.names
    if option.value:
        value = f":{_plain(option.value)}:{_answer(option)}"
        names = tuple(f"{name}=" if name.startswith("--") else name for name in names)
    text = single_quoted(f"[{_plain(option.help)}]{value}")
    if len(option.names) == 1:
        return names[0] + text
    both = single_quoted(f"({' '.join(option.names)})")
    return f"{both}{{{','.join(names)}}}{text}"


def _answer(option: Option) -> str:
    if option.completed_by == FOLDER:
        return "_files -/"
    return f"_hingtui_list {option.completed_by}" if option.completed_by else " "


def _plain(text: str) -> str:
    """`text` with what `_arguments` and `_describe` take for their own syntax escaped."""
    return re.sub(r"[\[\]:\\]", r"\\\g<0>", text)
