"""Release memory that Textual, Rich and the C library keep for what is no longer drawn.

Textual 8.2.8 keeps a thousand blank lines and styles, and Rich 16,384 pieces of text (what closed
dialogs leave: `closed_screens`). glibc's malloc keeps an arena for each thread, whose free memory
is rarely returned to the system. Together they take 30 MB in the course of a day.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Iterator

from hingtui.system.clock import Clock
from hingtui.system.malloc import share_malloc_arenas, trim_malloc

TRIM_EVERY = 600.0
"""Seconds between two trims; what is still shown is soon cached again."""
_LIBRARIES = ("rich", "textual")


async def trim_caches(clock: Clock) -> None:
    """Trim every ten minutes, for ever, in a thread."""
    share_malloc_arenas()
    while True:
        await clock.sleep(TRIM_EVERY)
        await asyncio.to_thread(trim)


def trim() -> None:
    """Clear all caches of the drawing libraries and give the memory back to the system."""
    for cache in drawing_caches():
        cache.cache_clear()
    trim_malloc()


def drawing_caches() -> Iterator[functools._lru_cache_wrapper[object]]:
    """The `lru_cache` of every function and method of the libraries that draw."""
    for name, module in tuple(sys.modules.items()):
        if name.split(".")[0] not in _LIBRARIES:
            continue
        for thing in tuple(vars(module).values()):
            parts = tuple(vars(thing).values()) if isinstance(thing, type) else ()
            for part in (thing, *parts):
                found = part.__func__ if isinstance(part, classmethod | staticmethod) else part
                if isinstance(found, functools._lru_cache_wrapper):
                    yield found
