"""When to ask again, how long it may still take, and how much a host may be asked."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.model import eta as schedule
from hingtui.model.errors import Backoff
from hingtui.model.eta import Pace, ask_again_in, expiry, first_pace, remaining
from hingtui.model.video import USUAL_LIFE, Status, Video
from hingtui.monitor.rate_limiter import FULL_RATE, RateLimiter

START = 1_762_789_802.0
times = st.floats(0, 10_000)
percents = st.floats(0, 100)


def pace(*seen: tuple[float, float]) -> Pace:
    """A pace of (seconds after the start, per cent) that were seen."""
    at, progress = seen[0]
    video = Video("v", Status.GENERATING, progress=progress, created_at=START)
    found = first_pace(video, START + at)
    for at, progress in seen[1:]:
        found = found.seen(progress, START + at)
    return found


def test_steady_progress_gives_the_time_that_is_left() -> None:
    assert remaining(pace((0, 0), (10, 10), (20, 20)), START + 20, None) == pytest.approx(80)


def test_no_progress_at_all_gives_no_estimate_without_experience() -> None:
    assert remaining(pace((0, 0), (30, 0)), START + 30, None) is None


def test_experience_stands_in_for_progress() -> None:
    assert remaining(pace((0, 0)), START + 30, 90) == pytest.approx(60)


def test_the_first_per_cents_tell_less_than_experience() -> None:
    assert remaining(pace((0, 0), (5, 1)), START + 5, 90) == pytest.approx(85)


def test_a_progress_that_has_stopped_gives_no_estimate() -> None:
    stopped = pace((0, 0), (10, 50))
    assert schedule.is_stalled(stopped, START + 500)
    assert remaining(stopped, START + 500, None) is None


def test_a_progress_that_falls_back_is_measured_anew() -> None:
    fallen = pace((0, 0), (10, 80), (20, 10))
    assert fallen.latest == 10
    assert fallen.first == 10


def test_an_unknown_status_is_asked_about_slowly() -> None:
    assert ask_again_in(Status.UNKNOWN, pace((0, 0)), START, None) == schedule.SLOW


def test_the_end_is_asked_about_more_often_than_the_beginning() -> None:
    begun = pace((0, 0), (10, 10), (11, 11))
    nearly = pace((0, 0), (10, 10), (90, 90), (91, 91))
    soon = ask_again_in(Status.GENERATING, nearly, START + 91, None)
    assert soon < ask_again_in(Status.GENERATING, begun, START + 11, None)


@given(st.lists(st.tuples(times, percents), min_size=1, max_size=20), times, st.none() | times)
def test_every_pace_is_asked_about_within_bounds(
    seen: list[tuple[float, float]], after: float, usual: float | None
) -> None:
    seen.sort()
    now = START + seen[-1][0] + after
    wait = ask_again_in(Status.GENERATING, pace(*seen), now, usual)
    assert schedule.SOONEST <= wait <= schedule.LATEST
    left = remaining(pace(*seen), now, usual)
    assert left is None or left >= 0


@given(st.integers(0, 10_000), st.integers(0, 2**32))
def test_waiting_after_failures_is_bounded(failures: int, seed: int) -> None:
    assert 0 < Backoff(2.0, 60.0).after(failures, random.Random(seed)) <= 60 * 1.25  # noqa: S311 - jitter


def test_an_expiry_is_the_servers_word_where_it_gives_one() -> None:
    told = Video("v", Status.READY, completed_at=START, expires_at=START + 600)
    assert expiry(told, None) == schedule.Expiry(START + 600, schedule.Basis.SERVER)


def test_an_expiry_that_is_not_told_is_an_hour_after_the_end_and_an_estimate() -> None:
    silent = Video("v", Status.READY, completed_at=START)
    assert expiry(silent, None) == schedule.Expiry(START + USUAL_LIFE, schedule.Basis.ESTIMATE)
    assert expiry(Video("v", Status.READY), START) == expiry(silent, None)
    assert expiry(Video("v", Status.READY), None) is None
    assert expiry(Video("v", Status.GENERATING, expires_at=START), None) is None


def test_the_end_of_a_signed_link_is_exact() -> None:
    signed = Video("v", Status.READY, expires_at=START + 600, expires_by_link=True)
    ends = expiry(signed, None)
    assert ends == schedule.Expiry(START + 600, schedule.Basis.LINK)
    assert not ends.is_estimate


def test_an_estimate_follows_the_usual_life_of_the_gateway() -> None:
    video = Video("v", Status.READY, completed_at=START, usual_life=86_400)
    assert expiry(video, None) == schedule.Expiry(START + 86_400, schedule.Basis.ESTIMATE)


def test_an_own_machine_keeps_its_files() -> None:
    video = Video("v", Status.READY, completed_at=START, usual_life=math.inf)
    assert expiry(video, None) is None


def limiter() -> RateLimiter:
    return RateLimiter(random.Random(1))  # noqa: S311 - the same jitter in every run


def test_a_host_is_asked_at_most_at_the_full_rate() -> None:
    host = limiter()
    sent = 0
    for tick in range(600):
        now = tick / 10
        while host.wait(now) == 0:
            host.spend(now)
            sent += 1
    assert sent <= 60 * FULL_RATE + 10


def test_a_429_halves_the_pace_and_it_recovers_by_itself() -> None:
    host = limiter()
    host.slow_down(0, 10)
    assert host.wait(5) == pytest.approx(5)
    assert host.wait(10) == 0
    host.spend(10)
    slow = host.wait(10)
    for _ in range(50):
        host.succeeded()
    assert host.wait(10) < slow
