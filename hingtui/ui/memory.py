"""Keep what the dashboard remembers (`storage.state`), and write changes in a thread.

Must not import Textual.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from hingtui.storage.state import State, load_state, save_state

_log = logging.getLogger(__name__)


class Memory:
    """What is remembered now, and the file that keeps it."""

    def __init__(self, path: Path) -> None:
        """Reads the file: a few hundred bytes, before the first picture."""
        self.state: State = load_state(path)
        self._path = path
        self._unwritten: dict[str, object] = {}
        self._writing: asyncio.Task[None] | None = None

    def change(self, **changes: object) -> None:
        """Remember these fields of `State` from now on."""
        new = replace(self.state, **changes)  # type: ignore[arg-type]  # a wrong name raises
        if new == self.state:
            return
        self.state = new
        self._unwritten |= changes
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="state.toml")

    async def written(self, within: float) -> None:
        """Wait at most `within` seconds until everything is on the disk."""
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=within)

    async def _write(self) -> None:
        try:
            while self._unwritten:
                changes, self._unwritten = self._unwritten, {}
                await asyncio.to_thread(save_state, self._path, **changes)
        except (OSError, ValueError) as error:  # only the next run misses it
            _log.warning("state.toml could not be written: %r", error)
        finally:
            self._writing = None
