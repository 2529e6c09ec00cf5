"""Combine config.toml (never written), the environment and the token file into the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hingtui.storage.settings.alerts import AlertSettings
from hingtui.storage.settings.base_url import check_base_url
from hingtui.storage.settings.config import Config, read_config
from hingtui.storage.settings.places import Places, absolute_path, find_places
from hingtui.storage.settings.tokens import (
    FILE,
    TOKEN_VARIABLES,
    clean_token,
    find_token,
    unusable,
)
from hingtui.system.files import write_atomically
from hingtui.text.i18n import _, language_from

DEFAULT_BASE_URL = "https://models.hingnet.com.cn"
_URL_VARIABLES = ("HINGNET_BASE_URL", "BASE_URL")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; every path is absolute."""

    base_url: str
    """Without a trailing slash or `/v1`."""
    token: str | None = field(repr=False)
    token_source: str
    """The variable it is from, or "file"; "" if there is none or it was typed just now."""
    language: str
    """The code of a language, `zh` or `en`."""
    downloads: Path
    watchlist_path: Path
    token_path: Path
    log_path: Path
    config_path: Path
    auto_download: bool | None = None
    """None where config.toml does not say; then what was chosen on the dashboard applies."""
    max_downloads: int = 3
    alerts: AlertSettings = field(default_factory=AlertSettings)
    open_command: tuple[str, ...] = ()
    """Opens a saved video; () stands for the desktop's program."""
    on_complete: tuple[str, ...] = ()
    """Is run when a video is finished; () stands for none."""
    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The user's own keys by action, such as `{"download": "ctrl+d"}`."""
    notices: tuple[str, ...] = ()
    """Warnings to show once."""

    def with_token(self, token: str) -> Settings:
        """The same settings with a token that was typed. Raises SettingsError."""
        return replace(self, token=clean_token(token), token_source="")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in effect. Raises SettingsError: one sentence and what to do."""
    places = find_places(environ)
    config = read_config(places.config)
    notices = list(config.notices)
    token, source = find_token(environ, places.token, notices)
    return Settings(
        base_url=_find_base_url(environ, config, places.config),
        token=token,
        token_source=source,
        language=_find_language(environ, config),
        downloads=_find_downloads(environ, config, places),
        watchlist_path=places.watchlist,
        token_path=places.token,
        log_path=places.log,
        config_path=places.config,
        auto_download=config.auto_download,
        max_downloads=config.max_downloads,
        alerts=config.alerts,
        open_command=config.open_command,
        on_complete=config.on_complete,
        theme=config.theme,
        keys=config.keys,
        notices=tuple(notices),
    )


def save_token(settings: Settings, token: str) -> Settings:
    """Store `token` in a file that only the user can read, and use it. Raises SettingsError."""
    cleaned = clean_token(token)
    path = settings.token_path
    try:
        write_atomically(path, f"{cleaned}\n".encode(), mode=0o600, must_be_private=True)
    except OSError as error:
        raise unusable(path, error) from error
    notices = settings.notices
    if settings.token_source in TOKEN_VARIABLES:
        notice = _(
            "{variable} is set and takes precedence over the saved token: remove it or change it."
        )
        notices = (*notices, notice.format(variable=settings.token_source))
    return replace(settings, token=cleaned, token_source=FILE, notices=notices)


def _find_downloads(environ: Mapping[str, str], config: Config, places: Places) -> Path:
    folder = environ.get("HINGTUI_DOWNLOADS", "").strip()
    if folder:
        return absolute_path(folder, "HINGTUI_DOWNLOADS")
    if config.downloads:
        return absolute_path(config.downloads, "downloads", places.config.parent)
    return places.downloads


def _find_language(environ: Mapping[str, str], config: Config) -> str:
    if environ.get("HINGTUI_LANG", "").strip() or config.language is None:
        return language_from(environ)
    return config.language


def _find_base_url(environ: Mapping[str, str], config: Config, config_path: Path) -> str:
    for name in _URL_VARIABLES:
        text = environ.get(name, "").strip()
        # Other programs use BASE_URL too, for values such as "/": only a URL is meant for us.
        if text and (name != "BASE_URL" or text.lower().startswith(("http://", "https://"))):
            return check_base_url(text, name, config.allow_http, config_path)
    if config.base_url:
        name = f"base_url ({config_path})"
        return check_base_url(config.base_url, name, config.allow_http, config_path)
    return DEFAULT_BASE_URL
