"""Combine config.toml (never written), the environment and the token file into the settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.name_template import USUAL_TEMPLATE, BadTemplate, NameTemplate, parse_template
from hingtui.storage.settings.alerts import AlertSettings
from hingtui.storage.settings.config import HISTORY_VIDEOS, Config, read_config
from hingtui.storage.settings.gateway import GatewaySettings, Sources
from hingtui.storage.settings.gateways import find_gateways
from hingtui.storage.settings.gateways_file import read_added
from hingtui.storage.settings.places import Places, absolute_path, find_places, variable_text
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.tokens import clean_token, unusable
from hingtui.system.platform_limits import platform_limits
from hingtui.text.i18n import _, is_translated, language_from

FOLLOWED_FILE = "followed.json"
GATEWAYS_FILE = "gateways.toml"
PLATFORM: str = sys.platform
NAME_VARIABLE = "HINGTUI_NAME"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; every path is absolute."""

    gateways: tuple[GatewaySettings, ...]
    """At least one; `default` is the first one if there is one of that name."""
    language: str
    """The code of a language, `zh` or `en`."""
    downloads: Path
    watchlist_path: Path
    token_path: Path
    log_path: Path
    cache_path: Path
    """The folder of what can be made again, such as posters."""
    config_path: Path
    auto_download: bool | None = None
    """None where config.toml does not say; then what was chosen on the dashboard applies."""
    max_downloads: int = 3
    history_videos: int = HISTORY_VIDEOS
    """Videos that the history keeps, the last ones."""
    name: NameTemplate = USUAL_TEMPLATE
    """What saved files are named."""
    sidecar: bool = False
    """Whether a file with the prompt, the ids and the cost is written beside each of them."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    open_command: tuple[str, ...] = ()
    """Opens a saved video; () stands for the desktop's program."""
    on_complete: tuple[str, ...] = ()
    """Is run when a video is finished; () stands for none."""
    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The user's own keys by action, such as `{"download": "ctrl+d"}`."""
    allow_http: tuple[str, ...] = ()
    """Hosts that may be reached by plain http, in lower case."""
    notices: tuple[str, ...] = ()
    """Warnings to show once."""

    @property
    def base_url(self) -> str:
        """The base URL of the first gateway."""
        return self.gateways[0].base_url

    @property
    def token(self) -> str | None:
        """The token of the first gateway."""
        return self.gateways[0].token

    @property
    def token_source(self) -> str:
        """Where the token of the first gateway is from."""
        return self.gateways[0].token_source

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token that is known: of all gateways, for what must hold none of them."""
        return tuple(gateway.token for gateway in self.gateways if gateway.token)

    @property
    def gateways_path(self) -> Path:
        """The file of the gateways that were added in the dashboard."""
        return self.log_path.with_name(GATEWAYS_FILE)

    @property
    def followed_path(self) -> Path:
        """The file of what was seen of followed accounts: see `storage.followed`."""
        return self.log_path.with_name(FOLLOWED_FILE)

    def token_place(self, name: str) -> Path:
        """The file in which a token that is typed for the gateway `name` is kept."""
        return self.token_path if name == DEFAULT_GATEWAY else self.gateways_path

    def gateway(self, name: str) -> GatewaySettings | None:
        """The gateway of that name."""
        return next((gateway for gateway in self.gateways if gateway.name == name), None)

    def with_gateway(self, gateway: GatewaySettings) -> Settings:
        """The same settings with `gateway` in the place of the one of its name, or at the end."""
        others = tuple(one for one in self.gateways if one.name != gateway.name)
        if len(others) == len(self.gateways):
            return replace(self, gateways=(*others, gateway))
        merged = (gateway if one.name == gateway.name else one for one in self.gateways)
        return replace(self, gateways=tuple(merged))

    def with_token(self, token: str, name: str | None = None) -> Settings:
        """The same settings with a token that was typed for the gateway `name` (None: the first).

        Raises SettingsError.
        """
        gateway = self.named(name)
        return self.with_gateway(replace(gateway, token=clean_token(token), token_source=""))

    def named(self, name: str | None) -> GatewaySettings:
        """The gateway of that name, None: the first one. Raises KeyError."""
        gateway = self.gateways[0] if name is None else self.gateway(name)
        if gateway is None:
            raise KeyError(name)
        return gateway


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in effect. Raises SettingsError: one sentence and what to do."""
    problems = Problems()
    settings = _read(environ, problems)
    problems.raise_first()
    return replace(settings, notices=problems.all_notices())


def inspect_settings(environ: Mapping[str, str]) -> tuple[Settings | None, Problems]:
    """The settings as far as they can be used, and all that is wrong or doubtful.

    None where there is no folder for them. There may be no gateway in them.
    """
    problems = Problems()
    try:
        return _read(environ, problems), problems
    except SettingsError as error:  # no folder, so nothing else could be read
        problems.errors.append(error)
    except OSError as error:  # a folder that may not even be looked into
        problems.errors.append(unusable(Path(str(error.filename)), error))
    return None, problems


def find_problems(environ: Mapping[str, str]) -> list[str]:
    """Everything about the settings that is wrong or doubtful, a sentence each."""
    _settings, problems = inspect_settings(environ)
    return [*map(str, problems.errors), *problems.all_notices()]


def _read(environ: Mapping[str, str], problems: Problems) -> Settings:
    """The settings as far as they can be used. Raises SettingsError if there is no home folder."""
    if limits := platform_limits(PLATFORM):
        problems.notices.append(limits)
    places = find_places(environ)
    config = read_config(places.config, problems)
    added = read_added(places.log.with_name(GATEWAYS_FILE), problems)
    sources = Sources(environ, config, places, added)
    return Settings(
        gateways=find_gateways(sources, problems),
        language=_find_language(environ, config, problems),
        downloads=problems.attempt(
            lambda: _find_downloads(environ, config, places), places.downloads
        ),
        watchlist_path=places.watchlist,
        token_path=places.token,
        log_path=places.log,
        cache_path=places.cache,
        config_path=places.config,
        auto_download=config.auto_download,
        max_downloads=config.max_downloads,
        history_videos=config.history_videos,
        name=problems.attempt(lambda: _find_name(environ, config), USUAL_TEMPLATE),
        sidecar=config.sidecar,
        alerts=config.alerts,
        open_command=config.open_command,
        on_complete=config.on_complete,
        theme=config.theme,
        keys=config.keys,
        allow_http=config.allow_http,
    )


def _find_downloads(environ: Mapping[str, str], config: Config, places: Places) -> Path:
    folder = variable_text(environ, "HINGTUI_DOWNLOADS")
    if folder:
        return absolute_path(folder, "HINGTUI_DOWNLOADS")
    if config.downloads:
        return absolute_path(config.downloads, "downloads", places.config.parent)
    return places.downloads


def _find_name(environ: Mapping[str, str], config: Config) -> NameTemplate:
    """What saved files are named. Raises SettingsError."""
    text = variable_text(environ, NAME_VARIABLE)
    try:
        return parse_template(text) if text else config.name or USUAL_TEMPLATE
    except BadTemplate as error:
        sentence = _("{name} cannot be used: {problem}.")
        raise SettingsError(sentence.format(name=NAME_VARIABLE, problem=error)) from None


def _find_language(environ: Mapping[str, str], config: Config, problems: Problems) -> str:
    chosen = variable_text(environ, "HINGTUI_LANG")
    if chosen and not is_translated(chosen):
        sentence = _("HINGTUI_LANG is neither zh nor en: English is used. Set it to one of them.")
        problems.notices.append(sentence)
    if chosen or config.language is None:
        return language_from(environ)
    return config.language
