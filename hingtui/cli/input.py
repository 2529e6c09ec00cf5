"""Find the video ids in a command's arguments and in standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from hingtui.cli.output import print_message
from hingtui.model.errors import SettingsError
from hingtui.model.ids import PASTE_LIMIT, Found, find_ids, find_ids_in_arguments
from hingtui.text.i18n import _


def given_ids(arguments: Sequence[str]) -> Found:
    """The ids in the arguments, and in standard input if one of them is `-`."""
    each = [
        find_ids(_read_stdin()) if text == "-" else find_ids_in_arguments([_decoded(text)])
        for text in arguments
    ]
    return Found(
        tuple(dict.fromkeys(word for found in each for word in found.ids)),
        tuple(dict.fromkeys(word for found in each for word in found.rejected)),
    )


def required_ids(arguments: Sequence[str]) -> list[str]:
    """The ids in the arguments. Raises SettingsError if any argument is not one.

    `status` and `download` run in scripts: an id with a typing error must not pass unnoticed.
    """
    found = given_ids(arguments)
    if found.rejected:
        raise SettingsError(_("Not an id: {word}").format(word=found.rejected[0]))
    if arguments and not found.ids:
        raise SettingsError(_("No id was found. An id looks like video_691209aab0a0..."))
    return list(found.ids)


def _read_stdin() -> str:
    text = sys.stdin.read(PASTE_LIMIT + 1)
    if len(text) > PASTE_LIMIT:
        sentence = _("Only the first {n} million characters of standard input were read.")
        print_message(f"hingtui: {sentence.format(n=PASTE_LIMIT // 1_000_000)}")
    return text


def _decoded(argument: str) -> str:
    """`argument`, read as UTF-8 where an ASCII locale has made surrogates of its bytes."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return os.fsencode(argument).decode("utf-8", "replace")
    return argument
