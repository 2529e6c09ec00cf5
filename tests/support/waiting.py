"""Wait for what another thread or process does. Where the clock is injected, move it instead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

TIMEOUT = 30.0
"""Seconds after which a test gives up waiting for what never comes."""


async def until(true: Callable[[], object]) -> None:
    """Let the event loop go on until something is true."""
    async with asyncio.timeout(TIMEOUT):
        while not true():  # noqa: ASYNC110 - anything may make it true, not one event
            await asyncio.sleep(0.001)


def wait_until(true: Callable[[], object], what: str, within: float = TIMEOUT) -> None:
    """Block until something is true; `what` names it where it never is."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"never so: {what}"
        time.sleep(0.005)
