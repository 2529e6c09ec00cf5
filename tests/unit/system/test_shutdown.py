"""How the process handles signals and its exit status."""

from __future__ import annotations

import asyncio
import queue
import signal
import sys
import threading

import pytest

from hingtui.system.shutdown import Process

if sys.platform == "win32":
    pytest.skip("signals are needed", allow_module_level=True)

SOON = 10.0
"""Seconds after which a test gives up."""


def test_a_hanging_thread_does_not_delay_the_exit() -> None:
    released, is_there = threading.Event(), threading.Event()

    def hang() -> None:
        is_there.set()
        released.wait(SOON)

    async def work() -> str:
        asyncio.get_running_loop().run_in_executor(None, hang)
        await asyncio.to_thread(is_there.wait, SOON)
        return "done"

    try:
        assert Process().run(work()) == "done"
        assert not released.is_set()
        assert any(thread.name.startswith("asyncio") for thread in threading.enumerate())
    finally:
        released.set()


def test_a_signal_before_the_callback_is_set_calls_it_later() -> None:
    process = Process()
    statuses = queue.SimpleQueue[int]()
    with process.handling_signals():
        process.forward_signals()
        signal.raise_signal(signal.SIGTERM)
        assert process.is_stopping_within(SOON)
        process.on_stop_signal(statuses.put)
        assert statuses.get(timeout=SOON) == 143


def test_the_first_exit_status_counts() -> None:
    process = Process()
    with process.handling_signals():
        process.forward_signals()
        process.end(0)
        signal.raise_signal(signal.SIGTERM)
        assert process.status == 0


def test_a_signal_during_the_imports_interrupts_after_them() -> None:
    process = Process()
    with process.handling_signals():
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            process.be_interruptible()
        assert process.status == 143


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = Process()
        with process.handling_signals():
            process.forward_signals()
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert process.status is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_old_signal_handlers_are_restored() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    with Process().handling_signals():
        pass
    process = Process()
    with process.handling_signals():
        process.forward_signals()
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.set_wakeup_fd(-1) == -1
