"""A small sample of `python3 -m tests.robustness.kills`."""

from __future__ import annotations

from tests.robustness.kills.run import kill


def test_processes_killed_at_any_moment_lose_no_data(thorough: bool) -> None:
    kills = 15 if thorough else 1
    record = kill(kills, seed=2)
    assert record.total >= kills  # several can be killed at one moment
    assert record.breaches == []
