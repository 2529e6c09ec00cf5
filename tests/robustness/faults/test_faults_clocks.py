"""Faults while polling: a clock that is wrong here, or at the gateway.

The whole monitor over real sockets.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import RateLimited
from tests.robustness.faults.downloads import DATA
from tests.robustness.faults.faulty_watch import faulty_watch
from tests.servers.sockets import answer
from tests.support.clock import date
from tests.support.keys import keys

HOURS = 3600.0


@pytest.mark.parametrize("off", [-30 * HOURS, -8 * HOURS, 8 * HOURS, 14 * HOURS, 30 * HOURS])
async def test_countdowns_follow_the_date_header(tmp_path: Path, off: float) -> None:
    async with faulty_watch(tmp_path) as here:
        true = here.clock.time() + off
        here.gateway.file("a", DATA, completed_at=int(true), expires_at=int(true) + 3600)
        here.gateway.date = date(true)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert ends.at - here.monitor.now() == pytest.approx(3600, abs=2)
        assert here.row("a").can_be_downloaded(here.monitor.now())


async def test_a_machine_without_the_time_follows_the_date_header(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        true = here.clock.time()
        here.clock.now = here.clock.started = 1000.0  # a computer without a battery for its clock
        here.gateway.file("a", DATA, completed_at=int(true), expires_at=int(true) + 3600)
        here.gateway.date = date(true)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert ends.at - here.monitor.now() == pytest.approx(3600, abs=2)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        date(4_102_444_800),
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "yesterday",
        "Mon, 10 Nov 2025 99:99:99 GMT",
        "0",
        "-1",
        "9" * 400,
        "Mon, 10 Nov 2025 15:50:02 +9999",
        "\xff\xfe",
    ],
)
async def test_an_absurd_date_header_is_ignored(tmp_path: Path, value: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.date = value
        await here.watch("a")
        assert here.monitor.now() == here.clock.time()
        row = here.row("a")
        assert row.can_be_downloaded(here.monitor.now())
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_a_retry_after_date_is_relative_to_the_date_header(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        await here.watch("a")
        for off in (0.0, 9 * HOURS, -40 * 365 * 24 * HOURS):
            there = here.clock.time() + off
            response = answer(429, retry_after=date(there + 50), date=date(there))
            here.gateway.fault("/v1/videos/a", response)
            here.monitor.ask(keys("a"))
            await here.look()
            assert isinstance(here.gateway_status.error, RateLimited)
            assert here.gateway_status.error.retry_after == pytest.approx(50, abs=1)
            await here.look(after=60, times=2)
