"""Run tasks that are not awaited, and loops that are restarted after an error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

from hingtui.system.clock import Clock

_RESTART_AFTER = 1.0
"""Seconds between the failure of a loop and its next start."""

_log = logging.getLogger(__name__)


class Background:
    """The tasks that are running. An error in one of them is logged."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` in a task of its own."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def wait(self, within: float | None = None) -> None:
        """Wait until all tasks are done, or so many seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)

    async def run_forever(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run `loop`; when it fails, log why and run it again."""
        while True:
            try:
                await loop()
            except Exception:  # noqa: BLE001 - one error must not end the watch
                _log.exception("%s failed and is started again", loop.__qualname__)
                await self._clock.sleep(_RESTART_AFTER)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a background task failed", exc_info=error)
