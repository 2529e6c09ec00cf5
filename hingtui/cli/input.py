"""Find the video ids in a command's arguments and in standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from hingtui.cli.output import tell
from hingtui.model.errors import SettingsError
from hingtui.model.ids import PASTE_LIMIT, Found, find_ids, find_ids_in_arguments
from hingtui.text.i18n import _


def given_ids(arguments: Sequence[str]) -> Found:
    """The ids in the arguments, and in standard input where one of them is `-`."""
    each = [
        find_ids(_read_stdin()) if text == "-" else find_ids_in_arguments([_decoded(text)])
        for text in arguments
    ]
    return Found(
        tuple(dict.fromkeys(word for one in each for word in one.ids)),
        tuple(dict.fromkeys(word for one in each for word in one.rejected)),
    )


def named_ids(arguments: Sequence[str]) -> list[str]:
    """The ids named; what is none is an error, because a script means what it says."""
    found = given_ids(arguments)
    if found.rejected:
        raise SettingsError(_("Not an id: {word}").format(word=found.rejected[0]))
    if arguments and not found.ids:
        raise SettingsError(_("No id was found. An id looks like video_691209aab0a0..."))
    return list(found.ids)


def _read_stdin() -> str:
    text = sys.stdin.read(PASTE_LIMIT + 1)
    if len(text) > PASTE_LIMIT:
        told = _("Only the first {n} million characters of standard input were looked at.")
        tell(f"hingtui: {told.format(n=PASTE_LIMIT // 1_000_000)}")
    return text


def _decoded(argument: str) -> str:
    """What a locale that knows ASCII only made surrogates of is UTF-8 nearly always."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return os.fsencode(argument).decode("utf-8", "replace")
    return argument
