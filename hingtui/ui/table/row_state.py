"""How the state of a row is shown: icon, word and colour."""

from __future__ import annotations

from rich.style import Style

from hingtui.monitor import RowState
from hingtui.text.i18n import _
from hingtui.ui.theme.palette import Palette

_ICONS = {
    # Only characters that no terminal draws double-wide.
    RowState.ASKING: "◌",
    RowState.MISSING: "?",
    RowState.QUEUED: "◌",
    RowState.GENERATING: "▸",
    RowState.READY: "▾",
    RowState.DOWNLOADING: "▾",
    RowState.WAITING: "◌",
    RowState.SAVED: "✓",
    RowState.FAILED: "✗",
    RowState.EXPIRED: "✗",
    RowState.UNKNOWN: "?",
}


def row_state_word(state: RowState) -> str:
    """The word for a state, in the language in use."""
    return {
        RowState.ASKING: _("asking"),
        RowState.MISSING: _("not known yet"),
        RowState.QUEUED: _("queued"),
        RowState.GENERATING: _("generating"),
        RowState.READY: _("ready"),
        RowState.DOWNLOADING: _("downloading"),
        RowState.WAITING: _("waiting"),
        RowState.SAVED: _("saved"),
        RowState.FAILED: _("failed"),
        RowState.EXPIRED: _("expired"),
        RowState.UNKNOWN: _("unknown"),
    }[state]


def row_state_style(state: RowState, palette: Palette) -> Style:
    """The colour of a state."""
    match state:
        case RowState.GENERATING:
            return palette.primary
        case RowState.READY:
            return palette.success + palette.strong
        case RowState.DOWNLOADING:
            return palette.accent
        case RowState.SAVED:
            return palette.success
        case RowState.FAILED:
            return palette.error
        case RowState.WAITING | RowState.MISSING | RowState.UNKNOWN:
            return palette.warning
        case _:
            return palette.muted


def row_state_icon(state: RowState) -> str:
    """The sign of a state, one cell wide everywhere."""
    return _ICONS[state]
