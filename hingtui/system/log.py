"""Write the log in a thread, to a file of its own, without secrets."""

from __future__ import annotations

import errno
import io
import logging
import logging.handlers
import os
import queue
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.system.files import make_folder
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import TracebackType

_MOST_BYTES = 1_000_000
_NAMES = ("hingtui", "asyncio")
"""Whose records are written: asyncio tells of tasks that failed and that nobody awaited."""

_log = logging.getLogger(__name__)


class SafeFormatter(logging.Formatter):
    """Leaves tokens, signed queries and control bytes out of every line, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        from hingtui.text.redaction import redacted, without_controls  # not before there is a line

        return without_controls(redacted(super().format(record), self._secrets, mark="***"))


class _File(logging.handlers.RotatingFileHandler):
    """The file, for its owner's eyes. A line that cannot be written, on a full disk, is lost."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = _open_private(self.baseFilename)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """As logging's own, but for printing the record, secrets and all, across the screen."""


def open_log(path: Path) -> Log:
    """The log; where it cannot be written a word on stderr, and a log that writes nowhere."""
    try:
        return Log(path)
    except OSError as error:
        words = _("The log cannot be written ({reason}); going on without it.")
        print(words.format(reason=error.strerror or error), file=sys.stderr)
        return Log(None)


class Log:
    """The program's log file. `close` writes out what is left.

    While it is open, what fails in a thread or in a destructor is logged too: Python's own way
    is to print it, over the dashboard and with whatever secret the message holds.
    """

    def __init__(self, path: Path | None) -> None:
        """None: nothing is written anywhere. Raises OSError when the file cannot be written."""
        self._secrets: list[str] = []
        self._handler = logging.NullHandler() if path is None else _handler_of(path)
        self._handler.setFormatter(SafeFormatter(self._secrets))
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._entrance = logging.handlers.QueueHandler(records)
        # The queue's own formatting would drop tracebacks into the message: leave records whole.
        self._entrance.prepare = lambda record: record  # type: ignore[method-assign]
        self._listener = logging.handlers.QueueListener(records, self._handler)
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.setLevel(logging.INFO)
            logger.propagate = False
            logger.addHandler(self._entrance)
        self._hooks = (threading.excepthook, sys.unraisablehook)
        threading.excepthook = _thread_failed
        sys.unraisablehook = _could_not_be_raised
        sys.excepthook = _crashed  # for good: it is called when all this has ended
        self._listener.start()

    def hide(self, secret: str) -> None:
        """Never write this text, nor tell it where the program crashes."""
        from hingtui.text.redaction import KNOWN

        KNOWN.add(secret)
        if secret and secret not in self._secrets:
            self._secrets.append(secret)

    def close(self) -> None:
        """Write what is left and stop."""
        threading.excepthook, sys.unraisablehook = self._hooks
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.removeHandler(self._entrance)
            logger.propagate = True
        self._listener.stop()
        with suppress(OSError):  # on a full disk there is nowhere left to say so
            self._handler.close()


def _handler_of(path: Path) -> logging.Handler:
    make_folder(path.parent, mode=0o700)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return _File(
        path,
        maxBytes=_MOST_BYTES,
        backupCount=1,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,  # no file where there is nothing to say
    )


def _open_private(name: str) -> int:
    """Open a file to add to it; nobody else may read what this program has written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(name, flags, 0o600)
    if os.name == "posix" and stat.S_ISREG(os.fstat(descriptor).st_mode):
        with suppress(OSError):  # it is somebody else's, who lets us write
            os.fchmod(descriptor, 0o600)
    return descriptor


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    from hingtui.text.redaction import print_crash

    print_crash(kind, error, trace)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
        name = failed.thread.name if failed.thread is not None else "?"
        _log.error("the thread %s failed", name, exc_info=failed.exc_value)


def _could_not_be_raised(failed: UnraisableHookArgs) -> None:
    _log.error("%s", failed.err_msg or "ignored", exc_info=failed.exc_value)
