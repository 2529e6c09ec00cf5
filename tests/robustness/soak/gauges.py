"""Measure the memory, descriptors, threads and tasks of this process."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from dataclasses import astuple, dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_WORDS = "{:>7} {:>9} {:>12} {:>8} {:>6} {:>12}"
HEADINGS = _WORDS.format("hour", "MB", "descriptors", "threads", "tasks", "connections")


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement. `memory` is resident, in MB."""

    memory: float
    descriptors: int
    threads: int
    tasks: int
    connections: int
    """Connections in the client's pool."""

    def line(self, hour: float) -> str:
        """As a line of a table."""
        memory, *counts = astuple(self)
        return _WORDS.format(f"{hour:.1f}", f"{memory:.1f}", *counts)


def read(connections: int) -> Reading:
    """Measure this process after a garbage collection."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return Reading(
        memory=pages * _PAGE / 1e6,
        descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names, not paths
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
        connections=connections,
    )
