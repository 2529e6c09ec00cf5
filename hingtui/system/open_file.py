"""Open a file with what the person's desktop uses for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hingtui.system import user_commands


def open_file(path: Path, command: Sequence[str] = (), token: str | None = None) -> bool:
    """Open `path` with `command`, or with the desktop's own; False when there is nothing to use.

    Returns at once; the player lives on its own, without `token` in its environment. Raises
    OSError.
    """
    opener = list(command) or _desktop_opener()
    if not opener:
        return False
    user_commands.start([*opener, str(path)], token)
    return True


def _desktop_opener() -> list[str]:
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["cmd", "/c", "start", ""]
    return next(([name] for name in ("xdg-open", "wslview", "mpv") if shutil.which(name)), [])
