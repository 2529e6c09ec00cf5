"""Leftovers of a run: threads, open files and sockets, secrets or errors in the log."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
from typing import Self

from tests.robustness.campaign.clock import Endless
from tests.support.disk.faulty_disk import Killed

TIMEOUT = 3.0
"""Seconds that threads and sockets have to end by themselves."""
_LOGGERS = ("hingtui", "asyncio", "httpx", "httpcore", "concurrent")
_FORMAT = logging.Formatter("%(levelname)s %(name)s: %(message)s")


class LogTrap(logging.Handler):
    """Keeps every log line before redaction."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)
        logging.getLogger("hingtui").setLevel(logging.INFO)
        return self

    def __exit__(self, *_: object) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        line = _FORMAT.format(record)
        self.lines.append(line)
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR and not _is_of_ours(error):
            self.errors.append(line)


def _is_of_ours(error: BaseException | None) -> bool:
    """Whether this is only the exception that simulates a kill."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_of_ours(inner) for inner in error.exceptions)
    return isinstance(error, Killed | Endless)


class Leftovers:
    """Compares threads and open files before and after a run."""

    def __init__(self) -> None:
        self._threads = threading.active_count()
        self._files = _open_files()

    def check(self) -> list[str]:
        """What remains too much after it had time to end."""
        deadline = time.monotonic() + TIMEOUT
        while found := self._found():
            if time.monotonic() > deadline:
                return found
            time.sleep(0.0002)
        return []

    def _found(self) -> list[str]:
        found = []
        if threading.active_count() > self._threads:
            found.append(f"threads are left: {[t.name for t in threading.enumerate()]}")
        if (files := _open_files() - self._files) > 0:
            found.append(f"{files} descriptors are left open")
        return found


def _open_files() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - as fast as it gets, a thousand times


def stacks() -> str:
    """The stack of every thread, for a run that hangs."""
    lines: list[str] = []
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        lines.append(f"--- {names.get(ident)}")
        lines += traceback.format_stack(frame)[-6:]
    return "\n".join(lines)
