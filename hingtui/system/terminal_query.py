"""Ask the terminal what it can do, and measure how wide it draws some characters.

Only for a command that draws nothing else at that moment: it reads the terminal's replies from
standard input. Every reply is optional, and the last question is one that nearly every terminal
answers, so that a silent one costs one pause.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hingtui.system.terminal import STREAMS

if sys.platform != "win32":
    import termios
    import tty

ANSWER_WITHIN = 1.0
"""Seconds for all replies: over a slow ssh connection a reply takes half of that."""
_SILENT = re.compile(r"(?:linux|dumb|unknown|ansi|cons\d|cygwin|emacs|eterm|sun|vt\d|wy).*|")
"""Values of TERM of terminals that would print some of the questions."""
_MULTIPLEXED = re.compile(r"(?:screen|tmux)\b.*")

FOCUS, SYNCHRONIZED, IN_BAND_RESIZE, UNICODE_WIDTHS = 1004, 2026, 2048, 2027
"""Modes that are asked for (DECRQM)."""
_MODES = (FOCUS, SYNCHRONIZED, IN_BAND_RESIZE, UNICODE_WIDTHS)
SAMPLES = {"chinese": "影", "emoji": "🎬", "ambiguous": "●"}
"""What is drawn to be measured."""
_DEVICE = "\x1b[c"
_NAME = "\x1b[>0q"
_PIXELS = "\x1b[16t"
_KITTY_IMAGE = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_DEVICE_REPLY = re.compile(r"\x1b\[\?([\d;]*)c")
_MODE_REPLY = re.compile(r"\x1b\[\?(\d+);([0-4])\$y")
_NAME_REPLY = re.compile(r"\x1bP>\|([^\x1b]{0,100})\x1b\\")
_PIXELS_REPLY = re.compile(r"\x1b\[6;(\d{1,4});(\d{1,4})t")
_PLACE_REPLY = re.compile(r"\x1b\[(\d+);(\d+)R")
_KITTY_REPLY = re.compile(r"\x1b_Gi=31;([^\x1b]{0,200})\x1b\\")


@dataclass(frozen=True, slots=True)
class TerminalReplies:
    """What the terminal reported; empty or None for what it did not report."""

    is_asked: bool = False
    """Whether there was a terminal to ask that can be asked."""
    is_answered: bool = False
    """Whether it has answered anything at all."""
    name: str = ""
    """Its own name and version."""
    features: frozenset[int] = frozenset()
    """The numbers of its primary device attributes: 4 is Sixel."""
    modes: Mapping[int, bool] = field(default_factory=dict, hash=False)
    """Whether it knows each mode that it answered about."""
    kitty_images: bool | None = None
    cell_pixels: tuple[int, int] | None = None
    """Width and height of a cell."""
    widths: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Cells that each of `SAMPLES` takes."""

    @property
    def has_sixel(self) -> bool | None:
        """Whether it draws Sixel images; None if it did not answer."""
        return 4 in self.features if self.features else None


def ask_terminal(
    environ: Mapping[str, str],
    within: float = ANSWER_WITHIN,
    *,
    streams: Sequence[int] = STREAMS,
) -> TerminalReplies:
    """The terminal's replies; without a terminal, or with one that would print questions, none.

    `streams` are input, output and error. Blocks for `within` seconds for each question at most,
    and puts the terminal's settings back.
    """
    terminal = _terminal(streams)
    if terminal is None or not _can_be_asked(environ):
        return TerminalReplies()
    source, output = terminal
    term = environ.get("TERM", "")
    is_multiplexed = _MULTIPLEXED.match(term) or "TMUX" in environ or "STY" in environ
    questions = [_NAME, _PIXELS]
    if environ.get("TERM_PROGRAM") != "Apple_Terminal":  # it prints a part of each
        questions += [f"\x1b[?{mode}$p" for mode in _MODES]
    if not is_multiplexed:  # screen would show it as a message
        questions.append(_KITTY_IMAGE)
    with _raw(source):
        os.write(output, ("".join(questions) + _DEVICE).encode("ascii"))
        replies = _read_until(source, _DEVICE_REPLY, within)
        os.write(output, b"\r\x1b[K")  # whatever the terminal has printed of a question
        widths = _measure(source, output, within) if replies else {}
    return _parse(replies, widths, has_images=not is_multiplexed)


def _terminal(streams: Sequence[int]) -> tuple[int, int] | None:
    """What to read from and write to; None if there is no terminal in the foreground."""
    source, *outputs = streams
    if sys.platform == "win32" or not os.isatty(source):
        return None
    with contextlib.suppress(OSError):  # no job control
        if os.tcgetpgrp(source) != os.getpgrp():  # asking would stop the process
            return None
    output = next((stream for stream in outputs if os.isatty(stream)), None)
    return None if output is None else (source, output)


def _can_be_asked(environ: Mapping[str, str]) -> bool:
    return _SILENT.fullmatch(environ.get("TERM", "")) is None


@contextlib.contextmanager
def _raw(source: int) -> Iterator[None]:
    """Meanwhile, replies are not echoed and can be read before a line end. Ctrl+C works."""
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source, termios.TCSAFLUSH)
        yield
    finally:
        termios.tcsetattr(source, termios.TCSAFLUSH, before)  # no late reply reaches the shell


def _measure(source: int, output: int, within: float) -> dict[str, int]:
    """How many cells each sample takes. They are drawn on the current line and removed again."""
    widths: dict[str, int] = {}
    for name, sample in SAMPLES.items():
        os.write(output, f"\r{sample}\x1b[6n\r\x1b[K".encode())
        found = _PLACE_REPLY.search(_read_until(source, _PLACE_REPLY, within))
        if found is None:
            break
        widths[name] = int(found[2]) - 1
    return widths


def _read_until(source: int, pattern: re.Pattern[str], within: float) -> str:
    """What is read until it holds `pattern`, or until the time is over."""
    text = ""
    ends = time.monotonic() + within
    while pattern.search(text) is None and (left := ends - time.monotonic()) > 0:
        readable, _writable, _other = select.select([source], [], [], left)
        if not readable:
            break
        data = os.read(source, 4096)
        if not data:
            break
        text += data.decode("latin-1")
    return text


def _parse(replies: str, widths: Mapping[str, int], *, has_images: bool) -> TerminalReplies:
    device = _DEVICE_REPLY.search(replies)
    name = _NAME_REPLY.search(replies)
    pixels = _PIXELS_REPLY.search(replies)
    kitty = _KITTY_REPLY.search(replies)
    is_known = has_images and device is not None
    return TerminalReplies(
        is_asked=True,
        is_answered=bool(replies),
        name=name[1] if name else "",
        features=frozenset(map(int, re.findall(r"\d+", device[1]) if device else ())),
        modes={int(mode): state not in "04" for mode, state in _MODE_REPLY.findall(replies)},
        kitty_images=(kitty is not None and kitty[1].startswith("OK")) if is_known else None,
        cell_pixels=(int(pixels[2]), int(pixels[1])) if pixels else None,
        widths=dict(widths),
    )
