"""The live keymap: which keys run a command, and how a key is written for a person to read.

The keys of config.toml are laid over the defaults here, and whatever is wrong with them is put
into sentences. Textual's own resolution (`App.handle_bindings_clash`) runs at every key press and
names no command, so it only ever gets a keymap without clashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from textual.binding import Binding
from textual.keys import Keys, format_key, key_to_character

from hingtui.text.clean import clean_line
from hingtui.text.i18n import _
from hingtui.ui.commands import Command, commands

RESERVED = frozenset(
    (
        *("ctrl+c", "ctrl+q", "ctrl+z", "enter", "escape", "tab", "shift+tab"),
        *("up", "down", "pageup", "pagedown", "ctrl+b", "ctrl+f"),
        *("home", "end", "ctrl+home", "ctrl+end"),
    )
)
"""Keys that quit, suspend, answer dialogs or move in the table, whatever config.toml says.

A command keeps one of these only where it is among its own default keys.
"""
_WRITTEN = re.compile(r"(?:(?P<modifiers>.+)\+)?(?P<name>\+|[^+]+)")
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys for which most terminals send the byte of another one."""
_MODIFIERS = frozenset(("alt", "ctrl", "hyper", "meta", "shift", "super"))
_SPELLINGS = {
    "control": "ctrl",
    "del": "delete",
    "esc": "escape",
    "ins": "insert",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "return": "enter",
}
"""Other names that people write for a key."""
_SHOWN = {
    "delete": "Del",
    "down": "↓",
    "escape": "Esc",
    "left": "←",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "right": "→",
    "up": "↑",
}
"""How keys are shown whose name is not simply capitalized."""
_NAMES = frozenset(name for key in Keys if (name := key.value.rpartition("+")[2]).isalnum())
"""The names of keys that are no characters, such as `f1`; and the letters and digits."""
_NAME_LENGTH = 40
"""Characters of a name of config.toml that a sentence quotes."""

KeyFor = Callable[[str], str]
"""Gives the key of a command, by its id, as a person reads it."""


class LiveKeys:
    """The keys that run each command now."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """`own`: the person's keys by command id, several separated by commas."""
        self.commands = commands()
        self._own: dict[str, tuple[str, ...]] = {}
        self._problems = _Problems()
        self._take_own(own or {})
        owners = {key: command_id for command_id, keys in self._own.items() for key in keys}
        self._keys: dict[str, tuple[str, ...]] = {}
        for command in self.commands:
            if command.id in self._own:
                self._keys[command.id] = self._own[command.id]
                continue
            for key in command.keys:
                if key in owners:
                    self._problems.hidden.append((key, owners[key], command.id))
            self._keys[command.id] = tuple(key for key in command.keys if key not in owners)
        self._shown = {
            name: shown_key(keys[0]) if keys else "" for name, keys in self._keys.items()
        }

    @property
    def notices(self) -> list[str]:
        """What is wrong with the person's keys, a sentence for each kind of mistake."""
        return list(self._problems.sentences())

    @property
    def keymap(self) -> dict[str, str]:
        """What `App.set_keymap` needs to know beyond the defaults.

        A command that has lost all its keys is not in it: Textual removes its keys itself.
        """
        defaults = {command.id: command.keys for command in self.commands}
        return {
            command_id: ",".join(keys)
            for command_id, keys in self._keys.items()
            if keys and keys != defaults[command_id]
        }

    def keys_of(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command as Textual names them, the one to show first; empty for none."""
        return self._keys[command_id]

    def shown(self, command_id: str) -> str:
        """The first key of a command as a person reads it, "" where it has none."""
        return self._shown[command_id]

    def key_for(self, command_id: str) -> str:
        """What to press for a command: its key, else its name, by which the palette finds it."""
        if shown := self.shown(command_id):
            return shown
        label = next(command.label for command in self.commands if command.id == command_id)
        palette = self.shown("palette")
        return f"{palette} {label}" if palette else label

    def bindings(self) -> list[Binding]:
        """The commands' bindings with their default keys, to which `keymap` is applied.

        The palette's is not among them: Textual wants that one in the class of the app.
        """
        return [
            Binding(
                ",".join(command.keys),
                command.action,
                command.label,
                show=command.in_footer,
                id=command.id,
            )
            for command in self.commands
            if command.id != "palette"
        ]

    def _take_own(self, own: Mapping[str, str]) -> None:
        """Take over the person's usable keys; of two commands, the first to name a key has it."""
        known = {command.id: command for command in self.commands}
        owners: dict[str, str] = {}
        for name, text in own.items():
            if (command := known.get(name)) is None:
                self._problems.no_command.append(name)
                continue
            keys = tuple(self._usable(command, text, owners))
            if keys:
                self._own[name] = keys

    def _usable(self, command: Command, text: str, owners: dict[str, str]) -> Iterator[str]:
        for part in text.split(",") if text.strip() != "," else ["comma"]:
            key = parse_key(part)
            if key is None:
                self._problems.no_key.append((part.strip(), command.id))
            elif _SAME_BYTE.get(key, key) in RESERVED and key not in command.keys:
                self._problems.reserved.append((key, command.id))
            elif owners.get(key, command.id) != command.id:
                self._problems.twice.append((key, owners[key], command.id))
            elif key not in owners:
                owners[key] = command.id
                yield key


class _Problems:
    """What is wrong with the person's keys: all names of one kind of mistake in one sentence."""

    def __init__(self) -> None:
        self.no_command: list[str] = []
        self.no_key: list[tuple[str, str]] = []
        """(what was written, command)"""
        self.reserved: list[tuple[str, str]] = []
        """(key, command)"""
        self.twice: list[tuple[str, str, str]] = []
        """(key, command that has it, command that wanted it too)"""
        self.hidden: list[tuple[str, str, str]] = []
        """(key, command that has it, command that had it by default)"""

    def sentences(self) -> Iterator[str]:
        """One for each kind of mistake that was made."""
        if self.no_command:
            words = _("[keys] in config.toml names commands that hingtui does not have: {names}.")
            yield words.format(names=", ".join(_quoted(name) for name in self.no_command))
        if self.no_key:
            words = _("[keys] in config.toml names keys that do not exist: {keys}.")
            pairs = ((f'"{_quoted(key)}"', name) for key, name in self.no_key)
            yield words.format(keys=_listed(pairs))
        if self.reserved:
            words = _("[keys] in config.toml uses keys that cannot be reassigned: {keys}.")
            yield words.format(keys=_listed((shown_key(key), name) for key, name in self.reserved))
        if self.twice:
            words = _(
                "[keys] in config.toml gives one key to two commands; the first keeps it: {keys}."
            )
            pairs = ((shown_key(key), f"{one}, {other}") for key, one, other in self.twice)
            yield words.format(keys=_listed(pairs))
        if self.hidden:
            words = _("[keys] in config.toml takes keys from other commands: {keys}.")
            change = _("{new}, no longer {old}")
            pairs = (
                (shown_key(key), change.format(new=new, old=old)) for key, new, old in self.hidden
            )
            yield words.format(keys=_listed(pairs))


def _quoted(text: str) -> str:
    """What a sentence quotes of config.toml."""
    return clean_line(text, _NAME_LENGTH)


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{key} ({names})" for key, names in pairs)


def parse_key(text: str) -> str | None:
    """The name under which Textual reports the key written as `text`; None if there is none."""
    if (written := _WRITTEN.fullmatch(text.strip())) is None:
        return None
    name = written["name"].strip()
    modifiers = [_spelled(part) for part in (written["modifiers"] or "").split("+") if part]
    if not name or set(modifiers) - _MODIFIERS or len(set(modifiers)) < len(modifiers):
        return None
    if len(name) > 1:
        name = _spelled(name)
        if name not in _NAMES and not _character(name):
            return None
    elif not name.isprintable() or name.isspace():
        return None
    if len(name) == 1 and modifiers == ["shift"] and name.isalpha():
        return name.upper()  # as terminals send it
    if modifiers:
        name = name.lower()
    (binding,) = Binding.make_bindings([Binding(name, "")])  # `?` is `question_mark` there
    return "+".join([*sorted(modifiers), binding.key])


def _spelled(name: str) -> str:
    """A name of more than one letter as Textual spells it."""
    name = name.strip().lower()
    return _SPELLINGS.get(name, name)


def shown_key(key: str) -> str:
    """A key as a person reads it: `Ctrl+D`, `?`, `Enter`."""
    *modifiers, name = key.split("+")
    shown = _SHOWN.get(name) or _character(name) or name.replace("_", " ").capitalize()
    if modifiers:
        shown = shown.upper() if len(shown) == 1 else shown
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def _character(name: str) -> str:
    """The character that Textual calls `name`, "" for a key that types none."""
    if len(name) > 1 and name in _NAMES:
        return ""
    character = key_to_character(name) or format_key(name)
    return character if len(character) == 1 and character.isprintable() else ""


@cache
def default_key_for(command_id: str) -> str:
    """The default key of a command, for what is drawn without an app."""
    return LiveKeys().key_for(command_id)
