"""What a terminal gets that takes no bytes for a while."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

import pty
import tty

from hingtui.system.terminal import END_SEQUENCE
from hingtui.ui.textual_fixes import driver
from hingtui.ui.textual_fixes.driver import TerminalFile
from tests.support.waiting import TIMEOUT

FRAME = "\x1b[?2026h" + "frame" * 40_000 + "\x1b[?2026l"
"""More than a pty holds."""


def copy_of(text: str) -> str:
    return f"\x1b]52;c;{text}\x07"


class Stopped:
    """A terminal that is not read, with a text on its way to it that it takes a part of."""

    def __init__(self, master: int, slave: int, text: str = FRAME) -> None:
        self.master = master
        self._resumed = threading.Event()
        self.file = TerminalFile(slave, "utf-8", self._resumed.set)
        self.send(text)
        assert self.file.is_stopped

    def send(self, *texts: str) -> None:
        for text in texts:
            self.file.write(text)
        self.file.flush()

    def read_again(self) -> bytes:
        """All bytes, once the terminal takes them again and `drawn` was drawn."""
        received = bytearray()

        def read() -> None:
            while b"drawn" not in received[-100:]:
                received.extend(os.read(self.master, 65536))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        assert self._resumed.wait(TIMEOUT)
        self.send("drawn")
        reader.join(TIMEOUT)
        return bytes(received)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Both ends of a pty, which counts as stopped soon."""
    monkeypatch.setattr(driver, "_STOPPED_AFTER", 0.1)
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.fixture
def stopped(ends: tuple[int, int]) -> Stopped:
    """A terminal that has taken a part of a frame."""
    return Stopped(*ends)


def test_a_frame_that_was_cut_is_ended_before_the_next(stopped: Stopped) -> None:
    assert stopped.read_again().endswith(END_SEQUENCE.encode() + b"drawn")
    assert not stopped.file.is_stopped


def test_what_was_drawn_meanwhile_is_not_sent(stopped: Stopped) -> None:
    stopped.send("\x1b[?2026h", "meanwhile", "\x1b[?2026l")
    assert b"meanwhile" not in stopped.read_again()


def test_the_last_copy_made_meanwhile_is_sent_once(stopped: Stopped) -> None:
    stopped.send(copy_of("first"), "drawn meanwhile", copy_of("second"))
    stopped.send(copy_of("third"))
    received = stopped.read_again()
    assert received.endswith(copy_of("third").encode() + b"drawn")
    assert received.count(b"\x1b]52") == 1
    stopped.send("later")
    assert os.read(stopped.master, 100) == b"later"


def test_a_copy_that_was_cut_is_sent_again(ends: tuple[int, int]) -> None:
    copy = copy_of("long" * 40_000)
    assert Stopped(*ends, copy).read_again().endswith(copy.encode() + b"drawn")


def test_the_last_of_each_kind_is_sent(stopped: Stopped) -> None:
    title = "\x1b[22;0t\x1b]0;2 ready\x07"
    progress, notification = "\x1b]9;4;1;50\x1b\\", "\x1bPtmux;\x1b\x1b]9;ready\x07\x1b\\"
    stopped.send(title, progress, "\x1b]9;4;1;60\x1b\\", notification)
    received = stopped.read_again()
    for sequence in (title, "\x1b]9;4;1;60\x1b\\", notification):
        assert sequence.encode() in received
    assert progress.encode() not in received
