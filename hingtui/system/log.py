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

_MOST_BYTES = 1_000_000
_NAMES = ("hingtui", "asyncio")
"""Loggers that are written: asyncio's reports tasks that failed and were not awaited."""

_log = logging.getLogger(__name__)


class SafeFormatter(logging.Formatter):
    """Removes tokens, signed queries and control bytes from every line and traceback."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        from hingtui.text.redaction import (  # imported with the first line: most runs have none
            redacted,
            without_controls,
        )

        return without_controls(redacted(super().format(record), self._secrets, mark="***"))


class _File(logging.handlers.RotatingFileHandler):
    """The file, readable by its owner only. A line that cannot be written is lost."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = _open_private(self.baseFilename)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Do nothing: logging's own would print the record, with secrets, over the screen."""


def open_log(path: Path) -> Log:
    """The log at `path`; if it cannot be written, a warning on stderr and a log without a file."""
    try:
        return Log(path)
    except OSError as error:
        warning = _("The log cannot be written ({reason}); hingtui continues without it.")
        print(warning.format(reason=error.strerror or error), file=sys.stderr)
        return Log(None)


class Log:
    """The program's log file. `close` writes what is left.

    While it is open, failures in threads and destructors are logged too: Python itself would print
    them, over the dashboard and with any secret in the message.
    """

    def __init__(self, path: Path | None) -> None:
        """None: write no file. Raises OSError if the file cannot be written."""
        self._secrets: list[str] = []
        self._handler = logging.NullHandler() if path is None else _handler_of(path)
        self._handler.setFormatter(SafeFormatter(self._secrets))
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._queue_handler = logging.handlers.QueueHandler(records)
        # QueueHandler.prepare would format tracebacks into the message: leave records whole.
        self._queue_handler.prepare = lambda record: record  # type: ignore[method-assign]  # of this one only
        self._listener = logging.handlers.QueueListener(records, self._handler)
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.setLevel(logging.INFO)
            logger.propagate = False
            logger.addHandler(self._queue_handler)
        self._hooks = (threading.excepthook, sys.unraisablehook)
        threading.excepthook = _thread_failed
        sys.unraisablehook = _could_not_be_raised
        self._listener.start()

    def hide(self, secret: str) -> None:
        """Leave this text out of the log, and of the traceback of a crash."""
        from hingtui.text.redaction import KNOWN

        KNOWN.add(secret)
        if secret and secret not in self._secrets:
            self._secrets.append(secret)

    def close(self) -> None:
        """Write what is left, and stop."""
        threading.excepthook, sys.unraisablehook = self._hooks
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.removeHandler(self._queue_handler)
            logger.propagate = True
        self._listener.stop()
        with suppress(OSError):  # on a full disk there is nowhere to report it
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
        delay=True,  # no file without a line in it
    )


def _open_private(name: str) -> int:
    """Open a file for appending, readable by its owner only."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(name, flags, 0o600)
    if os.name == "posix" and stat.S_ISREG(os.fstat(descriptor).st_mode):
        with suppress(OSError):  # the file belongs to another user, who lets us write
            os.fchmod(descriptor, 0o600)
    return descriptor


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
        name = failed.thread.name if failed.thread is not None else "?"
        _log.error("the thread %s failed", name, exc_info=failed.exc_value)


def _could_not_be_raised(failed: UnraisableHookArgs) -> None:
    _log.error("%s", failed.err_msg or "ignored", exc_info=failed.exc_value)
