"""Where what can be made again is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

_APP = "hingtui"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """`cache` in HINGTUI_HOME, else in the system's folder for caches; it may not exist yet.

    Without a home folder, a folder for temporary files.
    """
    if home := environ.get("HINGTUI_HOME", "").strip():
        return Path(home).expanduser().absolute() / "cache"
    try:
        folder = platformdirs.PlatformDirs(_APP, appauthor=False).user_cache_path
    except (RuntimeError, KeyError, OSError):  # the user has no password entry
        folder = Path()
    # Without a home folder platformdirs returns a literal "~".
    return folder if folder.is_absolute() else Path(tempfile.gettempdir()) / f"{_APP}-cache"
