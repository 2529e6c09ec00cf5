"""Writes the log: in a thread, in a file of its own, without secrets; knows nothing of the rest."""

from __future__ import annotations

import logging
import logging.handlers
import queue
import re
from pathlib import Path

_MOST_BYTES = 1_000_000
_QUERY = re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\")>]+")
"""A query can be signed: what stands behind the `?` of any URL stays out."""
_BEARER = re.compile(r"(?i)(bearer\s+)[^\s'\"]+")


class SafeFormatter(logging.Formatter):
    """Leaves the token and signed queries out of every line, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _BEARER.sub(r"\1***", _QUERY.sub(r"\1?***", line))


class Log:
    """The program's log file. `close` writes out what is left."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be written."""
        self._secrets: list[str] = []
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
        handler.setFormatter(SafeFormatter(self._secrets))
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._handler = handler
        self._entrance = logging.handlers.QueueHandler(records)
        # The queue's own formatting would drop tracebacks into the message: leave records whole.
        self._entrance.prepare = lambda record: record  # type: ignore[method-assign]
        self._listener = logging.handlers.QueueListener(records, handler)
        logger = logging.getLogger("hingtui")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.addHandler(self._entrance)
        self._listener.start()

    def hide(self, secret: str) -> None:
        """Never write this text."""
        if secret not in self._secrets:
            self._secrets.append(secret)

    def close(self) -> None:
        """Write what is left and stop."""
        logging.getLogger("hingtui").removeHandler(self._entrance)
        self._listener.stop()
        self._handler.close()
