"""The keys of config.toml with their types and limits.

The rules for a base URL are in `base_url`, the environment in `settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hingtui.model.name_template import BadTemplate, NameTemplate, parse_template
from hingtui.storage.settings.alerts import DESKTOP, EVENTS, SWITCHES, AlertSettings
from hingtui.storage.settings.gateway_table import GatewayTable, read_gateways
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.toml_table import Table, is_secret_name, read_toml
from hingtui.text.clean import clean_line
from hingtui.text.i18n import LANGUAGES, _

MOST_DOWNLOADS = 16
HISTORY_VIDEOS = 100_000
"""Videos that the history keeps, if the settings say nothing else."""
_MOST_HISTORY = 10_000_000
_KEYS = (
    "allow_http",
    "auto_download",
    "base_url",
    "downloads",
    "gateways",
    "history_videos",
    "keys",
    "language",
    "max_downloads",
    "name",
    "notifications",
    "on_complete",
    *(f"on_{event}" for event in EVENTS),
    "open_command",
    "sidecar",
    "theme",
)


@dataclass(frozen=True, slots=True)
class Config:
    """The content of config.toml; None or empty for what is not set."""

    allow_http: tuple[str, ...] = ()
    """Hosts that may be reached by plain http, in lower case."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    auto_download: bool | None = None
    base_url: str | None = None
    downloads: str | None = None
    gateways: tuple[GatewayTable, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    history_videos: int = HISTORY_VIDEOS
    language: str | None = None
    max_downloads: int = 3
    name: NameTemplate | None = None
    on_complete: tuple[str, ...] = ()
    open_command: tuple[str, ...] = ()
    sidecar: bool = False
    theme: str | None = None


def read_config(path: Path, problems: Problems) -> Config:
    """The file at `path`; a missing one counts as empty, and so does each value with a problem."""
    empty: dict[str, object] = {}
    table = problems.attempt(lambda: read_toml(path), empty)
    return _ConfigTable(table, path).config(problems)


class _ConfigTable(Table):
    """The keys of config.toml."""

    __slots__ = ()

    def config(self, problems: Problems) -> Config:
        attempt = problems.attempt
        for name in self.table:
            if is_secret_name(name):
                problems.errors.append(self.secret(name))
            elif name not in _KEYS:
                problems.notices.append(self.unknown(name, _KEYS))
        return Config(
            allow_http=attempt(lambda: self.hosts("allow_http"), ()),
            alerts=self.alerts(problems),
            auto_download=attempt(lambda: self.switch("auto_download"), None),
            base_url=attempt(lambda: self.text("base_url"), None),
            downloads=attempt(lambda: self.text("downloads"), None),
            gateways=self.gateways(problems),
            history_videos=attempt(
                lambda: self.count("history_videos", HISTORY_VIDEOS, _MOST_HISTORY), HISTORY_VIDEOS
            ),
            keys=attempt(self.key_map, {}),
            language=attempt(self.language, None),
            max_downloads=attempt(lambda: self.count("max_downloads", 3, MOST_DOWNLOADS), 3),
            name=attempt(self.name_template, None),
            on_complete=attempt(lambda: self.command("on_complete"), ()),
            open_command=attempt(lambda: self.command("open_command"), ()),
            sidecar=bool(attempt(lambda: self.switch("sidecar"), None)),
            theme=attempt(lambda: self.text("theme"), None),
        )

    def gateways(self, problems: Problems) -> tuple[GatewayTable, ...]:
        """Every `[gateways.NAME]` that can be used; the others are notices."""
        given = self.table.get("gateways", {})
        if not isinstance(given, dict):
            expected = _("a table such as [gateways.lab] is expected")
            problems.errors.append(self.wrong("gateways", expected))
            return ()
        return read_gateways(given, self.path, problems)

    def hosts(self, name: str) -> tuple[str, ...]:
        return tuple(host.strip().lower() for host in self.texts(name))

    def alerts(self, problems: Problems) -> AlertSettings:
        """`[notifications]` and the commands of the events."""
        attempt = problems.attempt
        given = self.table.get("notifications", {})
        if not isinstance(given, dict):
            expected = _("lines such as bell = false are expected")
            problems.errors.append(self.wrong("notifications", expected))
            given = {}
        table = Table({f"notifications.{name}": value for name, value in given.items()}, self.path)
        for name in given:
            if name not in ("desktop", *SWITCHES):
                known = ", ".join(("desktop", *SWITCHES))
                expected = _("it is none of {names}").format(names=known)
                error = self.wrong(f"notifications.{clean_line(name, 60)}", expected)
                problems.errors.append(error)
        switches: dict[str, bool | None] = {
            name: attempt(partial(table.switch, f"notifications.{name}"), None) for name in SWITCHES
        }
        commands: dict[str, tuple[str, ...]] = {
            event: attempt(partial(self.command, f"on_{event}"), ()) for event in EVENTS
        }
        return AlertSettings(
            attempt(lambda: table.choice("notifications.desktop", DESKTOP), DESKTOP[0]),
            **{name: value for name, value in switches.items() if value is not None},
            commands={event: command for event, command in commands.items() if command},
        )

    def language(self) -> str | None:
        value = self.text("language")
        if value is not None and value not in LANGUAGES:
            raise self.wrong("language", _('"zh" or "en" is expected'))
        return value

    def name_template(self) -> NameTemplate | None:
        """What saved files are named."""
        text = self.text("name")
        try:
            return None if text is None else parse_template(text)
        except BadTemplate as error:
            raise self.wrong("name", str(error)) from None

    def key_map(self) -> Mapping[str, str]:
        value = self.table.get("keys", {})
        expected = _('lines such as download = "ctrl+d" are expected')
        if not isinstance(value, dict):
            raise self.wrong("keys", expected)
        for name, keys in value.items():
            if not isinstance(keys, str):
                raise self.wrong(f"keys.{clean_line(name, 60)}", expected)
        return value
