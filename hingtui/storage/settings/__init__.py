"""Every setting: config.toml, the environment, the token file and gateways.toml together.

alerts           what may be sent to the terminal, and the commands of events
base_url         the rules for a base URL
by_url           the gateway that a pasted URL belongs to
config           the keys of config.toml
default_gateway  the gateway that the environment describes
gateway          what is known of one gateway
gateway_table    `[gateways.NAME]`, parsed
gateway_tokens   the token that such a table names
gateways         every gateway
gateways_file    those that were added in the dashboard
pasted_address   reduces what is pasted as an address; imported where it is needed
places           where the files are, and what a variable says
problems         collects what cannot be used
saving           saves a token or a gateway that was typed
settings         all of it together
token_command    runs the command that prints a token
tokens           the token of the environment and of the token file
toml_table       reading TOML by type
"""

from hingtui.storage.settings.alerts import AlertSettings
from hingtui.storage.settings.by_url import foreign_hosts, gateways_by_url
from hingtui.storage.settings.default_gateway import DEFAULT_BASE_URL
from hingtui.storage.settings.gateway import GatewaySettings
from hingtui.storage.settings.gateway_table import KINDS
from hingtui.storage.settings.gateways_file import NameTaken
from hingtui.storage.settings.places import absolute_path
from hingtui.storage.settings.saving import (
    check_gateway,
    remove_gateway,
    save_gateway,
    save_token,
)
from hingtui.storage.settings.settings import (
    Settings,
    find_problems,
    inspect_settings,
    load_settings,
)
from hingtui.storage.settings.token_command import load_token
from hingtui.storage.settings.tokens import clean_token

__all__ = [
    "DEFAULT_BASE_URL",
    "KINDS",
    "AlertSettings",
    "GatewaySettings",
    "NameTaken",
    "Settings",
    "absolute_path",
    "check_gateway",
    "clean_token",
    "find_problems",
    "foreign_hosts",
    "gateways_by_url",
    "inspect_settings",
    "load_settings",
    "load_token",
    "remove_gateway",
    "save_gateway",
    "save_token",
]
