"""The script for bash. It works in bash 3.2, which macOS has, and without bash-completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hingtui.cli.completions.parser_words import FOLDER, Command, Option

_SCRIPT = r"""# hingtui's completion for bash: source <(hingtui completions bash)
_hingtui() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= index
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
            -*) ;;
            *) command=${COMP_WORDS[index]}; break ;;
        esac
    done
    local options= words= ask=
    case $command in
@COMMANDS@
        *) return ;;
    esac
    case "$command $previous" in
@VALUES@
    esac
    case $current in
        -*) words=$options ask= ;;
    esac
    if [[ -n $ask ]]; then
        local name  # no compgen: it would carry out what stands in a name
        while IFS= read -r name; do
            [[ $name == "$current"* ]] && COMPREPLY+=("$name")
        done < <("$1" completions "$ask" 2>/dev/null)
        return 0
    fi
    COMPREPLY=($(IFS=$' \t\n'; compgen -W "$words" -- "$current"))
}
complete -F _hingtui hingtui
"""


def script(commands: Sequence[Command]) -> str:
    """What bash has to read."""
    names = " ".join(command.name for command in commands if command.name)
    cases = "\n".join(_case(command, names) for command in commands)
    values = "\n".join(line for command in commands for line in _values(command))
    return _SCRIPT.replace("@COMMANDS@", cases).replace("@VALUES@", values)


def _case(command: Command, names: str) -> str:
    options = " ".join(name for option in command.options for name in option.names)
    words = " ".join(command.words) if command.name else names
    ask = " ask=ids" if command.takes_ids else ""
    return f"        '{command.name}') options='{options}' words='{words}'{ask} ;;"


def _values(command: Command) -> Iterator[str]:
    """What follows an option that takes a value."""
    for option in command.options:
        if option.value:
            typed = "|".join(f"'{command.name} {name}'" for name in option.names)
            yield f"        {typed}) {_answer(option)} ;;"


def _answer(option: Option) -> str:
    if option.completed_by == FOLDER:
        return "local IFS=$'\\n'; COMPREPLY=($(compgen -d -- \"$current\")); return"
    if option.completed_by:
        return f"ask={option.completed_by} options="
    return "return"
