"""The commands about files and the clipboard, and how the outcome of any command is shown."""

from __future__ import annotations

from collections.abc import Coroutine

from hingtui.monitor import Monitor, Row
from hingtui.ui.copy_actions import CopyActions
from hingtui.ui.file_actions import FileActions
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.screens.table_actions import TableActions
from hingtui.ui.theme.palette import Palette
from hingtui.ui.video_actions import ActionContext, Outcome, VideoActions


class FileCommands(TableActions):
    """The main screen with the commands that open, show and copy something."""

    def __init__(self, monitor: Monitor, palette: Palette, context: DashboardContext) -> None:
        super().__init__(monitor, palette, context)
        self._action_context = ActionContext(
            self._targets,
            lambda: self._table.order,
            self._copy,
            context.play,
            context.reveal,
            self._key_for,
        )
        self._actions = VideoActions(monitor, self._action_context)
        self._file_actions = FileActions(monitor, self._action_context)
        self._copy_actions = CopyActions(monitor, self._action_context)

    def _targets(self) -> list[Row]:
        """The rows that a command is about: the marked ones that are shown, else the selected one
        or its group."""
        if self._table.marks:
            rows = self._monitor.rows
            return [rows[key] for key in self._table.order if key in self._table.marks]
        if group := self._table.cursor_group:
            return [self._monitor.rows[key] for key in group]
        row = self._selected()
        return [] if row is None else [row]

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)

    def _finish(self, outcome: Outcome) -> None:
        """Show what came of an action."""
        self._table.marks &= self._monitor.rows.keys()
        if outcome.rows_changed:
            self._show_rows()
        if outcome.select is not None:
            self._table.select(outcome.select)
        if outcome.toast is not None:
            self._notify(outcome.toast)

    def _start(self, action: Coroutine[object, object, Outcome]) -> None:
        """Run an action that waits for a thread. The app's worker reports what goes wrong."""

        async def act() -> None:
            self._finish(await action)

        self.app.run_worker(act(), group="actions", exit_on_error=False)

    def action_open(self) -> None:
        """Open the saved file in the player."""
        self._start(self._file_actions.open())

    def action_reveal(self) -> None:
        """Show the folder of the saved file."""
        self._start(self._file_actions.reveal())

    def action_copy_id(self) -> None:
        """Copy the selected video's id."""
        self._finish(self._copy_actions.copy_id())

    def action_copy_prompt(self) -> None:
        """Copy the selected video's prompt."""
        self._finish(self._copy_actions.copy_prompt())

    def action_copy_path(self) -> None:
        """Copy the path of the selected video's file."""
        self._finish(self._copy_actions.copy_path())

    def action_copy_raw(self) -> None:
        """Copy what the gateway last sent about the selected video."""
        self._start(self._copy_actions.copy_raw())

    def action_copy_curl(self) -> None:
        """Copy a command line that asks about the selected video, without the token."""
        self._finish(self._copy_actions.copy_curl())
