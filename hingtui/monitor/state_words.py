"""How the state of a row is written: an icon and a word."""

from __future__ import annotations

from hingtui.monitor.status_counts import RowState
from hingtui.text.i18n import _, in_all_languages, mark

_ICONS = {
    # Only characters that no terminal draws double-wide, and no two states look alike.
    RowState.ASKING: "∙",
    RowState.MISSING: "?",
    RowState.QUEUED: "◌",
    RowState.GENERATING: "▸",
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
    RowState.MISSING: mark("not known yet"),
    RowState.QUEUED: mark("queued"),
    RowState.GENERATING: mark("generating"),
    RowState.READY: mark("ready"),
    RowState.DOWNLOADING: mark("downloading"),
    RowState.WAITING: mark("waiting"),
    RowState.SAVED: mark("saved"),
    RowState.FAILED: mark("failed"),
    RowState.EXPIRED: mark("expired"),
    RowState.UNKNOWN: mark("unknown"),
}


def row_state_icon(state: RowState) -> str:
    """The sign of a state, one cell wide everywhere."""
    return _ICONS[state]


def row_state_word(state: RowState) -> str:
    """The word for a state, in the language in use."""
    return _(_WORDS[state])


def row_state_words(state: RowState) -> tuple[str, ...]:
    """The words for a state in every language: a person may type any of them."""
    return in_all_languages(_WORDS[state])
