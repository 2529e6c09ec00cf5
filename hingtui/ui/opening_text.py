"""The toasts about a file that is opened, or a folder that is shown. Must not import Textual."""

from __future__ import annotations

from pathlib import Path

from hingtui.system.open_file import Opened
from hingtui.text.cell_width import legible
from hingtui.text.i18n import _
from hingtui.ui.notifications import Toast


def opened_toast(path: Path, opened: Opened) -> Toast:
    """Say with which program a file is being opened, or why it is not."""
    return _toast(
        path,
        opened,
        no_program=_("No player was found. Set open_command in config.toml. The file: {path}"),
        not_started=_(
            "{program} could not be started ({reason}). Set open_command in config.toml. "
            "The file: {path}"
        ),
        failed=_(
            "{program} could not open it (exit status {status}). Set open_command in config.toml. "
            "The file: {path}"
        ),
    )


def folder_toast(folder: Path, opened: Opened) -> Toast:
    """As `opened_toast` of a folder, for which no setting chooses the program."""
    return _toast(
        folder,
        opened,
        no_program=_("No program to show folders was found. The folder: {path}"),
        not_started=_("{program} could not be started ({reason}). The folder: {path}"),
        failed=_("{program} could not open it (exit status {status}). The folder: {path}"),
    )


def _toast(path: Path, opened: Opened, *, no_program: str, not_started: str, failed: str) -> Toast:
    program, reason = legible(opened.program), legible(opened.reason)
    if opened.is_open:
        words = _("Opening with {program}: {name}")
        return Toast(words.format(program=program, name=legible(path.name)))
    words = failed
    if not opened.program:
        words = no_program
    elif opened.reason:
        words = not_started
    text = words.format(program=program, reason=reason, status=opened.status, path=legible(path))
    return Toast(text, "warning")
