"""How the state of a row is written: an icon and a word."""

from __future__ import annotations

from hingtui.model.explain import diagnose
from hingtui.monitor.gateway_status import GatewayState, GatewayStatus
from hingtui.monitor.row import DownloadState, Row
from hingtui.monitor.status_counts import RowState
from hingtui.text.cell_width import steady
from hingtui.text.i18n import _, in_all_languages, mark

_ICONS = {
    # Only characters that no terminal draws double-wide, and no two states look alike.
    RowState.ASKING: "∙",
    RowState.MISSING: "?",
    RowState.QUEUED: "◌",
    RowState.GENERATING: "▸",
    RowState.STALLED: "⋯",
    RowState.READY: "▾",
    RowState.DOWNLOADING: "⇣",
    RowState.WAITING: "↻",
    RowState.SAVED: "✓",
    RowState.FAILED: "✗",
    RowState.EXPIRED: "∅",
    RowState.UNKNOWN: "?",
}
_WORDS = {
    RowState.ASKING: mark("asking"),
    RowState.MISSING: mark("not found yet"),
    RowState.QUEUED: mark("queued"),
    RowState.GENERATING: mark("generating"),
    RowState.STALLED: mark("stalled"),
    RowState.READY: mark("ready"),
    RowState.DOWNLOADING: mark("downloading"),
    RowState.WAITING: mark("waiting"),
    RowState.SAVED: mark("saved"),
    RowState.FAILED: mark("failed"),
    RowState.EXPIRED: mark("expired"),
    RowState.UNKNOWN: mark("unknown"),
}


_NOT_ASKED = (
    GatewayState.STARTING,
    GatewayState.NO_TOKEN,
    GatewayState.PAUSED,
    GatewayState.NOT_SET,
)


def row_state_icon(state: RowState) -> str:
    """The sign of a state, one cell wide everywhere."""
    return _ICONS[state]


def row_state_word(state: RowState) -> str:
    """The word for a state, in the language in use."""
    return _(_WORDS[state])


def row_state_words(state: RowState) -> tuple[str, ...]:
    """The words for a state in every language: a person may type any of them."""
    return in_all_languages(_WORDS[state])


def row_word(row: Row, state: RowState, gateway: GatewayStatus | None = None) -> str:
    """The word for a row in this state; it depends on whether its `gateway` is being asked.

    The gateway's own word where hingtui does not know it, and the error where the request about
    this video failed, or all requests fail.
    """
    is_in_line = row.download is not None and row.download.state is DownloadState.QUEUED
    if state is RowState.DOWNLOADING and is_in_line:
        return _("in line")
    if state is RowState.UNKNOWN and row.video is not None and row.video.raw_status:
        return steady(row.video.raw_status)
    if state is RowState.MISSING and row.last_error is not None:
        return diagnose(row.last_error.error).short
    if state in (RowState.ASKING, RowState.MISSING) and gateway is not None:
        return unanswered_word(state, gateway)
    return row_state_word(state)


def unanswered_word(state: RowState, gateway: GatewayStatus) -> str:
    """The word for a row that is asked for or missing, at a gateway in this state."""
    if gateway.error is not None and gateway.state is not GatewayState.SLOWED:
        return diagnose(gateway.error, of_all=True).short
    if state is RowState.ASKING and gateway.state in _NOT_ASKED:
        return _("not asked yet")
    return row_state_word(state)
