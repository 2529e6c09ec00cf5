"""Write the events of a watch as lines: for people, or as JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hingtui.cli.output import LONGEST_ID, json_record
from hingtui.model.explain import diagnose
from hingtui.monitor import Row
from hingtui.monitor.watch_events import EventKind, WatchEvent
from hingtui.text.cell_width import cells_of, fit, fit_middle, legible, padded, short_id, steady
from hingtui.text.clean import (
    date_and_time,
    human_bytes,
    human_duration,
    one_line,
    time_of_day,
)
from hingtui.text.i18n import _, mark, ngettext
from hingtui.text.wrap import in_a_row

_GAP = "  "
_WORDS = {
    EventKind.WATCHING: mark("watching"),
    EventKind.ADDED: mark("added"),
    EventKind.GENERATING: mark("generating"),
    EventKind.READY: mark("ready"),
    EventKind.DOWNLOADING: mark("downloading"),
    EventKind.SAVED: mark("saved"),
    EventKind.FAILED: mark("failed"),
    EventKind.NOT_SAVED: mark("not saved"),
    EventKind.EXPIRING: mark("expires soon"),
    EventKind.EXPIRED: mark("expired"),
    EventKind.REMOVED: mark("removed"),
    EventKind.OFFLINE: mark("offline"),
    EventKind.ONLINE: mark("online again"),
    EventKind.SLOWED: mark("slowed down"),
    EventKind.REFUSED: mark("token refused"),
    EventKind.STORAGE_ERROR: mark("disk error"),
    EventKind.STORAGE_OK: mark("disk works again"),
}
_GATEWAY_CELLS, _ID_CELLS, _MODEL_CELLS = 16, 24, 24
"""The most cells of a gateway's name, of an id on a terminal, and of a model."""
_SHORTEST_PROMPT = 8
"""Cells below which a prompt is left out."""


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Where the lines go."""

    width: int | None
    """Cells of a line on a terminal; None elsewhere: nothing is cut there."""
    names_gateways: bool
    """Whether the gateway of each video is named: there are several."""
    encodable: Callable[[str], str]
    """Replaces the characters that the output cannot show."""


def event_line(event: WatchEvent, now: float, style: LineStyle) -> str:
    """One line: time, word, gateway, id, model, what there is to say, prompt.

    `now` is in Unix seconds on this machine's clock.
    """
    cells = [*_head(event.kind, event.at, style), *_subject(event, style)]
    cells += [steady(detail) for detail in _details(event, now)]
    row = event.row
    prompt = one_line(row.video.prompt) if row is not None and row.video is not None else ""
    line = style.encodable(_GAP.join(cells).rstrip())
    return _with_prompt(line, style.encodable(steady(prompt)), style.width)


def _head(kind: EventKind, at: float, style: LineStyle) -> tuple[str, str]:
    time = date_and_time if style.width is None else time_of_day
    return time(at), padded(_(_WORDS[kind]), max(cells_of(_(word)) for word in _WORDS.values()))


def _subject(event: WatchEvent, style: LineStyle) -> Iterator[str]:
    """What the event is about; in columns on a terminal."""
    row = event.row
    if row is None:
        if event.gateway:
            yield fit(event.gateway, _GATEWAY_CELLS)
        return
    if style.names_gateways:
        yield padded(row.gateway, _GATEWAY_CELLS)
    model = one_line(row.video.model) if row.video is not None else ""
    if style.width is None:
        yield short_id(row.id, LONGEST_ID)
        yield steady(model) or "-"
    else:
        yield padded(short_id(row.id, _ID_CELLS), _ID_CELLS)
        yield padded(fit_middle(model, _MODEL_CELLS), _MODEL_CELLS)


def _with_prompt(line: str, prompt: str, width: int | None) -> str:
    """`line` and as much of the prompt as the width allows: the line itself is never cut."""
    if not prompt:
        return line
    if width is None:
        return f"{line}{_GAP}{prompt}"
    room = width - cells_of(line) - len(_GAP)
    return f"{line}{_GAP}{fit(prompt, room)}" if room >= _SHORTEST_PROMPT else line


def _details(event: WatchEvent, now: float) -> Iterator[str]:
    row, error = event.row, event.error
    if row is None or event.kind is EventKind.NOT_SAVED:
        if error is not None:
            yield one_line(_explained(error, of_all=row is None))
    elif event.kind is EventKind.SAVED and row.saved is not None:
        yield from map(legible, row.paths)  # of all files of the job
        if row.saved_bytes is not None:
            yield human_bytes(row.saved_bytes)
        yield _("verified") if row.is_verified else _("not verified")
    elif event.kind is EventKind.FAILED and row.video is not None and row.video.error is not None:
        yield one_line(row.video.error.message or row.video.error.code)
    elif event.kind is EventKind.EXPIRING and row.expiry is not None:
        words = _("in about {time}") if row.expiry.is_estimate else _("in {time}")
        yield words.format(time=human_duration(row.expiry.at - now))
    elif event.kind is EventKind.EXPIRED:
        yield _("before it was saved")


def _explained(error: Exception, *, of_all: bool = False) -> str:
    diagnosis = diagnose(error, of_all=of_all)
    return in_a_row(filter(None, (diagnosis.what, diagnosis.details)))


def watching_line(count: int, at: float, style: LineStyle) -> str:
    """The first line: how many videos are watched."""
    words = ngettext("{n} video", "{n} videos", count).format(n=count)
    return style.encodable(_GAP.join((*_head(EventKind.WATCHING, at, style), words)))


def event_record(event: WatchEvent, now: float) -> dict[str, object]:
    """The JSON of one event: its name, its time, and all that is known of the video.

    A saved file's `sha256` is None unless it is known already.
    """
    record: dict[str, object] = {"event": event.kind.value, "at": event.at}
    row = event.row
    if row is not None:
        record |= json_record(row, now)
        if event.kind is EventKind.SAVED:
            record |= _file_record(row)
    elif event.gateway:
        record["gateway"] = event.gateway
    if event.error is not None:
        record["error"] = {"code": "", "message": _explained(event.error, of_all=row is None)}
    if event.within is not None:
        record["within"] = event.within
    return record


def _file_record(row: Row) -> dict[str, object]:
    return {
        "path": str(row.saved),
        "bytes": row.saved_bytes,
        "sha256": row.digest,
        "verified": row.is_verified,
    }
