"""Find the video ids in a command's arguments and in standard input."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hingtui.cli.output import print_message
from hingtui.model.errors import SettingsError
from hingtui.model.ids import (
    PASTE_LIMIT,
    Found,
    find_ids,
    find_ids_in_arguments,
    urls_of_ids,
)
from hingtui.text.clean import clean_line
from hingtui.text.decoding import decode_argument, decode_text, is_binary
from hingtui.text.i18n import _

_MOST_BYTES = 4 * (PASTE_LIMIT + 1)
"""So many bytes hold more characters than are looked at, in every encoding."""


@dataclass(frozen=True, slots=True)
class Given:
    """The ids that a command was given."""

    ids: tuple[str, ...]
    """In the order met, each once."""
    rejected: tuple[str, ...]
    """The words that are not ids, cleaned."""
    urls: Mapping[str, str]
    """The URL of each id that stood in one."""


def given_ids(arguments: Sequence[str]) -> Given:
    """The ids in the arguments, and in standard input if one of them is `-`.

    Raises SettingsError if standard input is no text.
    """
    each = [_in_argument(text) for text in arguments]
    return Given(
        tuple(dict.fromkeys(word for found, _urls in each for word in found.ids)),
        tuple(dict.fromkeys(word for found, _urls in each for word in found.rejected)),
        {word: url for _found, urls in reversed(each) for word, url in urls.items()},
    )


def _in_argument(argument: str) -> tuple[Found, dict[str, str]]:
    if argument == "-":
        text = _read_stdin()
        return find_ids(text), urls_of_ids(text)
    text = decode_argument(argument)
    found = find_ids_in_arguments([text])
    if path := _file_named(argument, has_ids=bool(found.ids)):
        sentence = _("{path} is a file. For the ids in it, write instead: - < {path}")
        print_message(f"hingtui: {sentence.format(path=shlex.quote(path))}")
        return Found((), (clean_line(text, 80),)), {}
    return found, urls_of_ids(text)


def required_ids(arguments: Sequence[str]) -> Given:
    """The ids in the arguments. Raises SettingsError as `given_ids`, and if any is not one.

    `status` and `download` run in scripts: an id with a typing error must not pass unnoticed.
    """
    found = given_ids(arguments)
    if found.rejected:
        raise SettingsError(_("Not an id: {word}").format(word=found.rejected[0]))
    if arguments and not found.ids:
        raise SettingsError(_("No id was found. An id looks like video_691209aab0a0..."))
    return found


def _file_named(argument: str, *, has_ids: bool) -> str:
    """The file that an argument names, perhaps as `@file`; "" if there is none.

    Where the argument could be an id, its name needs a suffix.
    """
    for path in (argument, argument.removeprefix("@")):
        with suppress(OSError, ValueError):
            if (not has_ids or Path(path).suffix) and Path(path).is_file():
                return path
    return ""


def _read_stdin() -> str:
    if sys.stdin.isatty():
        print_message(_("Paste or type ids, then press Enter and Ctrl+D."))
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES)
    except OSError as error:
        sentence = _("Standard input cannot be read: {reason}. Pipe in a text, or use < FILE.")
        raise SettingsError(sentence.format(reason=error.strerror or error)) from error
    if is_binary(data):
        raise SettingsError(_("What was piped in is no text. Pipe in ids, URLs, a log or JSON."))
    text = decode_text(data)
    if len(text) > PASTE_LIMIT:
        sentence = _("Only the first {n} million characters of standard input were read.")
        print_message(f"hingtui: {sentence.format(n=PASTE_LIMIT // 1_000_000)}")
        text = text[: _end_of_last_word(text)]
    return text


def _end_of_last_word(text: str) -> int:
    """Where the last word that was read whole ends: what is left of the next one is no id."""
    for end in range(PASTE_LIMIT, PASTE_LIMIT - 1000, -1):
        if text[end].isspace():
            return end
    return PASTE_LIMIT
