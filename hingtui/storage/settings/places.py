"""The places of hingtui's files: HINGTUI_HOME, or the system's folders."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hingtui.model.errors import SettingsError
from hingtui.text.i18n import _

_APP = "hingtui"
_NO_PATH = re.compile(r"\$\w|\$\{|%\w+%|[A-Za-z][A-Za-z0-9+.-]+:/|[A-Z_]{2,}=")
"""How a text begins that would only become a folder of an odd name, in whatever folder is current:
a variable that no shell has replaced, a URL, a whole line of a shell."""
_QUOTES = "\"'"
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


@dataclass(frozen=True, slots=True)
class Places:
    """Where hingtui's files are by default."""

    config: Path
    token: Path
    watchlist: Path
    log: Path
    downloads: Path
    cache: Path
    """The folder of what can be made again."""


def find_places(environ: Mapping[str, str]) -> Places:
    chosen = variable_text(environ, "HINGTUI_HOME")
    if chosen:
        folder = absolute_path(chosen, "HINGTUI_HOME")
        if os.path.exists(folder) and not folder.is_dir():  # noqa: PTH110 - Path's own can raise
            sentence = _("HINGTUI_HOME is {path}, which is not a folder. Name a folder.")
            raise SettingsError(sentence.format(path=folder))
        config = data = state = folder
        downloads, cache = folder / "videos", folder / "cache"
    else:
        config, data, state, downloads = _usual_folders()
        cache = platformdirs.PlatformDirs(_APP, appauthor=False).user_cache_path
    return Places(
        config=config / "config.toml",
        token=config / "token",
        watchlist=data / "watchlist.toml",
        log=state / "hingtui.log",
        downloads=downloads,
        cache=cache,
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


def variable_text(environ: Mapping[str, str], name: str) -> str:
    """The text of a variable without blanks and quotes around it; "" if it is not set.

    A container's env file, systemd's and Windows' `set` leave quotes in the value.
    """
    text = environ.get(name, "").strip()
    if len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]:
        text = text[1:-1].strip()
    return text


def absolute_path(text: str, name: str, base: Path | None = None) -> Path:
    """`text` as an absolute path; a relative one starts at `base` or the current folder.

    Raises SettingsError, which names the setting (`name`), if `~` is no folder, or this no path.
    """
    if not _has_home() and text.split("/")[0] == "~":
        raise _no_home_folder()
    sentence = _("{name} is {path}, which is not a valid path. Write the full path.")
    problem = SettingsError(sentence.format(name=name, path=text))
    if _NO_PATH.match(text) or (os.name == "posix" and _DRIVE.match(text)):
        raise problem
    try:
        path = Path(text).expanduser()
        return path if path.is_absolute() else (base or Path.cwd()) / path
    except (RuntimeError, OSError) as error:
        raise problem from error
