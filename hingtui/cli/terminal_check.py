"""Check whether the dashboard can be drawn in this terminal. It imports no Textual."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

_CANNOT_DRAW = ("", "dumb", "unknown")
"""Values of TERM that name no terminal with a cursor."""
_TERMINFO = ("/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo")


def why_no_dashboard(environ: Mapping[str, str], *, is_demo: bool = False) -> str | None:
    """Why there can be no dashboard here, as a sentence with a way out; None if there can."""
    # Textual draws on stderr, so stderr must be the terminal as well.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream.isatty() for stream in streams):
        if is_demo:
            return _("The demo needs a terminal. For scripts: hingtui demo --serve")
        return _("The dashboard needs a terminal. In scripts use: hingtui status --json")
    if os.name == "posix" and not _can_draw(environ.get("TERM", "")):
        return _("This terminal cannot draw a dashboard (TERM is {name}).").format(
            name=clean_line(environ.get("TERM", ""), 40) or _("not set")
        )
    return None


def _can_draw(terminal: str) -> bool:
    """Whether a terminal of this name moves its cursor with ANSI sequences.

    A name without a terminfo entry passes: new terminals are often unknown to a machine that is
    reached over ssh.
    """
    if terminal in _CANNOT_DRAW:
        return False
    try:
        import curses
    except ImportError:
        return True
    try:
        curses.setupterm(terminal, 1)
    except (ValueError, curses.error):
        # Raised for unknown names, but also for entries that describe no terminal (`network`)
        # or a printer.
        return not _has_entry(terminal)
    return (curses.tigetstr("cup") or b"").startswith(b"\x1b[")


def _has_entry(terminal: str) -> bool:
    """Whether this machine's terminfo has an entry of this name."""
    if "/" in terminal or "\0" in terminal:
        return False
    own = [os.environ.get("TERMINFO", ""), os.path.expanduser("~/.terminfo")]  # noqa: PTH111 - Path's own can raise
    more = os.environ.get("TERMINFO_DIRS", "").split(":")
    folders = [folder for folder in (*own, *more, *_TERMINFO) if folder]
    # Entries lie in a folder named after their first letter, or after that letter's number.
    initials = (terminal[0], f"{ord(terminal[0]):x}")
    return any(
        os.path.exists(f"{folder}/{initial}/{terminal}")  # noqa: PTH110 - likewise
        for folder in folders
        for initial in initials
    )
