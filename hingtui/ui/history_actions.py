"""What the commands of the history screen do with one video, and the toast that reports it.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hingtui.model.key import VideoKey
from hingtui.system.open_file import Opened
from hingtui.text.cell_width import legible, short_id
from hingtui.text.i18n import _
from hingtui.ui.explanations import sent_to_clipboard
from hingtui.ui.history_view import ShownVideo
from hingtui.ui.notifications import Toast
from hingtui.ui.opening_text import folder_toast, opened_toast

_ID_CELLS = 32


@dataclass(frozen=True, slots=True)
class HistoryActions:
    """Each method is one command."""

    copy: Callable[[str], None]
    """Puts a text on the clipboard."""
    play: Callable[[Path], Awaitable[Opened]]
    """Opens a file in the player."""
    reveal: Callable[[Path], Awaitable[Opened]]
    """Shows the folder of a file."""
    watch: Callable[[VideoKey], bool]
    """Watches a video again; whether it was not watched."""

    async def run(self, name: str, shown: ShownVideo) -> Toast:
        """Run a command by its name."""
        match name:
            case "open":
                return await self.open(shown)
            case "reveal":
                return await self.open_folder(shown)
            case "watch":
                return self.watch_again(shown)
            case "copy_prompt":
                return self.copy_prompt(shown)
            case "copy_path":
                return self.copy_path(shown)
            case _:
                self.copy(shown.video.entry.id)
                return Toast(sent_to_clipboard([shown.video.entry.id]))

    async def open(self, shown: ShownVideo) -> Toast:
        """Open its file in the player."""
        path = shown.video.entry.saved
        if path is None:
            return _never_saved()
        if not await asyncio.to_thread(path.exists):
            words = _("The file is not there any more: {path}")
            return Toast(words.format(path=legible(path)), "warning")
        return opened_toast(path, await self.play(path))

    async def open_folder(self, shown: ShownVideo) -> Toast:
        """Show the folder where its file is, or was."""
        path = shown.video.entry.saved
        if path is None:
            return _never_saved()
        if not await asyncio.to_thread(path.parent.is_dir):
            words = _("The folder is not there any more: {path}")
            return Toast(words.format(path=legible(path.parent)), "warning")
        return folder_toast(path.parent, await self.reveal(path))

    def watch_again(self, shown: ShownVideo) -> Toast:
        """Put it on the watchlist."""
        key = shown.video.key
        title = short_id(key.id, _ID_CELLS)
        if not self.watch(key):
            return Toast(_("It is watched already: {what}").format(what=title))
        return Toast(_("Watched again: {what}").format(what=title))

    def copy_prompt(self, shown: ShownVideo) -> Toast:
        """Copy its prompt."""
        about = shown.video.entry.video
        if about is None or not about.prompt:
            return Toast(_("The gateway did not report a prompt."), "warning")
        self.copy(about.prompt)
        words = _("Prompt sent to the terminal's clipboard: {what}")
        return Toast(words.format(what=about.prompt))

    def copy_path(self, shown: ShownVideo) -> Toast:
        """Copy the path of its file."""
        path = shown.video.entry.saved
        if path is None:
            return _never_saved()
        self.copy(str(path))
        words = _("Path sent to the terminal's clipboard: {what}")
        return Toast(words.format(what=legible(path)))


def _never_saved() -> Toast:
    return Toast(_("It was never saved."), "warning")
