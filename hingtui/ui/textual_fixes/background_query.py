"""Ask the terminal for its background colour (OSC 11), and take the reply out of the input.

Textual 8.2.8 does not ask, and types such a reply as keys, which would run commands. Nothing waits
for the reply: it is used whenever it comes, and a terminal that gives none loses nothing.
Not reported upstream, as far as a search of its issues shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from textual._xterm_parser import XTermParser
from textual.message import Message

QUERY = "\x1b]11;?\x1b\\"
_REPLY = re.compile(r"\x1b\]11;(?P<color>[^\x07\x1b]{0,60})(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,60}\x1b?)?)?)?)?\Z")
"""The beginning of a reply, at the end of what was read."""
_COLOR = re.compile(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})", re.IGNORECASE)
_TIMEOUT = 0.2
"""Seconds until the beginning of a reply counts as keys: Alt+] begins like one."""
_SILENT = re.compile(r"(?:linux|dumb|unknown|ansi|cons\d|cygwin|emacs|eterm|sun|vt\d|wy).*|")
"""Values of TERM of terminals that do not know the question; some would print it."""


class BackgroundReported(Message):
    """The terminal reported its background colour."""

    def __init__(self, is_light: bool) -> None:
        super().__init__()
        self.is_light = is_light


def can_ask(environ: Mapping[str, str]) -> bool:
    """Whether the question leaves no trace on this terminal."""
    return _SILENT.fullmatch(environ.get("TERM", "")) is None


def is_light(color: str) -> bool | None:
    """Whether a colour such as `rgb:ffff/ffff/ffff` is light; None if it is no colour."""
    if (found := _COLOR.match(color)) is None:
        return None
    red, green, blue = (int(part, 16) / int("f" * len(part), 16) for part in found.groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5


class ReplyParser(XTermParser):
    """Textual's parser, which gets everything but the replies."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._held = ""
        self._held_until = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """As Textual's. Without data the input has ended."""
        if data:
            data = self._held + data
            self._held = ""
            for found in _REPLY.finditer(data):
                if (light := is_light(found["color"])) is not None:
                    yield BackgroundReported(light)
            data = _REPLY.sub("", data)
            if (begun := _BEGUN.search(data)) and begun[0] != "\x1b":
                self._held = begun[0]
                self._held_until = time.monotonic() + _TIMEOUT
                data = data[: begun.start()]
            if not data:
                return
        yield from super().feed(data)

    def tick(self) -> Iterable[Message]:
        """As Textual's; what looked like a reply and did not end in time is given to it."""
        if self._held and time.monotonic() > self._held_until:
            held, self._held = self._held, ""
            yield from super().feed(held)
        yield from super().tick()
