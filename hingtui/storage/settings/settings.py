"""Combine config.toml (never written), the environment and the token file into the settings."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.alerts import AlertSettings
from hingtui.storage.settings.config import Config, check_base_url, read_config
from hingtui.system.files import read_file, write_atomically
from hingtui.text.i18n import _, language_from

DEFAULT_BASE_URL = "https://models.hingnet.com.cn"
_APP = "hingtui"
_FILE = "file"
_TOKEN_LIMIT = 4096
_TOKEN_VARIABLES = ("HINGNET_API_KEY", "TOKEN")
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


@dataclass(frozen=True, slots=True)
class _Places:
    """Where hingtui's files are by default."""

    config: Path
    token: Path
    watchlist: Path
    log: Path
    downloads: Path


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in effect. Raises SettingsError: one sentence and what to do."""
    places = _find_places(environ)
    config = read_config(places.config)
    notices = list(config.notices)
    token, source = _find_token(environ, places.token, notices)
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


def clean_token(text: str) -> str:
    """The token in what was typed or stored, without surrounding blanks, quotes and `Bearer`.

    Raises SettingsError for what cannot be a token; its sentence never holds the text.
    """
    token = text.strip().removeprefix("\ufeff").strip()
    scheme, _blank, rest = token.partition(" ")
    if scheme.lower() == "bearer":
        token = rest.strip()
    token = token.strip("\"'")
    if not token:
        raise SettingsError(_("The token is empty. Copy it again from your gateway's console."))
    if any(char.isspace() for char in token):
        raise SettingsError(
            _("The token holds a blank or a line break. Copy it again: it is one word.")
        )
    if not (token.isascii() and token.isprintable()):
        raise SettingsError(
            _("The token holds characters that no token has. Copy it again, without its label.")
        )
    if len(token) > _TOKEN_LIMIT:
        raise SettingsError(_("This is too long for a token. Copy the token alone."))
    return token


def save_token(settings: Settings, token: str) -> Settings:
    """Store `token` in a file that only the user can read, and use it. Raises SettingsError."""
    cleaned = clean_token(token)
    path = settings.token_path
    try:
        write_atomically(path, f"{cleaned}\n".encode(), mode=0o600, must_be_private=True)
    except OSError as error:
        raise _unusable(path, error) from error
    notices = settings.notices
    if settings.token_source in _TOKEN_VARIABLES:
        notice = _(
            "{variable} is set and takes precedence over the saved token: remove it or change it."
        )
        notices = (*notices, notice.format(variable=settings.token_source))
    return replace(settings, token=cleaned, token_source=_FILE, notices=notices)


def _find_places(environ: Mapping[str, str]) -> _Places:
    chosen = environ.get("HINGTUI_HOME", "").strip()
    if chosen:
        folder = absolute_path(chosen, "HINGTUI_HOME")
        if folder.exists() and not folder.is_dir():
            sentence = _("HINGTUI_HOME is {path}, which is not a folder. Name a folder.")
            raise SettingsError(sentence.format(path=folder))
        config = data = state = folder
        downloads = folder / "videos"
    else:
        config, data, state, downloads = _usual_folders()
    return _Places(
        config=config / "config.toml",
        token=config / "token",
        watchlist=data / "watchlist.toml",
        log=state / "hingtui.log",
        downloads=downloads,
    )


def _usual_folders() -> tuple[Path, Path, Path, Path]:
    """The system's folders for settings, data, state and downloads. Raises SettingsError."""
    try:
        dirs = platformdirs.PlatformDirs(_APP, appauthor=False)
        folders = (
            dirs.user_config_path,
            dirs.user_data_path,
            dirs.user_state_path,
            dirs.user_downloads_path / _APP,
        )
    except (RuntimeError, KeyError, OSError) as error:  # the user has no password entry
        raise _no_home_folder() from error
    # Without a home folder platformdirs returns a literal "~", or the root folder.
    if not _has_home() or not all(folder.is_absolute() for folder in folders):
        raise _no_home_folder()
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path's own raises if there is none
    if not home.is_dir() and any(home in folder.parents for folder in folders):
        sentence = _("Your home folder {path} does not exist. Set HOME or HINGTUI_HOME to one.")
        raise SettingsError(sentence.format(path=home))
    return folders


def _has_home() -> bool:
    """Whether HOME is an absolute path, or unset: then the password database is used."""
    return os.name != "posix" or os.environ.get("HOME", "/").startswith("/")


def _no_home_folder() -> SettingsError:
    return SettingsError(_("There is no home folder. Set HOME or HINGTUI_HOME to a folder."))


def _find_downloads(environ: Mapping[str, str], config: Config, places: _Places) -> Path:
    folder = environ.get("HINGTUI_DOWNLOADS", "").strip()
    if folder:
        return absolute_path(folder, "HINGTUI_DOWNLOADS")
    if config.downloads:
        return absolute_path(config.downloads, "downloads", places.config.parent)
    return places.downloads


def absolute_path(text: str, name: str, base: Path | None = None) -> Path:
    """`text` as an absolute path; a relative one starts at `base` or the current folder.

    Raises SettingsError, which names the setting (`name`), if `~` is no folder.
    """
    if not _has_home() and text.split("/")[0] == "~":
        raise _no_home_folder()
    try:
        path = Path(text).expanduser()
        return path if path.is_absolute() else (base or Path.cwd()) / path
    except (RuntimeError, OSError) as error:
        sentence = _("{name} is {path}, which is not a valid path. Write the full path.")
        raise SettingsError(sentence.format(name=name, path=text)) from error


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


def _find_token(
    environ: Mapping[str, str], path: Path, notices: list[str]
) -> tuple[str | None, str]:
    for name in _TOKEN_VARIABLES:
        text = environ.get(name, "").strip()
        # Many programs have a TOKEN: only one of the gateway's kind may be sent to the gateway.
        if text and (name != "TOKEN" or text.startswith("oh-")):
            with suppress(SettingsError):  # still warn if others can read the file
                _stored_token(path, notices)
            return _named(text, name), name
    text = _stored_token(path, notices)
    return (_named(text, str(path)), _FILE) if text.strip("\ufeff\0 ") else (None, "")


def _stored_token(path: Path, notices: list[str]) -> str:
    """The content of the token file, "" if there is none; other users lose access to the file."""
    try:
        data, state = read_file(path, 2 * _TOKEN_LIMIT)
        if os.name == "posix":
            _tighten(path, state, notices)
            _check_folder(path, notices)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unusable(path, error) from error
    return data.decode("utf-8", "replace").strip()


def _named(text: str, name: str) -> str:
    """The token from the variable or file `name`, which errors name."""
    try:
        return clean_token(text)
    except SettingsError as error:
        raise SettingsError(f"{name}: {error}") from None


def _tighten(path: Path, state: os.stat_result, notices: list[str]) -> None:
    """Make the token file readable by its owner only, with a notice if it was not."""
    if state.st_uid not in (os.geteuid(), 0):
        notice = _("The token file {path} belongs to another user, who can read and change it.")
        notices.append(notice.format(path=path))
    if not state.st_mode & 0o077:
        return
    try:
        path.chmod(0o600)
    except OSError as error:
        notice = _("Others can read the token file {path}, and this cannot be changed: {reason}.")
        notices.append(notice.format(path=path, reason=error.strerror or error))
        return
    notice = _("Others could read the token file {path}. Now only you can.")
    notices.append(notice.format(path=path))


def _check_folder(path: Path, notices: list[str]) -> None:
    """Add a notice if every user may replace the token file."""
    for folder in {path.parent, Path(os.path.realpath(path)).parent}:
        if folder.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
            notice = _("Others can replace the token file in {folder}: chmod go-w {folder}")
            notices.append(notice.format(folder=folder))


def _unusable(path: Path, error: OSError) -> SettingsError:
    sentence = _("{path} cannot be used: {reason}. Check who owns it and the space left.")
    return SettingsError(sentence.format(path=path, reason=error.strerror or error))
