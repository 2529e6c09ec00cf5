"""Collect garbage while nobody waits for an answer.

A full collection visits every object that is left and frees what is found, all at once: 40–180 ms
on the event loop, and CPython begins it wherever the tenth of the smaller ones ends – so closing a
dialog, which leaves much garbage, is often what waits for it. From Python 3.14 on CPython collects
in small steps, and ignores the threshold set here.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from hingtui.system.clock import Clock

LOOK = 2.0
"""Seconds between two looks at whether there is something to collect."""
REST = 1.0
"""Seconds without input after which nobody waits for anything."""
_AT_MOST = 100
"""Smaller collections after which CPython begins a full one all the same: some 700,000 objects."""


async def collect_when_idle(clock: Clock, idle_for: Callable[[], float]) -> None:
    """Make the full collections, for ever; `idle_for` gives the seconds since the last input.

    There are as many as CPython would make, only later.
    """
    before = gc.get_threshold()
    gc.set_threshold(before[0], before[1], _AT_MOST)
    try:
        while True:
            await clock.sleep(LOOK)
            if gc.get_count()[2] >= before[2] and idle_for() >= REST:
                gc.collect()
    finally:
        gc.set_threshold(*before)
