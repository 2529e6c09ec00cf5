"""The commands of previews: play, step through the film, compare a few."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.geometry import Region

from hingtui.model.key import VideoKey
from hingtui.monitor import Row
from hingtui.text.cell_width import legible
from hingtui.text.i18n import _
from hingtui.ui.explanations import why_not_opened
from hingtui.ui.notifications import Toast, about_one
from hingtui.ui.screens.file_commands import FileCommands

if TYPE_CHECKING:
    from hingtui.preview.pictures import PreviewFailure
    from hingtui.ui.previewing_app import PreviewingApp

_SMALLEST = (30, 12)
"""Cells of a pane of details that is large enough to play in."""


class PreviewActions(FileCommands):
    """The main screen with the commands that show videos."""

    def action_play(self) -> None:
        """Play the selected video here; show a few marked ones side by side."""
        rows = [row for row in self._targets() if row.saved is not None]
        if not rows:
            self._explain_unsaved(self._targets())
            return
        self.app.run_worker(self._play(rows), group="play", exit_on_error=False)

    def _explain_unsaved(self, rows: Sequence[Row]) -> None:
        """Say why there is nothing to see of the first of these, and what to do, as `open` does."""
        for row in rows[:1]:
            gateway = self._monitor.status_of(row.gateway)
            words = why_not_opened(row, self._monitor.now(), gateway, self._key_for)
            self._notify(Toast(about_one(row, len(rows), words), "warning"))

    async def _play(self, rows: list[Row]) -> None:
        app = cast("PreviewingApp", self.app)
        if not await self._can_decode(has_colors=(await app.drawing()).has_colors):
            return
        if len(rows) > 1:
            self._compare(rows)
            return
        path = rows[0].saved
        if path is None or not await asyncio.to_thread(path.exists):
            words = _("The file is not there any more: {path}. {key} downloads it again.")
            text = words.format(path=legible(path or ""), key=self._key_for("download"))
            self._notify(Toast(text, "warning"))
            return
        from hingtui.ui.screens.player import Player

        self.app.push_screen(Player(path, self._place_to_play()), self._played)

    async def _can_decode(self, *, has_colors: bool) -> bool:
        """Whether more than a poster can be shown; if not, say why."""
        app = cast("PreviewingApp", self.app)
        if not has_colors:
            words = (
                _("NO_COLOR is set: pictures cannot be drawn without colours.")
                if app.no_color
                else _("The terminal or the theme has too few colours for pictures.")
            )
        elif not (await app.previews.tools()).can_play:
            from hingtui.ui.widgets.preview_text import INSTALL

            words = _("To play videos here: {command}").format(command=INSTALL)
        else:
            return True
        self._notify(Toast(words, "warning"))
        return False

    def _played(self, why: PreviewFailure | None) -> None:
        if why is not None:
            from hingtui.ui.widgets.preview_text import failure_text

            self._notify(Toast(failure_text(why), "warning"))

    def _place_to_play(self) -> Region:
        """Over the details where they are large enough, else over the table and them."""
        if (pane := self._detail_pane) is not None:
            region = pane.content_region
            is_large = region.width >= _SMALLEST[0] and region.height >= _SMALLEST[1]
            if self.is_detail_open and is_large:
                return region
        return self.query_one("#body").region

    def _compare(self, rows: list[Row]) -> None:
        from hingtui.ui.screens.compare import MOST, CompareDialog

        if len(rows) > MOST:
            words = _("At most {n} can be compared at once: these are the first {n}.")
            self._notify(Toast(words.format(n=MOST)))
        self.app.push_screen(CompareDialog(rows, self.palette), self._compared)

    def _compared(self, unwanted: Sequence[VideoKey] | None) -> None:
        if unwanted:
            rows = self._monitor.rows
            gone = [rows[key] for key in unwanted if key in rows]
            self._finish(self._actions.remove_rows(gone))

    def action_strip_forward(self) -> None:
        """One frame on in the film of the selected video."""
        self._step(1)

    def action_strip_back(self) -> None:
        """One frame back."""
        self._step(-1)

    def _step(self, frames: int) -> None:
        row = self._selected()
        if row is not None and row.saved is None:
            self._explain_unsaved([row])
            return
        if not self.is_detail_open:
            self.toggle_detail()
        if (pane := self._detail_pane) is not None:
            pane.step(frames, self._stepped)
            self._show_detail()

    def _stepped(self, has_room: bool) -> None:
        self.app.run_worker(self._explain_no_film(has_room), group="film", exit_on_error=False)

    async def _explain_no_film(self, has_room: bool) -> None:
        drawing = await cast("PreviewingApp", self.app).drawing()
        if not await self._can_decode(has_colors=drawing.can_show) or has_room:
            return
        words = _("There is no room for a picture: {key} plays it.")
        self._notify(Toast(words.format(key=self._key_for("play")), is_event=False))
