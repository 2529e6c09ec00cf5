"""A terminal driver that restores the terminal on signals, stops and crashes.

Textual 8.2.8's own driver for Linux and macOS does the work. This one corrects three things:

- Textual's suspends inside the signal handler, which can deadlock
  (https://github.com/Textualize/textual/issues/6298); here a signal is handled between
  two steps of the event loop;
- it blocks the whole program while the terminal takes no bytes, and ends it on input that it cannot
  parse; this one survives both. Not reported upstream, as far as a search of its issues shows;
- it writes to the terminal while another program has it, which leaves escape sequences in the shell
  (https://github.com/Textualize/textual/issues/1582 is about suspending); here it waits.
"""

from __future__ import annotations

import codecs
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from hingtui.system.shutdown import this_process
from hingtui.system.terminal import END_SEQUENCE, own_description, takes_bytes
from hingtui.ui.textual_fixes.background_query import QUERY
from hingtui.ui.textual_fixes.graphics_query import GraphicsParser

_STOPPED_AFTER = 0.5
"""Seconds without taking a byte after which a terminal counts as stopped."""
_MOMENT = 0.05
"""Seconds to wait for what always comes right after something else."""
_SETTLED = 0.1
"""Seconds after the last change of size after which all is drawn once more."""
_POINTER, _USUAL_POINTER = "\x1b]22;", "\x1b]22;default\x07"
_NO_PIXELS = "\x1b[?1016l"
_DRAWS_NOTHING = re.compile(r"(?:\x1b\[22;0t|\x1bPtmux;\x1b)?\x1b\](?P<kind>9;4;|\d+;)")
"""A text for the clipboard, a title, a notification, a progress, a shape of the pointer."""

_log = logging.getLogger(__name__)


def _question_marks(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace what the terminal's encoding lacks by as many `?` as it is cells wide."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "?" * cell_len(error.object[error.start : error.end]), error.end


codecs.register_error("hingtui.cells", _question_marks)
vars(linux_driver)["XTermParser"] = GraphicsParser  # what Textual's input thread makes


class TerminalFile:
    """What Textual's writer writes to: it waits for a slow terminal, not for a stopped one.

    Otherwise a frozen window or a hanging connection would stop the whole watch. What is drawn
    meanwhile is lost; `resumed` is called, from a thread, when the terminal takes bytes again, and
    has to draw all once more. What draws nothing, such as a text for the clipboard, is sent then:
    the last of each kind.
    """

    def __init__(self, stream: int, encoding: str, resumed: Callable[[], object]) -> None:
        self._stream = stream
        self._output = own_description(stream)
        self._encoding = encoding
        self._resumed = resumed
        self._buffer: list[str] = []
        self.is_stopped = False
        self._takes_bytes_again = False
        self._kept: dict[str, str] = {}
        """What to send once the terminal takes bytes, by kind."""

    def write(self, text: str) -> None:
        """Buffer it; `flush` sends."""
        self._buffer.append(text)

    def flush(self) -> None:
        """Send the buffer, as far as the terminal takes it."""
        texts, self._buffer = self._buffer, []
        if self._takes_bytes_again:
            self._takes_bytes_again = self.is_stopped = False
            texts = [END_SEQUENCE, *self._kept.values(), *texts]
            self._kept.clear()
        data = [self._encode(text) for text in texts]
        left = self._send(b"".join(data))
        unsent = 0
        while left > 0:
            unsent += 1
            left -= len(data[-unsent])
        for text in texts[len(texts) - unsent :]:
            if found := _DRAWS_NOTHING.match(text):
                self._kept[found["kind"]] = text

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._stream

    def _encode(self, text: str) -> bytes:
        return text.encode(self._encoding, "hingtui.cells")

    def _send(self, data: bytes) -> int:
        """Send this; how many bytes the stopped terminal has not taken."""
        while data and not self.is_stopped:
            try:
                data = data[os.write(self._output, data) :]
            except BlockingIOError:
                if not takes_bytes(self._output, _STOPPED_AFTER):
                    self.is_stopped = True
                    threading.Thread(target=self._wait, name="stopped", daemon=True).start()
            except OSError:  # the terminal is gone; the shutdown module notices that
                return 0
        return len(data)

    def _wait(self) -> None:
        takes_bytes(self._output, None)
        self._takes_bytes_again = True
        self._resumed()


class TerminalDriver(LinuxDriver):
    """Textual's driver with the differences above."""

    def __init__(self, app: Any, **more: Any) -> None:
        super().__init__(app, **more)
        encoding = sys.__stderr__.encoding if sys.__stderr__ is not None else "ascii"
        if encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968"):
            encoding = "utf-8"  # the locale is not set; the terminal itself knows UTF-8
        self._terminal_file = TerminalFile(2, encoding, self._redraw_soon)
        self._file = self._terminal_file  # type: ignore[assignment]  # it has all that is used of a file
        self._is_stopping = False
        self._pointer = ""
        self._size_settles: Any = None

    def start_application_mode(self) -> None:
        """As Textual's; the terminal's earlier modes are kept where they outlive the app."""
        this_process.terminal.save()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        if getattr(self._app, "asks_background", False):
            self.write(QUERY)
            self.flush()
        signal.signal(signal.SIGWINCH, self._resized)

    def stop_application_mode(self) -> None:
        """As Textual's, and undo what that leaves behind."""
        if not this_process.terminal.is_in_use:
            return  # it was given back, and another program may have it
        super().disable_input()  # first: an answer that comes late would switch something on again
        if self._pointer not in ("", _USUAL_POINTER):
            self.write(_USUAL_POINTER)
        if self._mouse_pixels:
            self.write(_NO_PIXELS)
        if undo := this_process.terminal.undo:
            self.write(undo)
        super().stop_application_mode()
        super().close()  # all of it is written
        if not self._terminal_file.is_stopped:
            this_process.terminal.mark_restored()

    def disable_input(self) -> None:
        """As Textual's, but not while another program has the terminal."""
        if this_process.terminal.is_in_use:
            super().disable_input()

    def write(self, data: str) -> None:
        """As Textual's, but not while another program has the terminal."""
        if not this_process.terminal.is_in_use or self._writer_thread is None:
            return
        if data.startswith(_POINTER):
            self._pointer = data
        if self._writer_thread.is_alive():
            super().write(data)

    def _run_input_thread(self) -> None:
        """As Textual's, but input that cannot be parsed does not end the program."""
        while not self.exit_event.is_set():
            try:
                self.run_input_thread()
            except OSError:  # the terminal is gone; the shutdown module notices that
                self.exit_event.wait(_MOMENT)
            except Exception as error:  # noqa: BLE001 - later input can still be read
                # Not the error itself: what was typed could be a token.
                _log.error("input was not understood: %s", type(error).__name__)

    def process_message(self, message: Message) -> None:
        """As Textual's; in a thread. Some terminals report their size among the input."""
        super().process_message(message)
        if isinstance(message, events.Resize):
            self._redraw_soon()

    def _resized(self, *_signal: object) -> None:
        """A signal handler: it can have interrupted anything, so act later."""
        if not self._in_band_window_resize:
            self._soon(self._take_size)

    def _take_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))
        self._draw_when_settled()

    def _redraw_soon(self) -> None:
        """Called in a thread."""
        self._soon(self._draw_when_settled)

    def _draw_when_settled(self) -> None:
        """Redraw all: Textual draws what changed, but a terminal that was resized has lost more."""
        if self._size_settles is not None:
            self._size_settles.cancel()
        self._size_settles = self._loop.call_later(_SETTLED, self._redraw)

    def _redraw(self) -> None:
        self._app.call_later(self._app.refresh)

    def _sigtstp_application(self, *_signal: object) -> None:
        """A signal handler: Textual's queue can be locked just now, so act later."""
        self._soon(self._stop)

    def _sigcont_application(self, *_signal: object) -> None:
        if not self._is_stopping:  # else `_stop` goes on
            self._soon(self._come_back)

    def _stop(self) -> None:
        """Give the terminal back and stop, and with this process those that it was started with."""
        if not this_process.terminal.is_in_use or self._is_stopping:
            return
        self._is_stopping = True
        self._give_back()
        before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.killpg(0, signal.SIGTSTP)  # ignored by the system where no shell could continue it
        signal.signal(signal.SIGTSTP, before)
        if self._is_ours_again():
            self._take()
        self._is_stopping = False

    def _come_back(self) -> None:
        """Redraw after SIGSTOP, of which a process gets no notice, and SIGCONT."""
        terminal = this_process.terminal
        if not terminal.is_in_use:
            return
        self._is_stopping = True
        if self._is_ours_again():
            self._give_back()  # restarts Textual's threads too
            self._take()
        elif not terminal.is_ours:
            terminal.mark_restored()  # the shell has it and sets its own modes
        self._is_stopping = False

    def _give_back(self) -> None:
        self.suspend_application_mode()
        this_process.terminal.restore()  # in case the terminal did not take all of that

    def _take(self) -> None:
        self._must_signal_resume = True
        self.resume_application_mode()
        self._redraw()

    def _is_ours_again(self) -> bool:
        """Stay stopped until the terminal is ours again; False if the process is to end instead."""
        while not this_process.terminal.is_ours:
            if this_process.is_stopping_within(_MOMENT):
                return False
            os.kill(os.getpid(), signal.SIGSTOP)
        return this_process.status is None

    def _soon(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the program ends
            self._loop.call_soon_threadsafe(act)
