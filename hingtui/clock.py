"""Knows what time it is and how to wait; knows nothing of what is waited for.

Everything that looks at a clock is given one, so that a test can move time by hand.
"""

from __future__ import annotations

import asyncio
import threading
import time


class Clock:
    """This machine's clock."""

    def time(self) -> float:
        """Now, in Unix seconds. It can jump: use it to show, never to measure."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that only ever grow: use them to measure."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let the event loop go on for `seconds`."""
        await asyncio.sleep(seconds)

    async def wait_for(self, event: asyncio.Event, seconds: float | None) -> bool:
        """Wait for `event`, at most `seconds` (None: for ever); whether it came."""
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Block this thread until `event` is set or `seconds` are over; True when it was set."""
        return event.wait(seconds)
