"""Report changes: toasts and events.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hingtui.model.explain import diagnose
from hingtui.model.key import VideoKey
from hingtui.model.video import Status
from hingtui.monitor import Changes, Row
from hingtui.text.cell_width import fit, short_id
from hingtui.text.clean import one_line
from hingtui.text.i18n import _
from hingtui.ui.event_log import EventKind, EventLog

_PROMPT_CELLS, _ID_CELLS = 44, 32
"""Cells that a toast gives a prompt, and an id: one word, which has to fit on the first line."""

_NAME_CELLS = 30
"""Cells of a video's name before a sentence about it, which is to be read to its end."""
_REASON = 300
"""Characters of a reason that an event keeps."""
_EXPIRED = Status.EXPIRED

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence that is shown for some seconds. Its text is plain, not markup."""

    text: str
    severity: Severity = "information"
    kind: str = ""
    """Of two toasts of a kind only the newer one is shown; "" for answers to a command."""
    key: VideoKey | None = None
    """The video that it is about, if it is about one."""
    is_event: bool = True
    """Whether it is listed among the events; False where those are listed one by one."""


def change_toasts(changes: Changes, rows: Mapping[VideoKey, Row]) -> Iterator[Toast]:
    """The toasts about changes that a person waits for; several of a kind are counted."""
    kinds: tuple[tuple[str, list[VideoKey], str, str, Severity], ...] = (
        ("saved", changes.saved, _("Saved: {what}"), _("{n} videos saved"), "information"),
        ("ready", changes.ready, _("Ready: {what}"), _("{n} videos are ready"), "information"),
        ("failed", _failed(changes, rows), _("Failed: {what}"), _("{n} videos failed"), "warning"),
        ("lost", changes.not_saved, _("Not saved: {what}"), _("{n} videos not saved"), "error"),
    )
    for kind, keys, one, many, severity in kinds:
        if len(keys) == 1:
            title = row_title(rows.get(keys[0]), keys[0].id)
            yield Toast(one.format(what=title), severity, kind, keys[0], is_event=False)
        elif keys:
            yield Toast(many.format(n=len(keys)), severity, kind, is_event=False)
    for sentence in changes.not_written:
        yield Toast(sentence, "warning", "sidecar")


def note_changes(log: EventLog, changes: Changes, rows: Mapping[VideoKey, Row]) -> None:
    """List each video that a person waits for as an event of its own."""
    for kind, keys in (
        (EventKind.READY, changes.ready),
        (EventKind.SAVED, changes.saved),
        (EventKind.FAILED, changes.failed),
        (EventKind.ERROR, changes.not_saved),
    ):
        for key in keys:
            row = rows.get(key)
            has_expired = kind is EventKind.FAILED and row is not None and row.status is _EXPIRED
            log.add(_event_text(kind, row, key), EventKind.EXPIRED if has_expired else kind, key)


def _event_text(kind: EventKind, row: Row | None, key: VideoKey) -> str:
    """What happened to a video, with the reason where something went wrong."""
    title = row_title(row, key.id)
    match kind:
        case EventKind.READY:
            return _("Ready: {what}").format(what=title)
        case EventKind.SAVED:
            return _("Saved: {what}").format(what=title)
        case EventKind.ERROR:
            words = _("Not saved: {what}").format(what=title)
            error = row.download.error if row is not None and row.download is not None else None
            return words if error is None else f"{words} – {diagnose(error).what}"
        case _ if row is not None and row.status is _EXPIRED:
            return _("Expired: {what}").format(what=title)
    words = _("Failed: {what}").format(what=title)
    video = row.video if row is not None else None
    reason = one_line(video.error.message) if video is not None and video.error else ""
    return f"{words} – {reason[:_REASON]}" if reason else words


def _failed(changes: Changes, rows: Mapping[VideoKey, Row]) -> list[VideoKey]:
    """Without those that expired: alarms report those."""
    return [
        key
        for key in changes.failed
        if (row := rows.get(key)) is None or row.status is not Status.EXPIRED
    ]


def row_title(row: Row | None, video_id: str, most: int = _PROMPT_CELLS) -> str:
    """The prompt of a video, or its id where there is none, short enough for a toast."""
    prompt = row.video.prompt if row is not None and row.video else ""
    return fit(one_line(prompt), most) if prompt else short_id(video_id, min(most, _ID_CELLS))


def about_one(row: Row, of: int, sentence: str) -> str:
    """A sentence about a video, which it names where that is one `of` several chosen ones."""
    if of <= 1:
        return sentence
    name = row_title(row, row.id, _NAME_CELLS)
    return _("{what}: {reason}").format(what=name, reason=sentence)
