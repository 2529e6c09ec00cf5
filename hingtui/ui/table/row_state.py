"""The colour of the state of a row. Its icon and word are in `monitor.state_words`."""

from __future__ import annotations

from rich.style import Style

from hingtui.monitor import RowState
from hingtui.ui.theme.palette import Palette


def row_state_style(state: RowState, palette: Palette) -> Style:
    """The colour of a state."""
    match state:
        case RowState.GENERATING | RowState.DOWNLOADING:
            return palette.primary
        case RowState.READY:
            return palette.success + palette.strong
        case RowState.SAVED:
            return palette.success
        case RowState.FAILED | RowState.EXPIRED:
            return palette.error
        case RowState.STALLED | RowState.WAITING | RowState.MISSING | RowState.UNKNOWN:
            return palette.warning
        case _:
            return palette.muted
