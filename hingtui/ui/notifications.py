"""Report changes: toasts, and the user's own `on_complete` command.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hingtui.model.key import VideoKey
from hingtui.monitor import Changes, Row
from hingtui.system import user_commands
from hingtui.text.cell_width import fit, short_id
from hingtui.text.clean import one_line
from hingtui.text.i18n import _

_PROMPT_CELLS, _ID_CELLS = 44, 32
"""Cells that a toast gives a prompt, and an id: one word, which has to fit on the first line."""

_log = logging.getLogger(__name__)

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence that is shown for some seconds. Its text is plain, not markup."""

    text: str
    severity: Severity = "information"


def change_toasts(changes: Changes, rows: Mapping[VideoKey, Row]) -> Iterator[Toast]:
    """What a person waits for; several of a kind are counted, not listed."""
    kinds: tuple[tuple[list[VideoKey], str, str, Severity], ...] = (
        (changes.saved, _("Saved: {what}"), _("{n} videos saved"), "information"),
        (changes.ready, _("Ready: {what}"), _("{n} videos are ready"), "information"),
        (changes.failed, _("Failed: {what}"), _("{n} videos failed"), "warning"),
        (changes.not_saved, _("Not saved: {what}"), _("{n} videos not saved"), "error"),
    )
    for keys, one, many, severity in kinds:
        if len(keys) == 1:
            title = row_title(rows.get(keys[0]), keys[0].id)
            yield Toast(one.format(what=title), severity)
        elif keys:
            yield Toast(many.format(n=len(keys)), severity)


def row_title(row: Row | None, video_id: str) -> str:
    """The prompt of a video, or its id where there is none, short enough for a toast."""
    prompt = row.video.prompt if row is not None and row.video else ""
    return fit(one_line(prompt), _PROMPT_CELLS) if prompt else short_id(video_id, _ID_CELLS)


def run_on_complete(
    command: tuple[str, ...], changes: Changes, rows: Mapping[VideoKey, Row], token: str | None
) -> bool:
    """Run the person's command for each video that is ready, failed or saved now.

    It gets the event, the id, and the path of a saved file; `token` is kept out of its environment.
    False if one of them could not be started.
    """
    could_all = True
    for event, keys in (
        ("ready", changes.ready),
        ("failed", changes.failed),
        ("saved", changes.saved),
    ):
        for key in keys:
            row = rows.get(key)
            path = str(row.saved) if row is not None and row.saved else ""
            try:
                user_commands.start([*command, event, key.id, path], token)
            except OSError as error:
                _log.warning("on_complete could not be run: %r", error)
                could_all = False
    return could_all
