"""Run the person's own command at each event of a video: `on_ready`, `on_expiring` and so on.

The commands start in a thread, one after the other.
"""

from __future__ import annotations

import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor.alarms import DueAlarms
from hingtui.monitor.changes import Changes
from hingtui.monitor.row import Row
from hingtui.system import user_commands
from hingtui.text.clean import clean_line

_AT_ONCE = 8
"""Commands that run at the same time; the next waits for one of them to end."""
_SLOT_TIMEOUT = 30.0
"""Seconds after which the next is started anyway."""
_CHECK_EVERY = 1.0
"""Seconds between two checks whether a command has ended, so that none stays a zombie."""
_PROMPT = 2000
"""Characters of a prompt that a command is given."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Start:
    """One command that is to be started."""

    event: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


class EventCommands:
    """The commands of config.toml, by event. All methods belong to the event loop's thread."""

    def __init__(
        self,
        commands: Mapping[str, tuple[str, ...]],
        token: Callable[[], str | None],
        failed: Callable[[str], None],
        *,
        on_complete: tuple[str, ...] = (),
    ) -> None:
        """`failed` is called, in another thread, with the first event whose command cannot run."""
        self._commands = commands
        self._on_complete = on_complete
        self._token = token
        self._failed = failed
        self._waiting: queue.SimpleQueue[_Start] = queue.SimpleQueue()
        self._running: list[subprocess.Popen[bytes]] = []
        self._has_failed: set[str] = set()
        self._thread: threading.Thread | None = None

    def changed(self, changes: Changes, rows: Mapping[VideoKey, Row]) -> None:
        """Run the commands of what became ready, failed or saved."""
        for event, keys in (
            ("ready", changes.ready),
            ("failed", changes.failed),
            ("saved", changes.saved),
        ):
            for key in keys:
                if (row := rows.get(key)) is None:
                    continue
                if event != "failed" or row.status is Status.FAILED:  # alarms report the others
                    self.run(event, row)
                if self._on_complete:
                    self._start("complete", (*self._on_complete, event, row.id, _path(row)), {})

    def alarmed(self, due: DueAlarms, rows: Mapping[VideoKey, Row]) -> None:
        """Run the commands of what is about to expire, or has expired, unsaved."""
        for one in due.expiring:
            if (row := rows.get(one.key)) is not None:
                self.run("expiring", row, WITHIN=str(round(one.within)))
        for key in due.expired:
            if (row := rows.get(key)) is not None:
                self.run("expired", row)

    def run(self, event: str, row: Row, **more: str) -> None:
        """Run the command of this event for a video, if there is one.

        It gets the event, the id and the path of a saved file as arguments, and the variables of
        `event_environment`.
        """
        if (command := self._commands.get(event)) is not None:
            environment = event_environment(event, row, **more)
            self._start(event, (*command, event, row.id, _path(row)), environment)

    def _start(
        self, event: str, arguments: tuple[str, ...], environment: Mapping[str, str]
    ) -> None:
        self._waiting.put(_Start(event, arguments, environment))
        if self._thread is None:
            # A daemon: a command that hangs must not hold up the end of the program.
            self._thread = threading.Thread(target=self._work, name="commands", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            must_look = bool(self._running) or user_commands.is_first_process()
            try:
                start = self._waiting.get(timeout=_CHECK_EVERY if must_look else None)
            except queue.Empty:
                self._reap()
                continue
            self._reap()
            if len(self._running) >= _AT_ONCE:
                with suppress(subprocess.TimeoutExpired):
                    self._running[0].wait(_SLOT_TIMEOUT)
            try:
                process = user_commands.start(start.arguments, self._token(), start.environment)
            except (OSError, ValueError) as error:
                _log.warning("on_%s could not be run: %r", start.event, error)
                if start.event not in self._has_failed:
                    self._has_failed.add(start.event)
                    self._failed(start.event)
            else:
                self._running.append(process)

    def _reap(self) -> None:
        self._running = [process for process in self._running if process.poll() is None]
        user_commands.reap_orphans()


def event_environment(event: str, row: Row, **more: str) -> dict[str, str]:
    """The variables of a command: what is known of the video, "" where nothing is. No token."""
    video, expiry = row.video, row.expiry
    prompt = model = error = ""
    if video is not None:
        prompt, model = clean_line(video.prompt, _PROMPT), video.model
        error = clean_line(video.error.message) if video.error is not None else ""
    known = {
        "EVENT": event,
        "ID": row.id,
        "GATEWAY": row.gateway,
        "PATH": _path(row),
        "PROMPT": prompt,
        "MODEL": model,
        "ERROR": error,
        "EXPIRES_AT": "" if expiry is None else str(int(expiry.at)),
        **more,
    }
    return {f"HINGTUI_{name}": value for name, value in known.items()}


def _path(row: Row) -> str:
    return str(row.saved) if row.saved is not None else ""
