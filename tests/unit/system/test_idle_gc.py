"""Full garbage collections wait until the program is idle."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from hingtui.system.idle_gc import CHECK_EVERY, IDLE_AFTER, collect_when_idle
from tests.support.clock import FakeClock


class Collecting:
    """The loop at work, with a collector that only counts."""

    def __init__(self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.smaller = gc.get_threshold()[2]
        """Smaller collections since the last full one: as many as CPython makes at most."""
        self.full = 0
        self.idle = IDLE_AFTER
        self._clock = clock
        monkeypatch.setattr(gc, "get_count", lambda: (0, 0, self.smaller))
        monkeypatch.setattr(gc, "collect", self._collect)

    def _collect(self) -> None:
        self.full += 1
        self.smaller = 0

    async def look(self) -> None:
        """Let it look once more."""
        self._clock.advance(CHECK_EVERY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.fixture
async def collecting(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Collecting]:
    collecting = Collecting(clock, monkeypatch)
    task = asyncio.create_task(collect_when_idle(clock, lambda: collecting.idle))
    await asyncio.sleep(0)
    yield collecting
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_garbage_is_collected_once_the_program_is_idle(collecting: Collecting) -> None:
    collecting.idle = IDLE_AFTER / 2
    await collecting.look()
    assert collecting.full == 0
    collecting.idle = IDLE_AFTER
    await collecting.look()
    await collecting.look()
    assert collecting.full == 1


async def test_little_garbage_is_left_alone(collecting: Collecting) -> None:
    collecting.smaller -= 1
    await collecting.look()
    assert collecting.full == 0


async def test_the_threshold_of_full_collections_is_raised_meanwhile(clock: FakeClock) -> None:
    before = gc.get_threshold()
    task = asyncio.create_task(collect_when_idle(clock, lambda: 0.0))
    await asyncio.sleep(0)
    try:
        assert gc.get_threshold()[:2] == before[:2]
        assert gc.get_threshold()[2] == 10 * before[2]
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert gc.get_threshold() == before
