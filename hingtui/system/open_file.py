"""Open a file with the user's command, or with the desktop's default program."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hingtui.system import user_commands


def open_file(path: Path, command: Sequence[str] = (), token: str | None = None) -> bool:
    """Open `path` with `command`, or with the desktop's program; False if there is none.

    It does not wait for that program, which gets no `token` in its environment. Raises OSError.
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
