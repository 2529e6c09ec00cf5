"""How the program ends: by a key, after a question while downloads run, or by a signal."""

from __future__ import annotations

import logging
from contextlib import suppress

from textual.app import App

from hingtui.monitor import Monitor
from hingtui.system.shutdown import this_process
from hingtui.ui.memory import Memory

QUIT_TIMEOUT = 1.0
"""Seconds that downloads get to write their parts when the program ends."""

_log = logging.getLogger(__name__)


class LeavingApp(App[None]):
    """An app that stops its monitor before it ends, within a limited time."""

    monitor: Monitor
    memory: Memory
    _is_demo = False
    _is_leaving = False

    def _exit_requested(self, status: int) -> None:
        """A signal came, or the terminal is gone. Called in another thread."""
        if (loop := self._loop) is not None:
            with suppress(RuntimeError):  # closed: it is over already
                loop.call_soon_threadsafe(self._start_exit, status)

    async def action_help_quit(self) -> None:  # type: ignore[override]  # it is awaited
        """Quit: Ctrl+C where no text is selected."""
        await self.action_quit()

    async def action_quit(self) -> None:
        """Quit; ask first while downloads run."""
        from hingtui.ui.screens.dialogs import QuitDialog

        running = len(self.monitor.downloads)
        if running and not isinstance(self.screen, QuitDialog):
            self.push_screen(QuitDialog(running, is_demo=self._is_demo), self._quit_confirmed)
        else:
            self._start_exit(0)

    def _quit_confirmed(self, leave: bool | None) -> None:
        if leave:
            self._start_exit(0)

    def _start_exit(self, status: int) -> None:
        if not self._is_leaving:
            self._is_leaving = True
            this_process.end(status)  # starts the time limit: what hangs is not waited for
            self.run_worker(self._leave(status), group="leave", exit_on_error=False)

    async def _leave(self, status: int) -> None:
        try:
            await self.monitor.stop(within=QUIT_TIMEOUT)
        except Exception:  # noqa: BLE001 - the program ends in any case
            _log.exception("the monitor did not stop in order")
        finally:
            self.exit(return_code=status)

    async def on_unmount(self) -> None:
        """However the app ends, nothing stays open and the watchlist is written."""
        await self.monitor.stop(within=0.0 if self._is_leaving else QUIT_TIMEOUT)
        await self.memory.written(within=QUIT_TIMEOUT)
