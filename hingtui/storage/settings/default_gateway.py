"""The gateway `default`: of the environment, of config.toml's top, and of `[gateways.default]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hingtui.model.errors import SettingsError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings.base_url import check_base_url
from hingtui.storage.settings.gateway import GatewaySettings, Sources
from hingtui.storage.settings.gateway_table import GatewayTable
from hingtui.storage.settings.gateway_tokens import token_of
from hingtui.storage.settings.places import variable_text
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.tokens import (
    FILE,
    named_token,
    token_in_environment,
    token_in_file,
)
from hingtui.text.i18n import _

DEFAULT_BASE_URL = "https://models.hingnet.com.cn"
_URL_VARIABLES = ("HINGNET_BASE_URL", "BASE_URL")


def find_default(sources: Sources, problems: Problems, *, is_alone: bool) -> GatewaySettings | None:
    """The gateway `default`; None if nothing describes it and it is not alone.

    Raises SettingsError if it cannot be used.
    """
    if DEFAULT_GATEWAY in problems.left_out:  # its token would go to another place
        raise problems.left_out[DEFAULT_GATEWAY]
    table = next((one for one in sources.config.gateways if one.name == DEFAULT_GATEWAY), None)
    stored = _StoredToken.read(sources, problems)
    variable, url = _url_in(sources.environ)
    is_described = (
        variable == _URL_VARIABLES[0]  # any program may have set the other one
        or token_in_environment(sources.environ)[0]
        or sources.config.base_url
    )
    if not (is_alone or is_described or table or stored.exists):
        return None
    table = table or GatewayTable(DEFAULT_GATEWAY, sources.places.config)
    base_url, table = _base_url(sources, problems, table, variable, url)
    token, source = _token(sources, problems, table, stored)
    is_built_in = table.base_url is None and not sources.config.base_url
    described_in = variable or ("" if is_built_in else table.path.name)
    found = GatewaySettings.of_table(table, base_url, token, source)
    return replace(found, described_in=described_in)


@dataclass(frozen=True, slots=True)
class _StoredToken:
    """The content of the token file, or why it cannot be used."""

    token: str | None = field(default=None, repr=False)
    error: SettingsError | None = None

    @classmethod
    def read(cls, sources: Sources, problems: Problems) -> _StoredToken:
        try:
            return cls(token_in_file(sources.places.token, problems.notices))
        except SettingsError as error:
            return cls(error=error)

    @property
    def exists(self) -> bool:
        return self != _StoredToken()


def _url_in(environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that holds the base URL, and its text; ("", "") without one."""
    for name in _URL_VARIABLES:
        text = variable_text(environ, name)
        # Other programs use BASE_URL too, for values such as "/": only a URL is meant for us.
        if text and (name != "BASE_URL" or text.lower().startswith(("http://", "https://"))):
            return name, text
    return "", ""


def _base_url(
    sources: Sources, problems: Problems, table: GatewayTable, variable: str, url: str
) -> tuple[str, GatewayTable]:
    """The address, and the table as far as it applies there. Raises SettingsError."""
    allow_http, path = sources.config.allow_http, sources.places.config
    if variable:
        base_url = check_base_url(url, variable, allow_http, path, table.kind)
        if table.base_url is None or sources.base_url(table) == base_url:
            return base_url, table
        notice = _("{variable} is set and outranks [gateways.default] in {path}: remove one.")
        problems.notices.append(notice.format(variable=variable, path=path))
        return base_url, GatewayTable(DEFAULT_GATEWAY, path)  # its token is for the other place
    top = sources.config.base_url
    if table.base_url is not None:
        if top:
            notice = _("base_url outside of [gateways.default] in {path} is ignored: remove one.")
            problems.notices.append(notice.format(path=path))
        return sources.base_url(table), table
    if top:
        return check_base_url(top, f"base_url ({path})", allow_http, path, table.kind), table
    return DEFAULT_BASE_URL, table


def _token(
    sources: Sources, problems: Problems, table: GatewayTable, stored: _StoredToken
) -> tuple[str | None, str]:
    """The token and its source; a variable comes first. Raises SettingsError."""
    text, variable = token_in_environment(sources.environ)
    if text is not None:
        if table.has_token_source and variable != table.token_env:
            notice = _("{variable} is set and outranks the token of [gateways.default] in {path}.")
            problems.notices.append(notice.format(variable=variable, path=table.path))
        return named_token(text, variable), variable
    if table.has_token_source:
        return token_of(table, sources, problems)
    if stored.error is not None:
        raise stored.error
    return (None, "") if stored.token is None else (stored.token, FILE)
