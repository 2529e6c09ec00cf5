"""Run blocking work in a daemon thread of its own, which never holds up the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

NICENESS = 10
"""The nice value of such a thread, so that the screen goes first. Linux only."""

Result = TypeVar("Result")


def run_in_daemon_thread(work: Callable[[], Result], name: str) -> asyncio.Future[Result]:
    """Start `work`. The future gets its result or its exception, in the running event loop.

    At its end Python waits for the threads of a pool, but not for daemon threads.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def set_result(result: Result) -> None:
        if not future.done():
            future.set_result(result)

    def set_exception(error: Exception) -> None:
        if not future.done():
            future.set_exception(error)

    def run() -> None:
        _lower_priority()
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - raised again where the future is awaited
            _call(loop, set_exception, error)
        else:
            _call(loop, set_result, result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def _call(
    loop: asyncio.AbstractEventLoop, function: Callable[[Result], None], value: Result
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function, value)


def _lower_priority() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
