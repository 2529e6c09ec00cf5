"""Release memory that Textual, Rich and the C library keep for what is no longer drawn.

Rich keeps 16,384 pieces of text, Textual the lines of a thousand closed dialogs, and glibc's malloc
a store of its own for each thread that ever asked, torn to shreds: 30 MB in the course of a day.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections.abc import Iterator

from hingtui.system.clock import Clock

EVERY = 600.0
"""Seconds between two times of forgetting; what is still shown is soon known again."""
_REMEMBERING = ("rich", "textual")
_M_ARENA_MAX = -8
"""As in glibc's malloc.h."""

_log = logging.getLogger(__name__)


async def stay_small(clock: Clock) -> None:
    """See to it for ever, beside the event loop."""
    # Threads that come from now on share the stores there are: they take turns anyway.
    _tell_malloc("mallopt", _M_ARENA_MAX, 1)
    while True:
        await clock.sleep(EVERY)
        await asyncio.to_thread(forget)


def forget() -> None:
    """Forget what is only remembered for speed, and give the memory back to the system."""
    for cache in caches():
        cache.cache_clear()
    _tell_malloc("malloc_trim", 0)


def caches() -> Iterator[functools._lru_cache_wrapper[object]]:
    """What remembers the results of functions and methods of the libraries that draw."""
    for name, module in tuple(sys.modules.items()):
        if name.split(".")[0] not in _REMEMBERING:
            continue
        for thing in tuple(vars(module).values()):
            parts = tuple(vars(thing).values()) if isinstance(thing, type) else ()
            for part in (thing, *parts):
                found = part.__func__ if isinstance(part, classmethod | staticmethod) else part
                if isinstance(found, functools._lru_cache_wrapper):
                    yield found


def _tell_malloc(name: str, *numbers: int) -> None:
    """Call this function of glibc's malloc; elsewhere nothing."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        function = getattr(ctypes.CDLL(None), name, None)  # musl has none of them
    except (ImportError, OSError) as error:  # a Python without libffi, a static one
        _log.info("malloc cannot be told anything: %s", error)
        return
    if function is not None:
        function(*numbers)
