"""The poll interval, the remaining time and the expiry of a video."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.model.eta import (
    LATEST,
    SLOW,
    SOONEST,
    Basis,
    Expiry,
    Pace,
    expiry,
    first_pace,
    is_stalled,
    poll_interval,
    remaining,
)
from hingtui.model.video import USUAL_LIFE, Status, Video

START = 1_762_789_802.0
times = st.floats(0, 10_000)
percents = st.floats(0, 100)


def pace(*seen: tuple[float, float]) -> Pace:
    """The pace of these observations: (seconds after the start, per cent)."""
    at, progress = seen[0]
    video = Video("v", Status.GENERATING, progress=progress, created_at=START)
    found = first_pace(video, START + at)
    for at, progress in seen[1:]:
        found = found.seen(progress, START + at)
    return found


def test_steady_progress_gives_the_remaining_time() -> None:
    assert remaining(pace((0, 0), (10, 10), (20, 20)), START + 20, None) == pytest.approx(80)


def test_without_progress_or_past_durations_there_is_no_estimate() -> None:
    assert remaining(pace((0, 0), (30, 0)), START + 30, None) is None


def test_without_progress_the_usual_duration_gives_the_estimate() -> None:
    assert remaining(pace((0, 0)), START + 30, 90) == pytest.approx(60)


def test_the_usual_duration_outranks_the_first_per_cents() -> None:
    assert remaining(pace((0, 0), (5, 1)), START + 5, 90) == pytest.approx(85)


def test_stalled_progress_gives_no_estimate() -> None:
    stopped = pace((0, 0), (10, 50))
    assert is_stalled(stopped, START + 500)
    assert remaining(stopped, START + 500, None) is None


def test_progress_that_falls_restarts_the_measurement() -> None:
    fallen = pace((0, 0), (10, 80), (20, 10))
    assert fallen.latest == 10
    assert fallen.first == 10


def test_an_unknown_status_is_polled_slowly() -> None:
    assert poll_interval(Status.UNKNOWN, pace((0, 0)), START, None) == SLOW


def test_polling_is_faster_near_the_end() -> None:
    begun = pace((0, 0), (10, 10), (11, 11))
    nearly = pace((0, 0), (10, 10), (90, 90), (91, 91))
    soon = poll_interval(Status.GENERATING, nearly, START + 91, None)
    assert soon < poll_interval(Status.GENERATING, begun, START + 11, None)


@given(st.lists(st.tuples(times, percents), min_size=1, max_size=20), times, st.none() | times)
def test_the_poll_interval_stays_within_bounds(
    seen: list[tuple[float, float]], after: float, usual: float | None
) -> None:
    seen.sort()
    now = START + seen[-1][0] + after
    wait = poll_interval(Status.GENERATING, pace(*seen), now, usual)
    assert SOONEST <= wait <= LATEST
    left = remaining(pace(*seen), now, usual)
    assert left is None or left >= 0


def test_a_stated_expiry_is_used() -> None:
    stated = Video("v", Status.READY, completed_at=START, expires_at=START + 600)
    assert expiry(stated, None) == Expiry(START + 600, Basis.SERVER)


def test_an_unstated_expiry_is_estimated_an_hour_after_completion() -> None:
    unstated = Video("v", Status.READY, completed_at=START)
    assert expiry(unstated, None) == Expiry(START + USUAL_LIFE, Basis.ESTIMATE)
    assert expiry(Video("v", Status.READY), START) == expiry(unstated, None)
    assert expiry(Video("v", Status.READY), None) is None
    assert expiry(Video("v", Status.GENERATING, expires_at=START), None) is None


def test_the_expiry_of_a_signed_link_is_no_estimate() -> None:
    signed = Video("v", Status.READY, expires_at=START + 600, expires_by_link=True)
    ends = expiry(signed, None)
    assert ends == Expiry(START + 600, Basis.LINK)
    assert not ends.is_estimate


def test_the_gateways_usual_lifetime_gives_the_estimate() -> None:
    video = Video("v", Status.READY, completed_at=START, usual_life=86_400)
    assert expiry(video, None) == Expiry(START + 86_400, Basis.ESTIMATE)


def test_an_infinite_lifetime_means_no_expiry() -> None:
    video = Video("v", Status.READY, completed_at=START, usual_life=math.inf)
    assert expiry(video, None) is None
