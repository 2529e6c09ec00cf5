"""The `history` command: list the videos that were ever watched. It asks no gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import chain

from hingtui.cli.output import (
    columns_of_stdout,
    encodable,
    json_record,
    print_json,
    print_message,
    write_line,
)
from hingtui.cli.session import fail, read_settings
from hingtui.model.errors import HingtuiError
from hingtui.model.eta import Basis
from hingtui.monitor import Row
from hingtui.monitor.history_text import (
    cost_text,
    model_text,
    own_prompt_text,
    prompt_text,
    reason_text,
    state_text,
    took_text,
    when_text,
)
from hingtui.monitor.history_words import HistoryWords, parse_history_words
from hingtui.monitor.text_table import Column, Piece, text_table
from hingtui.storage.history import History, HistoryVideo, StatusChange
from hingtui.storage.open_history import history_of
from hingtui.system.clock import Clock
from hingtui.text.cell_width import fit, legible, repeated
from hingtui.text.decoding import decode_argument
from hingtui.text.i18n import _

ON_A_TERMINAL = 100
"""Videos that are listed on a terminal, if nothing else is said."""
_AT_ONCE = 500
_PROMPT_CELLS = 24
"""Cells that the prompt gets at least on a terminal."""


def history(
    environ: Mapping[str, str], words: Sequence[str], *, limit: int | None, as_json: bool
) -> int:
    """List what the words find, the last to begin first; the exit status is 1 if nothing is found.

    `limit` is how many at most, 0 for all; None: all, but some on a terminal.
    """
    try:
        settings = read_settings(environ)
        with closing(history_of(settings)) as known:
            return _list(known, decode_argument(" ".join(words)), limit=limit, as_json=as_json)
    except BrokenPipeError:
        raise  # the reader has closed our output: `parser` ends the run silently
    except (HingtuiError, OSError) as error:
        return fail(error)


def search_words(words: str, now: float) -> HistoryWords | None:
    """What these words look for; None, and a message, if a date is wrong."""
    found = parse_history_words(decode_argument(words), now)
    if found.problem:
        fail(found.problem)
        return None
    return found


def report_damage(known: History) -> None:
    """Print that the history was damaged, where its bad file was just set aside."""
    if known.set_aside is not None:
        sentence = _("The history was damaged. A new one is begun; the bad file is {name}.")
        print_message(f"hingtui: {sentence.format(name=known.set_aside.name)}")


def _list(known: History, words: str, *, limit: int | None, as_json: bool) -> int:
    now = Clock().time()
    if (found := search_words(words, now)) is None:
        return 1
    width = None if as_json else columns_of_stdout()
    if limit is None and width is not None:
        limit = ON_A_TERMINAL
    numbers = known.find(found.wanted)
    report_damage(known)
    if not numbers:
        nothing = _("No video matches: {words}") if words else _("Nothing was watched yet.")
        return fail(nothing.format(words=repeated(words)))
    shown = numbers[:limit] if limit else numbers
    starts = range(0, len(shown), _AT_ONCE)
    batches = (known.videos(shown[start : start + _AT_ONCE]) for start in starts)
    if as_json:
        for video in chain.from_iterable(batches):
            print_json(history_record(video, known.changes(video.key), now))
    else:
        lines = _whole_lines if width is None else partial(_fitted_lines, width=width)
        for line in lines(chain.from_iterable(batches), now):
            write_line(line)
    if len(shown) < len(numbers):
        sentence = _("The last {n} of {total} videos; --limit 0 lists all.")
        print_message(sentence.format(n=len(shown), total=len(numbers)))
    return 0


def history_record(
    video: HistoryVideo, changes: Sequence[StatusChange], now: float
) -> dict[str, object]:
    """The JSON of one video: as of the other commands, and what only the history knows."""
    entry = video.entry
    row = Row(entry.id, entry.added_at, entry.video, gateway=entry.gateway)
    row.saved, row.files = entry.saved, entry.files
    is_exact = video.expiry is not None and video.expiry.basis is not Basis.ESTIMATE
    expiry = "unknown" if video.expiry is None else "exact" if is_exact else "estimated"
    duration = video.duration
    return json_record(row, now) | {
        "state": video.state(now).value,
        "expiry": expiry,
        "expires_at": video.expiry.at if video.expiry is not None else None,
        "added_at": entry.added_at,
        "duration": duration.seconds if duration is not None else None,
        "duration_is_observed": duration.is_observed if duration is not None else None,
        "refunded": video.refunded,
        "path": str(entry.saved) if entry.saved is not None else None,
        "bytes": entry.saved_bytes,
        "sha256": video.sha256,
        "verified": row.is_verified if entry.saved is not None else None,
        "saved_at": video.saved_at,
        "request_id": video.request_id or None,
        "changes": [
            {"at": one.at, "status": one.status.value, "raw_status": one.raw_status}
            for one in changes
        ],
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("STARTED"), is_number=False),
        Column(_("STATUS"), is_number=False),
        Column(_("GATEWAY"), rank=4, is_number=False, most=16),
        Column(_("MODEL"), rank=1, is_number=False, most=20),
        Column(_("TOOK"), rank=2),
        Column(_("COST"), rank=3, most=20),
    )


def _fitted_lines(videos: Iterable[HistoryVideo], now: float, width: int) -> Iterator[str]:
    """A heading and a line for each video, of at most `width` cells.

    All are read first: the columns are as wide as the widest of all that is in them.
    """
    room = max(20, width - _PROMPT_CELLS - 2)
    prompts = [_("PROMPT")]
    rows = []
    for video in videos:
        rows.append([Piece(encodable(text)) for text in _cells(video, now)])
        prompts.append(fit(encodable(prompt_text(video)), width))
    for line, prompt in zip(text_table(_columns(), rows, room), prompts, strict=True):
        shown = "".join(piece.text for piece in line)
        yield fit(f"{shown}  {prompt}", width)


def _whole_lines(videos: Iterable[HistoryVideo], now: float) -> Iterator[str]:
    """For scripts: whole texts under a heading, two blanks between them, `-` for none."""
    names = (*(column.heading for column in _columns()), _("ID"), _("FILE"))
    yield "  ".join((*names, _("REASON"), _("PROMPT")))
    for video in videos:
        path = legible(video.entry.saved) if video.entry.saved is not None else ""
        texts = (video.entry.id, path, reason_text(video), own_prompt_text(video))
        fields = (*_cells(video, now), *texts)
        yield "  ".join(encodable(field or "-") for field in fields)


def _cells(video: HistoryVideo, now: float) -> tuple[str, ...]:
    return (
        when_text(video),
        state_text(video.state(now)),
        video.entry.gateway,
        model_text(video),
        took_text(video),
        cost_text(video),
    )
