"""Open a file with the user's command, or with the desktop's default program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hingtui.system import user_commands

_LOOK_FOR = 1.0
"""Seconds in which a program that cannot open the file usually ends. A player goes on running."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening a file."""

    program: str
    """The name of the program, "" if there is none."""
    status: int = 0
    """Its exit status, if it ended at once; 0 if it runs."""
    reason: str = ""
    """Why it could not be started, in the system's words."""

    @property
    def is_open(self) -> bool:
        """Whether a program opens the file, as far as can be seen."""
        return bool(self.program) and not self.status and not self.reason


def open_file(
    path: Path,
    command: Sequence[str] = (),
    token: str | None = None,
    *,
    look_for: float = _LOOK_FOR,
) -> Opened:
    """Open `path` with `command`, or with the desktop's program.

    It blocks for `look_for` seconds at most, to see whether that program fails at once. No `token`
    is in its environment.
    """
    opener = list(command) or _desktop_opener()
    if not opener:
        return Opened("")
    program = Path(opener[0]).name
    try:
        process = user_commands.start([*opener, str(path)], token)
    except OSError as error:
        return Opened(program, reason=error.strerror or type(error).__name__)
    try:
        return Opened(program, process.wait(look_for))
    except subprocess.TimeoutExpired:
        # Unless it is waited for, it stays a zombie when it ends.
        threading.Thread(target=process.wait, name=f"wait for {program}", daemon=True).start()
        return Opened(program)


def _desktop_opener() -> list[str]:
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["cmd", "/c", "start", ""]
    return next(([name] for name in ("xdg-open", "wslview", "mpv") if shutil.which(name)), [])
