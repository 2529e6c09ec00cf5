"""Writes the log: in a thread, in a file of its own, without secrets; knows nothing of the rest."""

from __future__ import annotations

import errno
import logging
import logging.handlers
import os
import queue
import re
import sys
from contextlib import suppress
from pathlib import Path

from hingtui.i18n import _

_MOST_BYTES = 1_000_000
_NAMES = ("hingtui", "asyncio")
"""Whose records are written: asyncio tells of tasks that failed and that nobody awaited."""
_SECRETS = (
    (re.compile(r"(?i)(https?://[^\s?#]+)[?#]\S+"), r"\1?***"),  # a query can be signed
    (re.compile(r"(/[^\s?]*)\?[^\s=]+=\S*"), r"\1?***"),  # the same, without its host
    (re.compile(r"(://)[^\s/@]+@"), r"\1***@"),  # a proxy's user and password
    (re.compile(r"(?i)(bearer\s+)[^\s'\"]+"), r"\1***"),
)
"""What no line holds, whatever the token is, and what stands there instead."""


class SafeFormatter(logging.Formatter):
    """Leaves the token and signed queries out of every line, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        for pattern, instead in _SECRETS:
            line = pattern.sub(instead, line)
        return line


class _File(logging.handlers.RotatingFileHandler):
    """The file. A line that cannot be written, on a full disk say, is lost without a word."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """As logging's own, but for printing the record, secrets and all, across the screen."""


def open_log(path: Path) -> Log | None:
    """The log; None, and a word on stderr, where it cannot be written."""
    try:
        return Log(path)
    except OSError as error:
        words = _("The log cannot be written ({reason}); going on without it.")
        print(words.format(reason=error.strerror or error), file=sys.stderr)
        return None


class Log:
    """The program's log file. `close` writes out what is left."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be written."""
        self._secrets: list[str] = []
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        handler = _File(
            path,
            maxBytes=_MOST_BYTES,
            backupCount=1,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,  # no file where there is nothing to say
        )
        handler.setFormatter(SafeFormatter(self._secrets))
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._handler = handler
        self._entrance = logging.handlers.QueueHandler(records)
        # The queue's own formatting would drop tracebacks into the message: leave records whole.
        self._entrance.prepare = lambda record: record  # type: ignore[method-assign]
        self._listener = logging.handlers.QueueListener(records, handler)
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.setLevel(logging.INFO)
            logger.propagate = False
            logger.addHandler(self._entrance)
        self._listener.start()

    def hide(self, secret: str) -> None:
        """Never write this text."""
        if secret and secret not in self._secrets:
            self._secrets.append(secret)

    def close(self) -> None:
        """Write what is left and stop."""
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.removeHandler(self._entrance)
            logger.propagate = True
        self._listener.stop()
        with suppress(OSError):  # on a full disk there is nowhere left to say so
            self._handler.close()
