"""The keys of config.toml with their types and limits.

The rules for a base URL are in `base_url`, the environment in `settings`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hingtui.storage.settings.alerts import DESKTOP, EVENTS, SWITCHES, AlertSettings
from hingtui.storage.settings.toml_table import Table, read_toml
from hingtui.text.clean import clean_line
from hingtui.text.i18n import LANGUAGES, _

MOST_DOWNLOADS = 16
_SECRET = re.compile(r"key|.*(?:token|api_?key|secret|password).*", re.IGNORECASE)
"""Names of keys under which a person may have written the token."""
_KEYS = (
    "allow_http",
    "auto_download",
    "base_url",
    "downloads",
    "keys",
    "language",
    "max_downloads",
    "notifications",
    "on_complete",
    *(f"on_{event}" for event in EVENTS),
    "open_command",
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
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    language: str | None = None
    max_downloads: int = 3
    on_complete: tuple[str, ...] = ()
    open_command: tuple[str, ...] = ()
    theme: str | None = None
    notices: tuple[str, ...] = ()


def read_config(path: Path) -> Config:
    """The file at `path`; a missing one counts as empty. Raises SettingsError."""
    return _ConfigTable(read_toml(path), path).config()


class _ConfigTable(Table):
    """The keys of config.toml."""

    __slots__ = ()

    def config(self) -> Config:
        for name in self.table:
            if _SECRET.fullmatch(name.replace("-", "_")):
                reason = _("a token does not belong there: run hingtui and type it when asked")
                raise self.wrong(clean_line(name, 60), reason)
        return Config(
            allow_http=tuple(host.lower() for host in self.texts("allow_http")),
            alerts=self.alerts(),
            auto_download=self.switch("auto_download"),
            base_url=self.text("base_url"),
            downloads=self.text("downloads"),
            keys=self.key_map(),
            language=self.language(),
            max_downloads=self.count("max_downloads", 3, MOST_DOWNLOADS),
            on_complete=self.command("on_complete"),
            open_command=self.command("open_command"),
            theme=self.text("theme"),
            notices=tuple(self.unknown(name) for name in self.table if name not in _KEYS),
        )

    def alerts(self) -> AlertSettings:
        """`[notifications]` and the commands of the events."""
        given = self.table.get("notifications", {})
        if not isinstance(given, dict):
            raise self.wrong("notifications", _("lines such as bell = false are expected"))
        table = Table({f"notifications.{name}": value for name, value in given.items()}, self.path)
        for name in given:
            if name not in ("desktop", *SWITCHES):
                known = ", ".join(("desktop", *SWITCHES))
                expected = _("it is none of {names}").format(names=known)
                raise self.wrong(f"notifications.{clean_line(name, 60)}", expected)
        desktop = table.text("notifications.desktop") or DESKTOP[0]
        if desktop not in DESKTOP:
            expected = _("one of {names} is expected").format(names=", ".join(DESKTOP))
            raise self.wrong("notifications.desktop", expected)
        switches = {name: table.switch(f"notifications.{name}") for name in SWITCHES}
        commands = {event: self.command(f"on_{event}") for event in EVENTS}
        return AlertSettings(
            desktop,
            **{name: value for name, value in switches.items() if value is not None},
            commands={event: command for event, command in commands.items() if command},
        )

    def language(self) -> str | None:
        value = self.text("language")
        if value is not None and value not in LANGUAGES:
            raise self.wrong("language", _('"zh" or "en" is expected'))
        return value

    def key_map(self) -> Mapping[str, str]:
        value = self.table.get("keys", {})
        if not isinstance(value, dict) or not all(isinstance(keys, str) for keys in value.values()):
            raise self.wrong("keys", _('lines such as download = "ctrl+d" are expected'))
        return value
