"""One line on stderr that is redrawn in place, where stderr is a terminal.

Whatever else is printed meanwhile calls `hide` first: both can be on the same terminal.
"""

from __future__ import annotations

import os
import sys
import time

from hingtui.text.cell_width import cells_of, fit, padded

REDRAWN_EVERY = 0.25
"""Seconds between two redraws at least."""
PLAIN_EVERY = 10.0
"""Seconds between two lines at least on a terminal where none can, or is to be, redrawn."""


class LiveLine:
    """The line. It shows nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._cells = 0
        """Cells of it that are on the terminal now."""
        self._shown_at = float("-inf")
        self._text = ""

    @property
    def is_shown(self) -> bool:
        """Whether stderr is a terminal."""
        return sys.stderr.isatty()

    @property
    def is_plain(self) -> bool:
        """Whether each text becomes a line of its own, on a terminal without cursor or colours."""
        return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM", "") in ("", "dumb")

    @property
    def width(self) -> int:
        """The most cells of the line: the last column stays free, or some terminals wrap."""
        try:
            return max(1, (os.get_terminal_size(sys.stderr.fileno()).columns or 80) - 1)
        except (OSError, ValueError):
            return 79

    @property
    def is_due(self) -> bool:
        """Whether the line may be drawn again now."""
        pause = PLAIN_EVERY if self.is_plain else REDRAWN_EVERY
        return self.is_shown and time.monotonic() - self._shown_at >= pause

    def show(self, text: str) -> None:
        """Show this text instead of the one before, if that `is_due`."""
        if not self.is_due or (text == self._text and (self._cells or self.is_plain)):
            return
        self._shown_at, self._text = time.monotonic(), text
        if self.is_plain:
            print(text, file=sys.stderr, flush=True)
            return
        text = fit(text, self.width)
        line = padded(text, max(self._cells, cells_of(text)))
        self._cells = cells_of(text)
        print(f"\r{line}", end="", file=sys.stderr, flush=True)

    def hide(self) -> None:
        """Remove the line, so that another can be printed in its place."""
        if self._cells:
            blanks = " " * min(self._cells, self.width)
            self._cells = 0
            self._shown_at = float("-inf")  # what comes next is drawn beneath at once
            print(f"\r{blanks}\r", end="", file=sys.stderr, flush=True)


live_line = LiveLine()
"""The only one: there is one terminal."""
