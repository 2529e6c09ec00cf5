"""What happened in this run: what toasts said, and every change of a video or a gateway.

Must not import Textual.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from hingtui.model.key import VideoKey

MOST_EVENTS = 500


class EventKind(Enum):
    """What an event is about; it decides the icon and the colour."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    READY = "ready"
    SAVED = "saved"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Event:
    """One sentence about something that happened."""

    at: float
    """Unix seconds, this machine's clock."""
    text: str
    """Plain and cleaned, on one line."""
    kind: EventKind = EventKind.NOTE
    key: VideoKey | None = None
    """The video that it is about, if it is about one."""


class EventLog:
    """The last events of this run."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` gives Unix seconds."""
        self._now = now
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self.count = 0
        """Events so far, those that are no longer kept included."""

    def add(self, text: str, kind: EventKind = EventKind.NOTE, key: VideoKey | None = None) -> None:
        """Note that this has happened now."""
        self._events.append(Event(self._now(), text, kind, key))
        self.count += 1

    def newest_first(self) -> Iterator[Event]:
        """All that are kept."""
        return reversed(self._events)
