"""Asking a terminal what it can do: its replies, its silence, and what is left behind."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Iterator, Mapping

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

import pty
import termios

from hingtui.system.terminal_query import FOCUS, SAMPLES, TerminalReplies, ask_terminal

XTERM = {"TERM": "xterm-256color"}
MODERN = {
    b"\x1b[>0q": b"\x1bP>|Contour 0.4\x1b\\",
    b"\x1b[16t": b"\x1b[6;20;10t",
    b"\x1b[?1004$p": b"\x1b[?1004;2$y",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2027$p": b"\x1b[?2027;0$y",
    b"\x1b_Gi=31": b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[c": b"\x1b[?62;4;22c",
}
"""What a modern terminal replies to the beginning of each question."""


class FakeTerminal:
    """The other end of a pty, which sends the replies that it was given."""

    def __init__(self, replies: Mapping[bytes, bytes], widths: Mapping[str, int]) -> None:
        self.master, self.slave = pty.openpty()
        self.written = b""
        self._replies = replies
        self._widths = {SAMPLES[name].encode(): width for name, width in widths.items()}
        self._end, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            readable, _, _ = select.select([self.master, self._end], [], [])
            if self._end in readable:
                return
            data = os.read(self.master, 4096)
            self.written += data
            places = [b"\x1b[1;%dR" % (w + 1) for s, w in self._widths.items() if s in data]
            known = [(data.find(q), reply) for q, reply in self._replies.items() if q in data]
            os.write(self.master, b"".join(reply for _at, reply in sorted(known)))
            os.write(self.master, b"".join(places))

    def __enter__(self) -> FakeTerminal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop, b".")
        self._thread.join()
        for descriptor in (self.master, self.slave, self._end, self._stop):
            os.close(descriptor)

    def ask(self, environ: Mapping[str, str], within: float = 10.0) -> TerminalReplies:
        streams = (self.slave, self.slave, self.slave)
        before = termios.tcgetattr(self.slave)
        try:
            return ask_terminal(environ, within, streams=streams)
        finally:
            assert termios.tcgetattr(self.slave) == before


@contextlib.contextmanager
def modern(**widths: int) -> Iterator[FakeTerminal]:
    with FakeTerminal(MODERN, {"chinese": 2, "emoji": 2, "ambiguous": 1} | widths) as terminal:
        yield terminal


def test_a_modern_terminals_replies_are_read() -> None:
    with modern() as terminal:
        replies = terminal.ask(XTERM)
    assert replies.name == "Contour 0.4"
    assert replies.cell_pixels == (10, 20)
    assert replies.modes == {FOCUS: True, 2026: True, 2027: False}
    assert (replies.kitty_images, replies.has_sixel) == (True, True)
    assert replies.widths == {"chinese": 2, "emoji": 2, "ambiguous": 1}


def test_wide_signs_are_measured_and_removed_from_the_line() -> None:
    with modern(ambiguous=2) as terminal:
        replies = terminal.ask(XTERM)
    assert replies.widths["ambiguous"] == 2
    assert terminal.written.rstrip().endswith(b"\r\x1b[K")


def test_a_terminal_without_images_is_recognised() -> None:
    with FakeTerminal({b"\x1b[c": b"\x1b[?1;2c"}, {}) as terminal:
        replies = terminal.ask(XTERM, within=0.05)
    assert (replies.kitty_images, replies.has_sixel) == (False, False)
    assert replies.modes == {}
    assert replies.is_answered


def test_a_silent_terminal_costs_one_pause() -> None:
    with FakeTerminal({}, {}) as terminal:
        replies = terminal.ask(XTERM, within=0.05)
    assert replies == TerminalReplies(is_asked=True)
    assert (replies.kitty_images, replies.has_sixel) == (None, None)


@pytest.mark.parametrize("term", ["", "dumb", "linux", "vt100"])
def test_a_terminal_that_would_print_the_questions_is_not_asked(term: str) -> None:
    with modern() as terminal:
        assert terminal.ask({"TERM": term}) == TerminalReplies()
    assert terminal.written == b""


@pytest.mark.parametrize("more", [{"TMUX": "socket,1,0"}, {"STY": "1.x"}, {"TERM": "screen"}])
def test_images_are_not_asked_for_through_a_multiplexer(more: dict[str, str]) -> None:
    with modern() as terminal:
        replies = terminal.ask(XTERM | more)
    assert b"\x1b_G" not in terminal.written
    assert replies.kitty_images is None


def test_apples_terminal_gets_no_query_that_it_would_print() -> None:
    with modern() as terminal:
        terminal.ask(XTERM | {"TERM_PROGRAM": "Apple_Terminal"})
    assert b"$p" not in terminal.written


def test_without_a_terminal_nothing_is_asked() -> None:
    source, target = os.pipe()
    try:
        assert ask_terminal(XTERM, streams=(source, target, target)) == TerminalReplies()
    finally:
        os.close(source)
        os.close(target)
