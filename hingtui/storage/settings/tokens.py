"""Find the token of the environment or of the token file, and refuse what cannot be one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.system.files import next_step, read_file
from hingtui.text.i18n import _

FILE = "file"
"""The source of a token from the token file."""
TOKEN_VARIABLES = ("HINGNET_API_KEY", "TOKEN")
_TOKEN_LIMIT = 4096
_AROUND = " \t\r\n\v\f\xa0\u3000\"'`“”‘’;\ufeff\u200b"
"""Blanks, quotes and marks that are pasted along with a token."""
_LABEL = re.compile(
    r"(?:(?i:bearer(?:\s+|\Z)|authorization\s*:)"
    r"|(?:export\s+|\$env:)?[A-Z][A-Z0-9_]{2,60}\s*=(?!=|\Z))"
)
"""What stands before a token in a header or in a line of a shell."""
_NO_TOKEN = re.compile('[<>"]')
"""Signs of markup and JSON."""


def clean_token(text: str) -> str:
    """The token in what was typed or stored, without blanks, quotes and labels around it.

    Raises SettingsError for what cannot be a token; its sentence never holds the text.
    """
    token = text.strip(_AROUND)
    while label := _LABEL.match(token):
        token = token[label.end() :].strip(_AROUND)
    if not token:
        raise SettingsError(_("The token is empty. Copy it again from your gateway's console."))
    if any(char.isspace() for char in token):
        raise SettingsError(
            _("The token holds a blank or a line break. Copy it again: it is one word.")
        )
    if not (token.isascii() and token.isprintable()) or _NO_TOKEN.search(token):
        raise SettingsError(
            _("The token holds characters that no token has. Copy it again, without its label.")
        )
    if len(token) > _TOKEN_LIMIT:
        raise SettingsError(_("This is too long for a token. Copy the token alone."))
    return token


def token_in_environment(environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The token of a variable, not cleaned, and the variable's name; (None, "") without one."""
    for name in TOKEN_VARIABLES:
        text = environ.get(name, "").strip()
        # Many programs have a TOKEN: only one of the gateway's kind may be sent to the gateway.
        if text and (name != "TOKEN" or text.startswith("oh-")):
            return text, name
    return None, ""


def token_in_file(path: Path, notices: list[str]) -> str | None:
    """The token in a file, None if there is none; other users lose access to the file.

    Raises SettingsError.
    """
    text = _stored_token(path, notices)
    return named_token(text, str(path)) if text.strip("\ufeff\0 ") else None


def _stored_token(path: Path, notices: list[str]) -> str:
    """The content of the token file, "" if there is none; other users lose access to the file."""
    try:
        data, state = read_file(path, 2 * _TOKEN_LIMIT)
        if os.name == "posix":
            keep_private(path, state, notices)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise unusable(path, error) from error
    from hingtui.text.decoding import decode_text  # not for the first picture

    return decode_text(data).strip()


def named_token(text: str, name: str) -> str:
    """The token from the variable or file `name`, which errors name."""
    try:
        return clean_token(text)
    except SettingsError as error:
        raise SettingsError(f"{name}: {error}") from None


def keep_private(path: Path, state: os.stat_result, notices: list[str]) -> None:
    """Make a file with tokens readable by its owner only; notices about what remains unsafe."""
    _tighten(path, state, notices)
    _check_folder(path, notices)


def _tighten(path: Path, state: os.stat_result, notices: list[str]) -> None:
    """Make the token file readable by its owner only, with a notice if it was not."""
    if state.st_uid not in (os.geteuid(), 0):
        notice = _("The token file {path} belongs to another user, who can read and change it.")
        notices.append(notice.format(path=path))
    if not state.st_mode & 0o077:
        return
    try:
        path.chmod(0o600)
    except OSError as error:
        notice = _("Others can read the token file {path}, and this cannot be changed: {reason}.")
        notices.append(notice.format(path=path, reason=error.strerror or error))
        return
    notice = _("Others could read the token file {path}. Now only you can.")
    notices.append(notice.format(path=path))


def _check_folder(path: Path, notices: list[str]) -> None:
    """Add a notice if every user may replace the token file."""
    for folder in {path.parent, Path(os.path.realpath(path)).parent}:
        if folder.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
            notice = _("Others can replace the token file in {folder}: chmod go-w {folder}")
            notices.append(notice.format(folder=folder))


def unusable(path: Path, error: OSError) -> SettingsError:
    sentence = _("{path} cannot be used: {reason}.").format(
        path=path, reason=error.strerror or error
    )
    from hingtui.text.wrap import in_a_row  # hardly ever needed

    return SettingsError(in_a_row((sentence, next_step(error))))
