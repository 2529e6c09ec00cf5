"""End this process on signals, with its exit status and what must be done before.

A signal interrupts a command as Ctrl+C does. To the dashboard it is only passed on: nothing is
raised into what is half-way through something. Either way there is a moment to put things in
order; what hangs then (a name server, a disk, a terminal that takes no bytes) is left behind.
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
"""Seconds from the moment at which the process is told to end until it does, whatever hangs."""
_LAST_WORDS = 0.2
"""Seconds for what even an end by force still does."""
_THREADS_END_WITHIN = 0.1
"""Seconds that other threads get to end by themselves when all else is done."""
_NOT_ENDING = (
    *("SIGKILL", "SIGSTOP"),  # nobody hears these
    *("SIGTSTP", "SIGCONT", "SIGTTIN", "SIGTTOU", "SIGCHLD", "SIGURG", "SIGWINCH"),
    *("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP"),  # nothing can be relied on
)
_LOOK_AT_TERMINAL = b"\0"

T = TypeVar("T")
_Handler = Callable[[int, FrameType | None], object]


class Process:
    """This process: there is one, `this_process`."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.terminal = Terminal()
        self.status: int | None = None
        """The exit status that it was told to end with; None until it is told."""
        self._stop_requested = threading.Event()
        self._is_interrupted = False
        self._on_stop: Callable[[int], object] | None = None
        self._on_forced_exit: list[Callable[[], object]] = []
        self._before: dict[int, Any] = {}
        """What was done about each signal before it was listened for."""
        self._ending = frozenset[int]()
        self._wakeup_write_fd: int | None = None
        """Where the number of each signal is written to, in the moment in which it comes."""
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    # Being told

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals that end a process, but those that were ignored before (`nohup`)."""
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
            self._hear((signal.SIGINT, *_interrupting()), self._note)
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
        """From now on a signal interrupts the main thread as Ctrl+C does; at once, if one came.

        Not sooner than the imports are done: amid a class, it would come out as another error.
        """
        if self._wakeup_write_fd is None:
            return
        self._hear(_interrupting(), self._interrupt)
        if signal.SIGINT in self._before:
            signal.signal(signal.SIGINT, self._before[signal.SIGINT])
        if self.status is not None:
            raise KeyboardInterrupt

    def forward_signals(self) -> None:
        """Pass on whatever signal would end the process, and watch the terminal.

        For a program that draws on the whole of it.
        """
        if self._wakeup_write_fd is not None:
            left_out = {getattr(signal, name, None) for name in _NOT_ENDING}
            self._hear(signal.valid_signals() - left_out, self._note)
            os.write(self._wakeup_write_fd, _LOOK_AT_TERMINAL)

    def on_stop_signal(self, tell: Callable[[int], object]) -> None:
        """Call `tell` with the status, in any thread, once the process is told to end."""
        if self._wakeup_write_fd is None:
            return
        with self._lock:
            self._on_stop = tell
        if self._stop_requested.is_set() and self.status is not None:
            tell(self.status)

    def is_stopping_within(self, seconds: float) -> bool:
        """Whether the process is to end, or is told so before long."""
        return self.status is not None or self._stop_requested.wait(seconds)

    def on_forced_exit(self, work: Callable[[], object]) -> None:
        """Do this even if the process has to be ended by force; it must be quick."""
        self._on_forced_exit.append(work)

    def end(self, status: int) -> None:
        """The process is to end, and in time, with this status. What was said first counts."""
        if self._wakeup_write_fd is None:
            return  # nobody listens: this is a part of another program
        with self._lock:
            if self.status is None:
                self.status = status
            if self._stop_requested.is_set():
                return
            self._stop_requested.set()
        threading.Thread(target=self._insist, name="deadline", daemon=True).start()
        if self._on_stop is not None:
            self._on_stop(self.status)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """As asyncio.run, but no thread is waited for: one that hangs would hold up the end."""
        import asyncio

        class Loop(asyncio.SelectorEventLoop):
            async def shutdown_default_executor(self, *_within: float | None) -> None:
                """Leave its threads alone; `close` tells them that nothing more will come."""

        if sys.platform == "win32":
            return asyncio.run(work)
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(work)

    # How it is heard

    def _hear(
        self, numbers: Iterable[int], handler: Callable[[int, FrameType | None], object]
    ) -> None:
        for number in numbers:
            before = signal.getsignal(number)
            if before is None or before is signal.SIG_IGN:
                continue
            signal.signal(number, handler)
            self._before.setdefault(number, before)
            self._ending |= {number}

    def _note(self, number: int, _frame: FrameType | None) -> None:
        """In the main thread, which can be anywhere: no lock may be taken here."""
        if self.status is None:
            self.status = 128 + number

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Do what Ctrl+C does: end at once, or let asyncio cancel its task. Once is enough."""
        self._note(number, frame)
        if self._is_interrupted:
            return
        self._is_interrupted = True
        on_ctrl_c = signal.getsignal(signal.SIGINT)
        if callable(on_ctrl_c):
            on_ctrl_c(signal.SIGINT, frame)
        else:  # ignored, as in a script's background
            raise KeyboardInterrupt

    def _listen(self, wakeup_read_fd: int) -> None:
        """In a thread of its own: it hears even while the main thread hangs."""
        poller = select.poll()
        poller.register(wakeup_read_fd, select.POLLIN)
        while True:
            for descriptor, _events in poller.poll():
                if descriptor != wakeup_read_fd:
                    self._look_at_terminal(poller)
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
                            poller.register(stream, 0)  # only that it is gone is of interest

    def _look_at_terminal(self, poller: select.poll) -> None:
        for stream in STREAMS:
            with suppress(KeyError):
                poller.unregister(stream)
        if self.terminal.has_hung_up():
            self.terminal.let_go()
            self.end(128 + signal.SIGHUP)

    def _insist(self) -> None:
        """Wait until the process has ended, but not for ever."""
        if self._is_over.wait(GRACE):
            return
        status = self.status or 0
        threading.Timer(_LAST_WORDS, os._exit, (status,)).start()
        self.terminal.put_back()
        for work in self._on_forced_exit:
            with suppress(Exception):  # whatever it is, the end has come
                work()
        os._exit(status)


this_process = Process()


def _interrupting() -> tuple[int, ...]:
    """What interrupts a command besides Ctrl+C. Not on every system are there such signals."""
    return (signal.SIGHUP, signal.SIGTERM) if sys.platform != "win32" else ()


def leave(status: int) -> NoReturn:
    """End now: all is written. Threads that hang are not waited for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    last = time.monotonic() + _THREADS_END_WITHIN
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, last - time.monotonic()))
    if threading.active_count() > 1 or this_process.status is not None:
        # Python would wait for some threads, and abort where another holds the lock of a stream;
        # and for an interrupt amid an `exec` it has a status of its own, even if it was caught.
        os._exit(status)
    raise SystemExit(status)
