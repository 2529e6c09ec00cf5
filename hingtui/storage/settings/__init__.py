"""Every setting: config.toml, the environment and the token file together."""

from hingtui.storage.settings.alerts import AlertSettings
from hingtui.storage.settings.places import absolute_path
from hingtui.storage.settings.settings import (
    DEFAULT_BASE_URL,
    Settings,
    load_settings,
    save_token,
)
from hingtui.storage.settings.tokens import clean_token

__all__ = [
    "DEFAULT_BASE_URL",
    "AlertSettings",
    "Settings",
    "absolute_path",
    "clean_token",
    "load_settings",
    "save_token",
]
