"""End this process on a signal: in time, with the right exit status, and with its cleanup done.

A command is interrupted by a signal as by Ctrl+C. The dashboard only gets a call: an exception
could be raised into the middle of anything. Either way the cleanup has a limited time; what hangs
then (a name server, a disk, a terminal that accepts no bytes) is not waited for.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn, TypeVar

from hingtui.system.terminal import STREAMS, Terminal

if sys.platform != "win32":
    import select

GRACE = 1.6
"""Seconds from a stop signal until the process ends, whatever hangs."""
_FORCED_EXIT_WORK = 0.2
"""Seconds for the work that is done even when the process is ended by force."""
_THREADS_END_WITHIN = 0.1
"""Seconds that other threads get to end when all else is done."""
_NOT_ENDING = (
    *("SIGKILL", "SIGSTOP"),  # cannot be caught
    *("SIGTSTP", "SIGCONT", "SIGTTIN", "SIGTTOU", "SIGCHLD", "SIGURG", "SIGWINCH"),
    *("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP"),  # the process is broken
)
_WATCH_TERMINAL = b"\0"
"""Written to the wake-up pipe instead of a signal's number."""

T = TypeVar("T")
_Handler = Callable[[int, FrameType | None], object]


class Process:
    """This process: there is one, `this_process`."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.terminal = Terminal()
        self.status: int | None = None
        """The exit status to end with; None until a signal or `end` sets it."""
        self._stop_requested = threading.Event()
        self._is_interrupted = False
        self._on_stop: Callable[[int], object] | None = None
        self._on_forced_exit: list[Callable[[], object]] = []
        self._before: dict[int, Any] = {}
        """The handler of each signal before ours."""
        self._ending = frozenset[int]()
        """The signals that end the process."""
        self._wakeup_write_fd: int | None = None
        """Where Python writes the number of each signal; None while none is handled."""
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    @contextmanager
    def handling_signals(self) -> Iterator[None]:
        """Meanwhile, handle the signals that end a process, unless they were ignored (`nohup`)."""
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            yield
            return
        self._reset()
        wakeup_read_fd, self._wakeup_write_fd = os.pipe()
        os.set_blocking(self._wakeup_write_fd, False)
        listener = threading.Thread(
            target=self._listen, args=(wakeup_read_fd,), name="signals", daemon=True
        )
        listener.start()
        before = signal.set_wakeup_fd(self._wakeup_write_fd, warn_on_full_buffer=False)
        try:
            self._handle((signal.SIGINT, *_interrupting()), self._set_status)
            yield
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            os.close(self._wakeup_write_fd)
            self._wakeup_write_fd = None
            self._is_over.set()
            listener.join(_THREADS_END_WITHIN)

    def be_interruptible(self) -> None:
        """From now on a signal raises KeyboardInterrupt in the main thread; at once, if one came.

        Call it once the imports are done: raised in a class body, KeyboardInterrupt surfaces as
        another type.
        """
        if self._wakeup_write_fd is None:
            return
        self._handle(_interrupting(), self._interrupt)
        if signal.SIGINT in self._before:
            signal.signal(signal.SIGINT, self._before[signal.SIGINT])
        if self.status is not None:
            raise KeyboardInterrupt

    def forward_signals(self) -> None:
        """From now on a signal only calls what `on_stop_signal` was given, as does a lost terminal.

        For a program that draws on the whole terminal.
        """
        if self._wakeup_write_fd is not None:
            left_out = {getattr(signal, name, None) for name in _NOT_ENDING}
            self._handle(signal.valid_signals() - left_out, self._set_status)
            os.write(self._wakeup_write_fd, _WATCH_TERMINAL)

    def on_stop_signal(self, call: Callable[[int], object]) -> None:
        """Call `call` with the exit status, in any thread, once the process is to end."""
        if self._wakeup_write_fd is None:
            return
        with self._lock:
            self._on_stop = call
        if self._stop_requested.is_set() and self.status is not None:
            call(self.status)

    def is_stopping_within(self, seconds: float) -> bool:
        """Whether the process is to end; wait at most so many seconds for it."""
        return self.status is not None or self._stop_requested.wait(seconds)

    def on_forced_exit(self, work: Callable[[], object]) -> None:
        """Also call `work` if the process is ended by force; it must be quick."""
        self._on_forced_exit.append(work)

    def end(self, status: int) -> None:
        """End the process with this status within GRACE seconds; the first status counts."""
        if self._wakeup_write_fd is None:
            return  # not handling signals: this runs inside another program
        with self._lock:
            if self.status is None:
                self.status = status
            if self._stop_requested.is_set():
                return
            self._stop_requested.set()
        threading.Thread(target=self._force_exit, name="deadline", daemon=True).start()
        if self._on_stop is not None:
            self._on_stop(self.status)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Like asyncio.run, but without waiting for threads: one that hangs would delay the end."""
        import asyncio

        class Loop(asyncio.SelectorEventLoop):
            async def shutdown_default_executor(self, *_within: float | None) -> None:
                """Do not wait for its threads; `close` lets them end."""

        if sys.platform == "win32":
            return asyncio.run(work)
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(work)

    def _handle(
        self, numbers: Iterable[int], handler: Callable[[int, FrameType | None], object]
    ) -> None:
        for number in numbers:
            before = signal.getsignal(number)
            if before is None or before is signal.SIG_IGN:
                continue
            signal.signal(number, handler)
            self._before.setdefault(number, before)
            self._ending |= {number}

    def _set_status(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal. The main thread may hold any lock at this moment: take none here."""
        if self.status is None:
            self.status = 128 + number

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal as Ctrl+C: raise, or let asyncio cancel its task; only once."""
        self._set_status(number, frame)
        if self._is_interrupted:
            return
        self._is_interrupted = True
        on_ctrl_c = signal.getsignal(signal.SIGINT)
        if callable(on_ctrl_c):
            on_ctrl_c(signal.SIGINT, frame)
        else:  # ignored, as in a script's background
            raise KeyboardInterrupt

    def _listen(self, wakeup_read_fd: int) -> None:
        """Handle signals in a thread of its own, which runs even while the main thread hangs."""
        poller = select.poll()
        poller.register(wakeup_read_fd, select.POLLIN)
        while True:
            for descriptor, _events in poller.poll():
                if descriptor != wakeup_read_fd:
                    self._check_terminal(poller)
                    continue
                numbers = os.read(wakeup_read_fd, 256)
                if not numbers:
                    os.close(wakeup_read_fd)
                    return
                for number in numbers:
                    if number in self._ending:
                        self.end(128 + number)
                    elif number == 0:
                        for stream in STREAMS:
                            poller.register(stream, 0)  # only a hang-up is of interest

    def _check_terminal(self, poller: select.poll) -> None:
        for stream in STREAMS:
            with suppress(KeyError):
                poller.unregister(stream)
        if self.terminal.has_hung_up():
            self.terminal.detach()
            self.end(128 + signal.SIGHUP)

    def _force_exit(self) -> None:
        """End the process by force if it has not ended within GRACE seconds."""
        if self._is_over.wait(GRACE):
            return
        status = self.status or 0
        threading.Timer(_FORCED_EXIT_WORK, os._exit, (status,)).start()
        self.terminal.restore()
        for work in self._on_forced_exit:
            with suppress(Exception):  # nothing may prevent the exit
                work()
        os._exit(status)


this_process = Process()


def _interrupting() -> tuple[int, ...]:
    """The signals that interrupt a command besides Ctrl+C, where the system has them."""
    return (signal.SIGHUP, signal.SIGTERM) if sys.platform != "win32" else ()


def leave(status: int) -> NoReturn:
    """End the process now; all output must be written. Hanging threads are not waited for.

    Python's own end takes all modules apart, which serves no purpose here: 0.1 s with httpx. It
    would wait for threads, abort if one holds the lock of a stream, and after an interrupt during
    an `exec` use a status of its own, even if it was caught.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    last = time.monotonic() + _THREADS_END_WITHIN
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, last - time.monotonic()))
    os._exit(status)
