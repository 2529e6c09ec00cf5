"""How far a download is. It imports nothing else of this package: each row has one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What a download is doing."""

    CONNECTING = "connecting"
    RECEIVING = "receiving"
    RETRYING = "retrying"
    VERIFYING = "verifying"
    DONE = "done"


@dataclass(slots=True)
class Progress:
    """How far a download is: written by its thread, read by anyone."""

    received: int = 0
    """Bytes that are on the disk."""
    total: int | None = None
    """Bytes of the whole file, where known."""
    speed: float = 0.0
    """Bytes a second, smoothed over some seconds."""
    phase: Phase = Phase.CONNECTING
