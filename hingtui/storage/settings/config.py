"""The keys of config.toml with their types and limits.

The rules for a base URL are in `base_url`, the environment in `settings`.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.alerts import DESKTOP, EVENTS, SWITCHES, AlertSettings
from hingtui.system.files import read_file
from hingtui.text.clean import clean_line
from hingtui.text.i18n import LANGUAGES, _

MOST_DOWNLOADS = 16
_LIMIT = 1 << 20
"""Bytes; a longer file cannot be a config.toml."""
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
    try:
        table = _read_toml(path)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        sentence = _("{path} cannot be read: {reason}. Check who owns it.")
        reason = error.strerror or str(error)
        raise SettingsError(sentence.format(path=path, reason=reason)) from error
    except UnicodeDecodeError:
        sentence = _("{path} is not UTF-8 text. Save it as UTF-8.")
        raise SettingsError(sentence.format(path=path)) from None
    except (ValueError, RecursionError) as error:
        sentence = _("{path} is not valid TOML ({place}). Correct it, or move it away.")
        # The parser's message may quote a secret: only the place is used.
        place = re.search(r"line \d+, column \d+", str(error))
        named = place[0] if place else _("at its end")
        raise SettingsError(sentence.format(path=path, place=named)) from None
    return _Table(table, path).config()


def _read_toml(path: Path) -> dict[str, object]:
    data, _state = read_file(path, _LIMIT)
    if len(data) == _LIMIT:
        raise ValueError("too long")
    return tomllib.loads(data.decode("utf-8-sig"))  # tomllib refuses a byte-order mark


@dataclass(frozen=True, slots=True)
class _Table:
    """The keys of one file, read by type."""

    table: Mapping[str, object]
    path: Path

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
        table = _Table({f"notifications.{name}": value for name, value in given.items()}, self.path)
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

    def wrong(self, name: str, expected: str) -> SettingsError:
        sentence = _("{name} in {path} cannot be used: {expected}.")
        return SettingsError(sentence.format(name=name, path=self.path, expected=expected))

    def unknown(self, name: str) -> str:
        sentence = _("{name} in {path} is not a setting of hingtui: it is ignored.")
        return sentence.format(name=clean_line(name, 60), path=self.path)

    def text(self, name: str) -> str | None:
        value = self.table.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self.wrong(name, _("a text in quotes is expected"))
        return value.strip()

    def texts(self, name: str) -> Sequence[str]:
        value = self.table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, _('a list such as ["one", "two"] is expected'))
        return value

    def switch(self, name: str) -> bool | None:
        value = self.table.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, _("true or false is expected"))
        return value

    def count(self, name: str, usual: int, most: int) -> int:
        value = self.table.get(name, usual)
        if type(value) is not int or not 1 <= value <= most:
            raise self.wrong(
                name, _("a whole number from 1 to {most} is expected").format(most=most)
            )
        return value

    def command(self, name: str) -> tuple[str, ...]:
        """A command as a list of words, or as one line with a shell's quotes."""
        value = self.table.get(name, [])
        try:
            words = shlex.split(value) if isinstance(value, str) else list(self.texts(name))
        except ValueError:
            raise self.wrong(name, _("its quotes do not match")) from None
        if any("\0" in word for word in words) or (words and not words[0].strip()):
            raise self.wrong(name, _("a program is expected first"))
        return tuple(words)

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
