"""Opens a file with what the person's desktop uses for it; knows nothing of videos.

It must not hand on the token: a player needs none, and its environment can be listed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def open_file(path: Path, command: Sequence[str] = ()) -> bool:
    """Open `path` with `command`, or with the desktop's own; False when there is nothing to use.

    Returns at once; the player lives on its own, away from this terminal. Raises OSError.
    """
    from hingtui.redaction import TOKEN_VARIABLES

    opener = list(command) or _desktop_opener()
    if not opener:
        return False
    environ = {name: text for name, text in os.environ.items() if name not in TOKEN_VARIABLES}
    subprocess.Popen(  # noqa: S603 - the user's own command and a path of our own making
        [*opener, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,
    )
    return True


def _desktop_opener() -> list[str]:
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["cmd", "/c", "start", ""]
    return next(([name] for name in ("xdg-open", "wslview", "mpv") if shutil.which(name)), [])
