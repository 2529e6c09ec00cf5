"""Keep glibc's malloc small. Other C libraries are left as they are.

It keeps an arena for each thread, whose free memory is rarely returned to the system.
"""

from __future__ import annotations

import logging
import sys

_M_ARENA_MAX = -8
"""As in glibc's malloc.h."""

_log = logging.getLogger(__name__)


def share_malloc_arenas() -> None:
    """Let threads that start from now on share the existing arenas: they take turns anyway."""
    _call("mallopt", _M_ARENA_MAX, 1)


def trim_malloc() -> None:
    """Give free memory back to the system."""
    _call("malloc_trim", 0)


def _call(name: str, *numbers: int) -> None:
    """Call this function of glibc's malloc; do nothing where there is no glibc."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        function = getattr(ctypes.CDLL(None), name, None)  # musl has none of them
    except (ImportError, OSError) as error:  # a Python without libffi, a static one
        _log.info("malloc cannot be configured: %s", error)
        return
    if function is not None:
        function(*numbers)
