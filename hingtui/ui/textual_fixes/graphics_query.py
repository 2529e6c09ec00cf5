"""Ask the terminal for the size of its cells and for Sixel, and take the replies out of the input.

Textual 8.2.8 would type such replies as keys, which would run commands. Nothing waits for them:
they are used whenever they come. Not reported upstream, as far as a search of its issues shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from textual.message import Message

from hingtui.ui.textual_fixes.background_query import ReplyParser

_CELL = re.compile(r"\x1b\[6;(?P<height>\d{1,4});(?P<width>\d{1,4})t")
_ABLE = re.compile(r"\x1b\[\?(?P<abilities>\d[\d;]{0,80})c")
_BEGUN = re.compile(r"\x1b\[(?:6;[\d;]{0,12}|\?[\d;]{1,80})\Z")
"""The beginning of a reply, at the end of what was read. No key begins so."""
_TIMEOUT = 0.2
"""Seconds until the beginning of a reply is given to Textual."""
_SIXEL = "4"


class CellReported(Message):
    """The terminal reported the size of its cells in pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.width, self.height = width, height


class AbilitiesReported(Message):
    """The terminal reported what it can do."""

    def __init__(self, has_sixel: bool) -> None:
        super().__init__()
        self.has_sixel = has_sixel


class GraphicsParser(ReplyParser):
    """`ReplyParser`, which gets everything but these replies."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._kept = ""
        self._kept_until = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """As Textual's. Without data the input has ended."""
        if data:
            data = self._kept + data
            self._kept = ""
            for found in _CELL.finditer(data):
                yield CellReported(int(found["width"]), int(found["height"]))
            for found in _ABLE.finditer(data):
                yield AbilitiesReported(_SIXEL in found["abilities"].split(";")[1:])
            data = _ABLE.sub("", _CELL.sub("", data))
            if begun := _BEGUN.search(data):
                self._kept = begun[0]
                self._kept_until = time.monotonic() + _TIMEOUT
                data = data[: begun.start()]
            if not data:
                return
        yield from super().feed(data)

    def tick(self) -> Iterable[Message]:
        """As Textual's; what looked like a reply and did not end in time is given to it."""
        if self._kept and time.monotonic() > self._kept_until:
            kept, self._kept = self._kept, ""
            yield from super().feed(kept)
        yield from super().tick()
