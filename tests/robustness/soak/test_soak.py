"""A short version of `python3 -m tests.robustness.soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.robustness.soak.__main__ import grown
from tests.robustness.soak.abandoned import abandon
from tests.robustness.soak.day import live
from tests.robustness.soak.gauges import Reading

STEADY = Reading(memory=60.0, descriptors=20, threads=10, tasks=5, connections=8)


async def test_hundreds_of_abandoned_requests_leave_the_client_usable(thorough: bool) -> None:
    before, after, outcomes = await abandon(1000 if thorough else 30, seed=1)
    assert outcomes["usable afterwards"] == 100
    assert outcomes["CancelledError"] > (100 if thorough else 10)
    assert grown(before, after) == []


@pytest.mark.slow
async def test_a_quarter_hour_of_watching_leaks_no_resources(tmp_path: Path) -> None:
    readings = [r async for _hour, r, _day in live(tmp_path, hours=0.25, videos=10, seed=1)]
    assert [line for line in grown(readings[3], readings[-1]) if "memory" not in line] == []


def test_growth_is_reported() -> None:
    assert grown(STEADY, STEADY) == []
    more = Reading(memory=65.5, descriptors=90, threads=10, tasks=5, connections=8)
    assert grown(STEADY, more) == [
        "memory grew by 5.5 MB",
        "70 descriptors more than after the warm-up",
    ]
