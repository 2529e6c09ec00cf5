"""A thread pool for an event loop that shows whether its threads are busy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class CountingPool(ThreadPoolExecutor):
    """A thread pool that records its pending work."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.workers = workers
        self.pending: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future = super().submit(fn, *args, **more)
        self.pending.add(future)
        future.add_done_callback(self.pending.discard)
        return future

    def warm_up(self) -> None:
        """Start all threads of the pool."""
        barrier = threading.Barrier(self.workers + 1)
        for _ in range(self.workers):
            self.submit(barrier.wait)
        barrier.wait()


def awaitable(future: Future[Any]) -> asyncio.Future[Any]:
    """Wrap the future for waiting; its error is left to the code that submitted it."""
    waiting = asyncio.wrap_future(future)
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    return waiting
