"""The toasts about a file that is opened, or a folder that is shown. Must not import Textual."""

from __future__ import annotations

from pathlib import Path

from hingtui.system.open_file import Opened
from hingtui.text.cell_width import legible
from hingtui.text.i18n import _
from hingtui.ui.notifications import Toast


def opened_toast(path: Path, opened: Opened) -> Toast:
    """Say with which program a file is being opened, or why it is not."""
    if opened.is_open:
        return _opening(path, opened)
    if not opened.program:
        words = _("No player was found. Set open_command in config.toml. The file: {path}")
    elif opened.reason:
        words = _(
            "{program} could not be started ({reason}). Set open_command in config.toml. "
            "The file: {path}"
        )
    else:
        words = _(
            "{program} could not open it (exit status {status}). Set open_command in config.toml. "
            "The file: {path}"
        )
    return _not_opened(words, path, opened)


def folder_toast(folder: Path, opened: Opened) -> Toast:
    """As `opened_toast` of a folder, for which no setting chooses the program."""
    if opened.is_open:
        return _opening(folder, opened)
    if not opened.program:
        words = _("No program to show folders was found. The folder: {path}")
    elif opened.reason:
        words = _("{program} could not be started ({reason}). The folder: {path}")
    else:
        words = _("{program} could not open it (exit status {status}). The folder: {path}")
    return _not_opened(words, folder, opened)


def _opening(path: Path, opened: Opened) -> Toast:
    words = _("Opening with {program}: {name}")
    return Toast(words.format(program=legible(opened.program), name=legible(path.name)))


def _not_opened(words: str, path: Path, opened: Opened) -> Toast:
    program, reason = legible(opened.program), legible(opened.reason)
    text = words.format(program=program, reason=reason, status=opened.status, path=legible(path))
    return Toast(text, "warning")
