"""Collect garbage while there is no input.

A full collection visits every object at once, which stops the event loop for 40–180 ms. CPython
runs one after every tenth smaller collection, often while a dialog closes, because that leaves much
garbage. From Python 3.14 on it collects in small steps, and ignores the threshold set here.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from hingtui.system.clock import Clock

CHECK_EVERY = 2.0
"""Seconds between two checks whether there is something to collect."""
IDLE_AFTER = 1.0
"""Seconds without input after which a pause is not felt."""
_AT_MOST = 100
"""Smaller collections after which CPython runs a full one anyway: some 700,000 objects."""


async def collect_when_idle(clock: Clock, idle_for: Callable[[], float]) -> None:
    """Make the full collections, for ever; `idle_for` gives the seconds since the last input.

    There are as many as CPython would make, only later.
    """
    before = gc.get_threshold()
    gc.set_threshold(before[0], before[1], _AT_MOST)
    try:
        while True:
            await clock.sleep(CHECK_EVERY)
            if gc.get_count()[2] >= before[2] and idle_for() >= IDLE_AFTER:
                gc.collect()
    finally:
        gc.set_threshold(*before)
