"""Run the person's own command at each event of a video: `on_ready`, `on_expiring` and so on.

Must not import Textual. The commands start in a thread, one after the other.
"""

from __future__ import annotations

import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from hingtui.monitor import Row
from hingtui.system import user_commands
from hingtui.text.clean import clean_line

_AT_ONCE = 8
"""Commands that run at the same time; the next waits for one of them to end."""
_LONGEST_WAIT = 30.0
"""Seconds after which the next is started all the same."""
_PROMPT = 2000
"""Characters of a prompt that a command is given."""

_log = logging.getLogger(__name__)


class EventCommands:
    """The commands of config.toml, by event."""

    def __init__(
        self,
        commands: Mapping[str, tuple[str, ...]],
        token: Callable[[], str | None],
        failed: Callable[[str], None],
    ) -> None:
        """`failed` is called, in another thread, with the first event whose command cannot run."""
        self._commands = commands
        self._token = token
        self._failed = failed
        self._waiting: queue.SimpleQueue[tuple[str, tuple[str, ...], dict[str, str]]] = (
            queue.SimpleQueue()
        )
        self._running: list[subprocess.Popen[bytes]] = []
        self._has_failed: set[str] = set()
        self._thread: threading.Thread | None = None

    def run(self, event: str, row: Row, **more: str) -> None:
        """Run the command of this event for a video, if there is one.

        It gets the event, the id and the path of a saved file as arguments, and the variables of
        `event_environment`.
        """
        command = self._commands.get(event)
        if command is None:
            return
        environment = event_environment(event, row, **more)
        arguments = (*command, event, row.id, environment["HINGTUI_PATH"])
        self._waiting.put((event, arguments, environment))
        if self._thread is None:
            # A daemon: a command that hangs must not hold up the end of the program.
            self._thread = threading.Thread(target=self._work, name="commands", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            event, arguments, environment = self._waiting.get()
            self._running = [process for process in self._running if process.poll() is None]
            if len(self._running) >= _AT_ONCE:
                with suppress(subprocess.TimeoutExpired):
                    self._running[0].wait(_LONGEST_WAIT)
            try:
                process = user_commands.start(arguments, self._token(), environment)
            except (OSError, ValueError) as error:
                _log.warning("on_%s could not be run: %r", event, error)
                if event not in self._has_failed:
                    self._has_failed.add(event)
                    self._failed(event)
            else:
                self._running.append(process)


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
        "PATH": str(row.saved) if row.saved is not None else "",
        "PROMPT": prompt,
        "MODEL": model,
        "ERROR": error,
        "EXPIRES_AT": "" if expiry is None else str(int(expiry.at)),
        **more,
    }
    return {f"HINGTUI_{name}": value for name, value in known.items()}
