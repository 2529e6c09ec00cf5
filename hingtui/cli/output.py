"""Format and print the output of the commands: a table, JSON lines, paths, errors.

Whatever a line quotes, it is one line, a terminal obeys nothing in it, and every output takes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.cells import cell_len, set_cell_size

from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import Row
from hingtui.text.cell_width import fit, legible, short_id, steady
from hingtui.text.clean import BLOCK_LIMIT, HIDDEN, clean_line, human_duration, one_line
from hingtui.text.i18n import _

_WORTH_SHOWING = 20
"""Videos from which on asking takes long enough for its progress to be of interest."""
_WORD_CELLS = 32
"""Cells that the table gives a word of the server's, such as a model's name, at most."""
_ID_CELLS, _BESIDE_ID = 24, 26
"""Cells of an id on a terminal at least, and those that status, progress and expiry want."""
_LONGEST_ID = 100_000
"""Cells of an id where no terminal is printed on: a script gets all of it."""


def tell(sentence: str) -> None:
    """One line on stderr."""
    print(clean_line(sentence, BLOCK_LIMIT), file=sys.stderr, flush=True)


@contextmanager
def shown_progress() -> Iterator[Callable[[int, int], None]]:
    """A function that shows (finished, all) in one line on stderr, where that is a terminal."""
    is_shown = sys.stderr is not None and sys.stderr.isatty()
    width = 0

    def show(finished: int, total: int) -> None:
        nonlocal width
        if is_shown and total >= _WORTH_SHOWING:
            words = _("asked about {n} of {total}").format(n=finished, total=total)
            width = max(width, cell_len(words))
            print("\r" + set_cell_size(words, width), end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if width:
            print("\r" + " " * width + "\r", end="", file=sys.stderr, flush=True)


def print_line(what: str, word: str) -> None:
    """What became of a word that was given, and the word."""
    _say(f"{what}  {word}")


def print_saved(watched: Row, now: float, *, as_json: bool) -> None:
    """Where a video was saved; as JSON with all that is known about it."""
    if watched.saved is None:
        return
    if not as_json:
        _print_path(watched.saved)
        if not watched.is_verified:
            words = _("kept as it came: it could not be verified to be a whole video")
            tell(f"{watched.id}: {words}")
        return
    record = json_record(watched, now) | {
        "path": str(watched.saved),
        "bytes": watched.saved_bytes,
        "sha256": watched.digest or _digest(watched.saved),
        "verified": watched.is_verified,
    }
    print_json(record)


def json_record(watched: Row, now: float) -> dict[str, object]:
    """What `--json` says about a video. Times are Unix seconds, progress is 0–100, or null."""
    video = watched.video
    error: dict[str, str] | None = None
    if video is not None and video.error is not None:
        error = {"code": video.error.code, "message": video.error.message}
    elif watched.trouble is not None:
        told = diagnose(watched.trouble.error)
        error = {"code": "", "message": told.said or told.what}
    elif video is None and watched.failures:
        error = {"code": "not_found", "message": _("the gateway does not know this id (yet)")}
    cost = video.cost if video is not None else None
    status_ = Status.EXPIRED if watched.has_vanished(now) else watched.status
    return {
        "id": watched.id,
        "status": status_.value,
        "raw_status": video.raw_status if video else "",
        "progress": video.progress if video else None,
        "model": video.model if video else "",
        "prompt": video.prompt if video else "",
        "seconds": video.seconds if video else None,
        "size": video.size if video else "",
        "created_at": video.created_at if video else None,
        "completed_at": video.completed_at if video else None,
        "expires_at": video.expires_at if video else None,
        "expiry": _how_sure(watched),
        "cost": {"amount": cost.amount, "unit": cost.unit} if cost is not None else None,
        "error": error,
    }


def _how_sure(watched: Row) -> str:
    """Whether the end of the file was stated, is estimated, or is not known."""
    if watched.video is not None and watched.video.expires_at is not None:
        return "exact"
    return "unknown" if watched.expiry is None else "estimated"


def print_json(record: Mapping[str, object]) -> None:
    """One line. What the output cannot say, or a terminal would obey, stands as JSON's escapes."""
    in_ascii = not _encoding().lower().startswith("utf")
    line = json.dumps(record, ensure_ascii=in_ascii)
    _say(HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], line))


def print_table(rows: Iterable[Row], now: float) -> None:
    """A line for each; not wider than the terminal, where it is one that is printed on."""
    room = _columns_of_terminal()
    word = _WORD_CELLS if room is None else max(8, min(_WORD_CELLS, room // 5))
    head = (_("ID"), _("STATUS"), _("PROGRESS"), _("EXPIRES"), _("MODEL"), _("PROMPT"))
    id_cells = _LONGEST_ID if room is None else max(_ID_CELLS, room - _BESIDE_ID)
    cells = (_told(row, now, word, id_cells) for row in rows)
    lines = [[*map(_sayable, line)] for line in (head, *cells)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(5)]
    for line in lines:
        padded = [set_cell_size(cell, width) for cell, width in zip(line, widths, strict=False)]
        whole = "  ".join([*padded, line[5]]).rstrip()
        _say(whole if room is None else fit(whole, room))


def _told(watched: Row, now: float, word: int, id_cells: int) -> tuple[str, ...]:
    """The cells of one line; `word` and `id_cells` limit the server's own words and the id."""
    record = json_record(watched, now)
    progress = record["progress"]
    ends = watched.expiry
    expires = ""
    if ends is not None and ends.at > now:
        expires = ("~" if ends.is_estimate else "") + human_duration(ends.at - now)
    return (
        short_id(watched.id, id_cells),
        fit(_word(record), word),
        f"{progress:.0f}%" if isinstance(progress, float) else "-",
        expires or "-",
        fit(str(record["model"]), word) or "-",
        steady(one_line(str(record["prompt"]))),
    )


def _word(record: Mapping[str, object]) -> str:
    """The server's own word, but that no server says by itself that a file has expired."""
    is_expired = record["status"] == Status.EXPIRED.value
    return str((not is_expired and record["raw_status"]) or record["status"])


def _print_path(path: Path) -> None:
    """Byte for byte as a script can use it; legible on a terminal."""
    if os.name != "posix" or sys.stdout is None or sys.stdout.isatty():
        _say(legible(path))
    else:
        _say(os.fsencode(path))


def _digest(path: Path) -> str:
    """The SHA-256 of a file that was saved in an earlier run."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _say(line: str | bytes) -> None:
    """One line on stdout, at once: somebody may be waiting for it. Raises OSError."""
    try:
        if isinstance(line, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(line + b"\n")
        else:
            print(line)
        if sys.stdout is not None:  # it was closed before the start
            sys.stdout.flush()
    except OSError:
        # What could not be written is not tried again at the end, to fail there once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _sayable(text: str) -> str:
    """`text` as it comes out: an escape is wider than the character that it stands for."""
    return text.encode(_encoding(), "backslashreplace").decode(_encoding())


def _columns_of_terminal() -> int | None:
    """The width of the terminal that is printed on; None where the output goes elsewhere."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None
