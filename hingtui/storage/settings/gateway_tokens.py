"""The token that a gateway's table names: by a variable, a file or a command.

No sentence holds what a person wrote there unless it cannot be the token itself.
"""

from __future__ import annotations

import re

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.gateway import ADDED, COMMAND, Sources
from hingtui.storage.settings.gateway_table import GatewayTable
from hingtui.storage.settings.places import absolute_path
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.tokens import named_token, token_in_file
from hingtui.text.i18n import _

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
"""A name that is surely no token."""
_PATH = re.compile(r"~?[/\\].*|[A-Za-z]:[/\\].*|[A-Za-z_.-]{1,24}", re.DOTALL)
"""A path that is surely no token."""


def token_of(table: GatewayTable, sources: Sources, problems: Problems) -> tuple[str | None, str]:
    """The token that `table` names, and its source; (None, "") with a notice if there is none.

    A `token_command` is not run: (None, "token_command").
    """
    try:
        if table.token:
            return named_token(table.token, f"{table.key('token')} ({table.path})"), ADDED
        if table.token_env:
            return _in_variable(table, table.token_env, sources), table.token_env
        if table.token_file:
            return _in_file(table, table.token_file, problems), "token_file"
    except SettingsError as error:
        problems.notices.append(str(error))
        return None, ""
    return None, COMMAND if table.token_command else ""


def _in_variable(table: GatewayTable, variable: str, sources: Sources) -> str:
    key = f"{table.key('token_env')} ({table.path})"
    if not re.fullmatch(r"\w+", variable) and variable not in sources.environ:
        sentence = _(
            "{key}: this is no variable's name. Write one, such as {example}, and set that to the"
            " token."
        )
        raise SettingsError(sentence.format(key=key, example="LAB_TOKEN"))
    text = sources.environ.get(variable, "").strip()
    if not text:
        sentence = _("{key}: the variable {variable} is not set. Set it to the token.")
        if not _VARIABLE.fullmatch(variable):
            sentence = _("{key}: the variable that it names is not set. Set it to the token.")
        raise SettingsError(sentence.format(key=key, variable=variable))
    return named_token(text, key)


def _in_file(table: GatewayTable, name: str, problems: Problems) -> str:
    key = f"{table.key('token_file')} ({table.path})"
    is_path = _PATH.fullmatch(name) is not None
    try:
        path = absolute_path(name, "token_file", table.path.parent)
        token = token_in_file(path, problems.notices)
    except SettingsError as error:
        reason = str(error) if is_path else _("The file cannot be used. Write its full path.")
        raise SettingsError(f"{key}: {reason}") from None
    if token is None:
        sentence = _("{key}: the file {path} holds no token. Write the token into it.")
        if not is_path:
            sentence = _("{key}: the file that it names holds no token. Write the token into it.")
        raise SettingsError(sentence.format(key=key, path=path))
    return token
