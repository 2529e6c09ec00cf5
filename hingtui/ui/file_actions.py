"""The commands that open a saved file, or show its folder.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from hingtui.monitor import Monitor
from hingtui.text.cell_width import legible
from hingtui.text.i18n import _
from hingtui.ui.explanations import why_not_opened
from hingtui.ui.notifications import Toast, about_one
from hingtui.ui.video_actions import ActionContext, Outcome


class FileActions:
    """Each method is one command."""

    def __init__(self, monitor: Monitor, context: ActionContext) -> None:
        self._monitor = monitor
        self._context = context

    async def open(self) -> Outcome:
        """Open the saved file of the selected video in the player."""
        path = await self._saved_file()
        if not isinstance(path, Path):
            return path
        from hingtui.ui.opening_text import opened_toast  # not for the first picture

        return Outcome(opened_toast(path, await self._context.play(path)))

    async def reveal(self) -> Outcome:
        """Show the folder of the selected video's file."""
        path = await self._saved_file()
        if not isinstance(path, Path):
            return path
        from hingtui.ui.opening_text import folder_toast

        return Outcome(folder_toast(path.parent, await self._context.reveal(path)))

    async def _saved_file(self) -> Path | Outcome:
        """The file of the first selected video; why there is none."""
        rows = self._context.targets()
        if not rows:
            return Outcome()
        row, key_for = rows[0], self._context.key_for
        if row.saved is None:
            status = self._monitor.status_of(row.gateway)
            text = why_not_opened(row, self._monitor.now(), status, key_for)
            return Outcome(Toast(about_one(row, len(rows), text), "warning"))
        if not await asyncio.to_thread(row.saved.exists):
            words = _("The file is not there any more: {path}. {key} downloads it again.")
            text = words.format(path=legible(row.saved), key=key_for("download"))
            return Outcome(Toast(text, "warning"))
        return row.saved
