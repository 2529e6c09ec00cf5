"""Format and print the output of the commands: a table, JSON lines, paths, errors.

Text from outside is printed as one line, without control characters, in the encoding of the output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size

from hingtui.cli.live_line import live_line
from hingtui.cli.status_table import table_lines
from hingtui.model.diagnosis import Advice, Step
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import GatewayStatus, Row
from hingtui.system.files import sha256_of
from hingtui.text.cell_width import fit, legible, short_id, steady
from hingtui.text.clean import BLOCK_LIMIT, HIDDEN, clean_line, human_duration, one_line
from hingtui.text.i18n import _
from hingtui.text.wrap import in_a_row

_WORTH_SHOWING = 20
"""Videos from which on the progress of asking is shown: fewer are asked about in a second."""
_WORD_CELLS = 32
"""The most cells of the status and the model in the table for scripts."""
LONGEST_ID = 100_000
"""Cells of an id in what scripts read: they get the whole id."""


def print_message(message: str) -> None:
    """Print one line on stderr."""
    live_line.hide()
    print(clean_line(message, BLOCK_LIMIT), file=sys.stderr, flush=True)


def advice_text(advice: Advice) -> str:
    """What to do, as sentences for a command line."""
    steps = {
        None: "",
        Step.RESUME: _("Run the command again to resume it."),
        Step.TRY_AGAIN: _("Run the command again to try again."),
        Step.ASK_OR_DOWNLOAD: _("Run the command again to try again."),
        Step.TYPE_TOKEN: _("Put another token into HINGNET_API_KEY, or run hingtui to type it."),
    }
    return in_a_row(filter(None, (advice.text, steps[advice.step])))


def show_asking(finished: int, total: int) -> None:
    """Show in the live line how many videos were asked about."""
    if total >= _WORTH_SHOWING and not live_line.is_plain:
        live_line.show(_("asked about {n} of {total}").format(n=finished, total=total))


def print_line(outcome: str, word: str) -> None:
    """Print what was done with a word that was given, and the word."""
    write_line(f"{outcome}  {word}")


def print_saved(row: Row, now: float, *, as_json: bool) -> None:
    """Print where a video was saved; as JSON with all that is known about it."""
    if row.saved is None:
        return
    if not as_json:
        for path in row.paths:
            _print_path(path)
        if not row.is_verified:
            note = _("saved as it came: nothing proves that the video is complete")
            print_message(f"{row.id}: {note}")
        return
    record = json_record(row, now) | {
        "path": str(row.saved),
        "bytes": row.saved_bytes,
        "sha256": row.digest or sha256_of(row.saved),
        "verified": row.is_verified,
    }
    print_json(record)


def json_record(row: Row, now: float) -> dict[str, object]:
    """The JSON of one video: times in Unix seconds, progress 0–100, null for what is unknown."""
    video = row.video
    error: dict[str, str] | None = None
    if video is not None and video.error is not None:
        error = {"code": video.error.code, "message": video.error.message}
    elif row.last_error is not None:
        diagnosis = diagnose(row.last_error.error)
        error = {"code": "", "message": diagnosis.details or diagnosis.what}
    elif video is None and row.failures:
        error = {"code": "not_found", "message": _("The gateway does not know this id (yet).")}
    cost = video.cost if video is not None else None
    status = Status.EXPIRED if row.has_vanished(now) else row.status
    return {
        "id": row.id,
        "gateway": row.gateway,
        "status": status.value,
        "raw_status": video.raw_status if video else "",
        "progress": video.progress if video else None,
        "model": video.model if video else "",
        "prompt": video.prompt if video else "",
        "seconds": video.seconds if video else None,
        "size": video.size if video else "",
        "created_at": video.created_at if video else None,
        "completed_at": video.completed_at if video else None,
        "expires_at": video.expires_at if video else None,
        "expiry": _expiry_basis(row),
        "paths": [str(path) for path in row.paths],
        "tags": list(row.tags),
        "cost": {"amount": cost.amount, "unit": cost.unit} if cost is not None else None,
        "error": error,
    }


def _expiry_basis(row: Row) -> str:
    """Whether the gateway named the expiry, or it is estimated or unknown."""
    if row.video is not None and row.video.expires_at is not None:
        return "exact"
    return "unknown" if row.expiry is None else "estimated"


def print_json(record: Mapping[str, object]) -> None:
    """Print one line of JSON, with escapes for control characters and what is not encodable."""
    in_ascii = not _encoding().lower().startswith("utf")
    line = json.dumps(record, ensure_ascii=in_ascii)
    write_line(HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], line))


def print_table(rows: Sequence[Row], now: float, gateway: GatewayStatus | None = None) -> None:
    """Print a heading and a line for each row: as on the dashboard if stdout is a terminal.

    For scripts, each line has the whole id, the gateway's own word, and the whole prompt.
    """
    room = columns_of_stdout()
    if room is None:
        _print_whole_table(rows, now)
        return
    for line in table_lines(rows, now, gateway, room, encodable):
        write_line(line)


def _print_whole_table(rows: Iterable[Row], now: float) -> None:
    head = (_("ID"), _("STATUS"), _("PROGRESS"), _("EXPIRES"), _("MODEL"), _("PROMPT"))
    lines = [[*map(encodable, line)] for line in (head, *(_cells_of(row, now) for row in rows))]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(5)]
    for line in lines:
        padded = [set_cell_size(cell, width) for cell, width in zip(line, widths, strict=False)]
        write_line("  ".join([*padded, line[5]]).rstrip())


def _cells_of(row: Row, now: float) -> tuple[str, ...]:
    """The columns of one line."""
    record = json_record(row, now)
    progress = record["progress"]
    expiry = row.expiry
    expires = ""
    if expiry is not None and expiry.at > now:
        expires = ("~" if expiry.is_estimate else "") + human_duration(expiry.at - now)
    return (
        short_id(row.id, LONGEST_ID),
        fit(_status_word(record), _WORD_CELLS),
        f"{progress:.0f}%" if isinstance(progress, float) else "-",
        expires or "-",
        fit(str(record["model"]), _WORD_CELLS) or "-",
        steady(one_line(str(record["prompt"]))),
    )


def _status_word(record: Mapping[str, object]) -> str:
    """The gateway's own word; but no gateway has a word for an expired file."""
    is_expired = record["status"] == Status.EXPIRED.value
    return str((not is_expired and record["raw_status"]) or record["status"])


def _print_path(path: Path) -> None:
    """Print a path: byte for byte for a script, legible on a terminal."""
    if os.name != "posix" or sys.stdout.isatty():
        write_line(legible(path))
    else:
        write_line(os.fsencode(path))


def write_line(line: str | bytes) -> None:
    """Write one line to stdout and flush it: a script may wait for it. Raises OSError."""
    live_line.hide()
    try:
        if isinstance(line, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(line + b"\n")
        else:
            print(line)
        sys.stdout.flush()
    except OSError:
        # Python would write the buffer again when it ends, and fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def encodable(text: str) -> str:
    """`text` as it will be printed: an escape is wider than the character it stands for."""
    return text.encode(_encoding(), "backslashreplace").decode(_encoding())


def columns_of_stdout() -> int | None:
    """The width of the terminal that stdout is; None if it is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None
