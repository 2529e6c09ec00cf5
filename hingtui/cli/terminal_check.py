"""Check whether the dashboard can be drawn here; say why where it cannot. No Textual."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

_CANNOT_DRAW = ("", "dumb", "unknown")
"""What TERM says where there is no terminal that draws."""
_TERMINFO = ("/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo")


def why_no_dashboard(environ: Mapping[str, str]) -> str | None:
    """Why there can be no dashboard here; None when there can."""
    # Textual draws on stderr, so that one must be the terminal as well.
    # A stream is None where its descriptor was closed before the start.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return _("The dashboard needs a terminal. In scripts use: hingtui status --json")
    if os.name == "posix" and not _can_draw(environ.get("TERM", "")):
        return _("This terminal cannot draw a dashboard (TERM is {name}).").format(
            name=clean_line(environ.get("TERM", ""), 40) or _("not set")
        )
    return None


def _can_draw(terminal: str) -> bool:
    """Whether a terminal of this name can put its cursor anywhere, in the ANSI way.

    One that this machine has no entry for is trusted: the newest terminals come over ssh.
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
        # Not only unknown names end here, but also entries that are no terminal of their own
        # (`network`) or a printer's.
        return not _has_entry(terminal)
    return (curses.tigetstr("cup") or b"").startswith(b"\x1b[")


def _has_entry(terminal: str) -> bool:
    """Whether this machine's terminfo describes a terminal of this name."""
    if "/" in terminal or "\0" in terminal:
        return False
    own = [os.environ.get("TERMINFO", ""), os.path.expanduser("~/.terminfo")]  # noqa: PTH111
    more = os.environ.get("TERMINFO_DIRS", "").split(":")
    folders = [folder for folder in (*own, *more, *_TERMINFO) if folder]
    first = (terminal[0], f"{ord(terminal[0]):x}")  # by its letter, or by the letter's number
    return any(os.path.exists(f"{folder}/{one}/{terminal}") for folder in folders for one in first)  # noqa: PTH110
