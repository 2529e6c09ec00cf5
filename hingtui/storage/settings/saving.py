"""Save a token or a gateway that was typed in the dashboard, and use it.

Everything here blocks, and raises SettingsError.
"""

from __future__ import annotations

from dataclasses import replace

from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings.base_url import check_base_url
from hingtui.storage.settings.default_gateway import DEFAULT_BASE_URL
from hingtui.storage.settings.gateway import ADDED, GatewaySettings
from hingtui.storage.settings.gateway_table import check_name
from hingtui.storage.settings.gateways_file import (
    NameTaken,
    remove_added,
    unknown_gateway,
    write_added,
)
from hingtui.storage.settings.settings import Settings
from hingtui.storage.settings.tokens import FILE, TOKEN_VARIABLES, clean_token, unusable
from hingtui.system.files import write_atomically
from hingtui.text.i18n import _

_PLACEHOLDER = GatewaySettings(DEFAULT_GATEWAY, DEFAULT_BASE_URL)
"""The gateway to use where no setting names one."""


def save_token(settings: Settings, token: str, name: str | None = None) -> Settings:
    """Store the token of the gateway `name` (None: the first one), and use it.

    That of `default` has a file of its own; all are readable by the user only.
    """
    gateway = replace(settings.named(name), token=clean_token(token), token_source=ADDED)
    if gateway.name != DEFAULT_GATEWAY:
        write_added(settings.gateways_path, gateway)
        return settings.with_gateway(gateway)
    path = settings.token_path
    try:
        write_atomically(path, f"{gateway.token}\n".encode(), mode=0o600, must_be_private=True)
    except OSError as error:
        raise unusable(path, error) from error
    source = settings.named(name).token_source
    settings = settings.with_gateway(replace(gateway, token_source=FILE))
    if source not in TOKEN_VARIABLES:
        return settings
    notice = _(
        "{variable} is set and takes precedence over the saved token: remove it or change it."
    )
    return replace(settings, notices=(*settings.notices, notice.format(variable=source)))


def check_gateway(settings: Settings, gateway: GatewaySettings) -> GatewaySettings:
    """`gateway` as it would be saved: name, address and token cleaned."""
    name = check_name(gateway.name)
    known = settings.gateway(name)
    if name == DEFAULT_GATEWAY or (known is not None and not known.is_added):
        raise NameTaken(name)
    base_url = check_base_url(
        gateway.base_url, _("The base URL"), settings.allow_http, settings.config_path, gateway.kind
    )
    token = gateway.token and clean_token(gateway.token)
    source = ADDED if token else ""
    return replace(
        gateway,
        name=name,
        base_url=base_url,
        token=token,
        token_source=source,
        is_added=True,
        described_in=settings.gateways_path.name,
    )


def save_gateway(settings: Settings, gateway: GatewaySettings) -> Settings:
    """Store a new gateway, or another state of one that was added before, and use it."""
    checked = check_gateway(settings, gateway)
    is_new = settings.gateway(checked.name) is None
    write_added(settings.gateways_path, checked, is_new=is_new)
    real = tuple(one for one in settings.gateways if one != _PLACEHOLDER)
    return replace(settings, gateways=real).with_gateway(checked)


def remove_gateway(settings: Settings, name: str) -> Settings:
    """Take a gateway that was added in the dashboard out of its file, and use it no more."""
    gateway = settings.gateway(name)
    if gateway is None or not gateway.is_added:
        raise unknown_gateway(name, settings.gateways_path)
    remove_added(settings.gateways_path, name)
    others = tuple(one for one in settings.gateways if one is not gateway)
    return replace(settings, gateways=others or (_PLACEHOLDER,))
