"""What the history screen is given by the dashboard. Must not import Textual."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.key import VideoKey
from hingtui.system.open_file import Opened
from hingtui.ui.history_view import HistoryView

if TYPE_CHECKING:
    from hingtui.ui.keys import LiveKeys  # imports Textual


@dataclass(frozen=True, slots=True)
class HistoryContext:
    """What the screen is given."""

    open_view: Callable[[], HistoryView]
    """Opens the history; blocks."""
    now: Callable[[], float]
    """Unix seconds."""
    watch: Callable[[VideoKey], bool]
    """Watches a video again; whether it was not watched."""
    copy: Callable[[str], None]
    """Puts a text on the clipboard."""
    play: Callable[[Path], Awaitable[Opened]]
    """Opens a file in the player."""
    reveal: Callable[[Path], Awaitable[Opened]]
    """Shows the folder of a file."""
    keys: LiveKeys
