"""The table of `status` on a terminal: a line for each video that never wraps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hingtui.model.video import Video
from hingtui.monitor import GatewayStatus, Row, RowState, row_state_of
from hingtui.monitor.state_words import row_state_icon, row_word
from hingtui.text.cell_width import cells_of, fit, fit_middle, padded, short_id, steady
from hingtui.text.clean import human_duration, one_line
from hingtui.text.i18n import _

_GAP = "  "
_STATE_CELLS, _MODEL_CELLS = 24, 24
"""The most cells of the state and of the model."""
_PROMPT_CELLS = 24
"""Cells of the prompt before which the model, and then the id, get none."""
_ID_CELLS = 24


@dataclass(frozen=True, slots=True)
class _Line:
    state: str
    expiry: str
    model: str
    reason: str
    """Why it failed, "" if it did not."""
    prompt: str
    id: str


def table_lines(
    rows: Sequence[Row],
    now: float,
    gateway: GatewayStatus | None,
    width: int,
    encodable: Callable[[str], str],
) -> list[str]:
    """A heading and a line for each row, each at most `width` cells wide.

    `encodable` replaces the characters that the output cannot show.
    """
    lines = [_line(row, now, gateway, encodable) for row in rows]
    head = _Line(_("STATUS"), _("EXPIRES"), _("MODEL"), "", _("PROMPT"), _("ID"))
    lines.insert(0, _Line(*(encodable(cell) for cell in _cells(head))))
    state = min(_STATE_CELLS, max(cells_of(line.state) for line in lines))
    expiry = max(cells_of(line.expiry) for line in lines)
    model = min(_MODEL_CELLS, max(cells_of(line.model) for line in lines), width // 5)
    room = width - state - len(_GAP) - expiry - len(_GAP)
    has_model = room - model - len(_GAP) >= _PROMPT_CELLS
    if has_model:
        room -= model + len(_GAP)
    has_id = room - _ID_CELLS - len(_GAP) >= 2 * _PROMPT_CELLS
    if has_id:
        room -= _ID_CELLS + len(_GAP)
    shown = []
    for line in lines:
        cells = [padded(line.state, state), _right(line.expiry, expiry)]
        if has_model:
            cells.append(padded(fit_middle(line.model, model), model))
        cells.append(padded(_title(line, room), room))
        if has_id:
            cells.append(short_id(line.id, _ID_CELLS))
        shown.append(fit(_GAP.join(cells), width).rstrip())
    return shown


def _line(
    row: Row, now: float, gateway: GatewayStatus | None, encodable: Callable[[str], str]
) -> _Line:
    state = row_state_of(row, now)
    icon = row_state_icon(state)
    word = one_line(row_word(row, state, gateway))
    video = row.video
    if (
        state in (RowState.GENERATING, RowState.STALLED)
        and video is not None
        and video.progress is not None
    ):
        word += f" {video.progress:.0f}%"
    if encodable(icon) == icon:
        word = f"{icon} {word}"
    model = one_line(video.model) if video is not None else ""
    prompt = one_line(video.prompt) if video is not None else ""
    line = _Line(word, _expiry(row, now), model, _reason(video), prompt, row.id)
    return _Line(*(encodable(steady(cell)) for cell in _cells(line)))


def _expiry(row: Row, now: float) -> str:
    """The time left until the file is deleted; "" where it is saved, gone or not known."""
    ends = row.expiry
    if ends is None or row.saved is not None or ends.at <= now:
        return ""
    return ("~" if ends.is_estimate else "") + human_duration(ends.at - now)


def _reason(video: Video | None) -> str:
    error = video.error if video is not None else None
    return "" if error is None else one_line(error.message or error.code)


def _title(line: _Line, room: int) -> str:
    """The reason of a failure, then the prompt; the id where there is no prompt."""
    if not line.reason:
        return line.prompt or short_id(line.id, room)
    left = room - cells_of(line.reason) - len(_GAP)
    return f"{line.reason}{_GAP}{line.prompt or short_id(line.id, max(0, left))}"


def _right(text: str, width: int) -> str:
    return " " * (width - cells_of(text)) + text


def _cells(line: _Line) -> tuple[str, ...]:
    return line.state, line.expiry, line.model, line.reason, line.prompt, line.id
