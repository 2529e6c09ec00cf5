"""How a video of the history is written: its state, when, how long, how much."""

from __future__ import annotations

from hingtui.monitor.state_words import row_state_icon, row_state_word
from hingtui.monitor.statistics_text import money_text
from hingtui.monitor.status_counts import RowState
from hingtui.storage.history import HistoryState, HistoryVideo
from hingtui.text.cell_width import short_id, steady
from hingtui.text.clean import date_and_time, human_duration, one_line

_ID_CELLS = 24


def row_state(state: HistoryState) -> RowState:
    """The same state as on the dashboard."""
    return RowState(state.value)


def state_text(state: HistoryState) -> str:
    """Icon and word, as on the dashboard."""
    return f"{row_state_icon(row_state(state))} {row_state_word(row_state(state))}"


def when_text(video: HistoryVideo) -> str:
    """When it was begun, on this machine's clock: `2026-11-26 14:03`."""
    return date_and_time(video.began_at)[:-3]


def took_text(video: HistoryVideo) -> str:
    """How long it took; `~` where only this program measured it, "" where that is not known."""
    if video.duration is None:
        return ""
    mark = "~" if video.duration.is_observed else ""
    return mark + human_duration(video.duration.seconds)


def cost_text(video: HistoryVideo) -> str:
    """What it cost, as the gateway reports it; "" where that is not known."""
    cost = video.entry.video.cost if video.entry.video is not None else None
    return "" if cost is None else money_text(cost.amount, cost.unit)


def model_text(video: HistoryVideo) -> str:
    """The model, "" if it is not known."""
    return steady(one_line(video.entry.video.model)) if video.entry.video is not None else ""


def prompt_text(video: HistoryVideo) -> str:
    """The prompt on one line, after the reason of a failure; the id where there is neither."""
    reason = reason_text(video)
    if reason:
        reason = f"{row_state_icon(RowState.FAILED)} {reason}"
    parts = [part for part in (reason, own_prompt_text(video)) if part]
    return "  ".join(parts) or short_id(video.entry.id, _ID_CELLS)


def own_prompt_text(video: HistoryVideo) -> str:
    """The prompt alone, on one line; "" if it is not known."""
    return "" if video.entry.video is None else steady(one_line(video.entry.video.prompt))


def reason_text(video: HistoryVideo) -> str:
    """Why it failed, in the gateway's words, on one line; "" if it did not."""
    error = video.entry.video.error if video.entry.video is not None else None
    return "" if error is None else steady(one_line(error.message or error.code))
