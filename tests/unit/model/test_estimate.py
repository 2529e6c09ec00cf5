"""Estimates of the remaining time, their basis, and when a video is stalled."""

from __future__ import annotations

import pytest

from hingtui.model.estimate import (
    NOTHING_KNOWN,
    EarlierVideos,
    Estimate,
    EstimateBasis,
    estimate,
    has_stalled,
    longest_still,
)
from hingtui.model.eta import Pace, first_pace
from hingtui.model.video import Status, Video

START = 1_762_789_802.0
TWENTY = EarlierVideos.of([*range(60, 79), 200])


def pace(*seen: tuple[float, float]) -> Pace:
    """What (seconds since the creation, progress) were observed."""
    video = Video("v", Status.GENERATING, created_at=START, progress=seen[0][1])
    found = first_pace(video, START + seen[0][0])
    for at, progress in seen[1:]:
        found = found.seen(progress, START + at)
    return found


def left(found: Pace, at: float, earlier: EarlierVideos = NOTHING_KNOWN) -> Estimate | None:
    return estimate(found, START + at, earlier)


def test_moving_progress_is_the_basis_of_an_estimate() -> None:
    found = left(pace((0, 0), (10, 10), (20, 20)), 20, EarlierVideos.of([500] * 9))
    assert found is not None
    assert (found.basis, found.earlier) == (EstimateBasis.PROGRESS, 0)
    assert found.seconds == pytest.approx(80)


def test_without_progress_earlier_videos_are_the_basis() -> None:
    found = left(pace((0, 0)), 30, EarlierVideos.of([80, 90, 100]))
    assert found == Estimate(60, EstimateBasis.EARLIER, 3)


def test_only_earlier_videos_that_took_longer_than_this_one_count() -> None:
    found = left(pace((0, 0)), 85, EarlierVideos.of([20, 40, 80, 95, 105]))
    assert found is not None
    assert found.seconds == 15


def test_beyond_all_earlier_videos_the_age_gives_the_estimate() -> None:
    found = left(pace((0, 0)), 200, EarlierVideos.of([80, 90]))
    assert found is not None
    assert found.seconds == pytest.approx(60)


@pytest.mark.parametrize("seen", [((0, 0),), ((0, 0), (20, 3))])
def test_little_progress_and_no_earlier_video_give_no_estimate(
    seen: tuple[tuple[float, float], ...],
) -> None:
    assert left(pace(*seen), 25) is None


def test_a_progress_of_99_gives_no_estimate() -> None:
    almost = pace((0, 0), (40, 80), (50, 99))
    assert left(almost, 51) is None
    found = left(almost, 51, EarlierVideos.of([100]))
    assert found == Estimate(49, EstimateBasis.EARLIER, 1)


def test_an_overdue_estimate_from_progress_yields_to_earlier_videos() -> None:
    overdue = pace((0, 0), (40, 80), (45, 90))
    assert left(overdue, 51) is None
    found = left(overdue, 51, EarlierVideos.of([100]))
    assert found is not None
    assert found.basis is EstimateBasis.EARLIER


def test_without_progress_a_duration_beyond_19_of_20_means_stalled() -> None:
    silent = pace((0, 0))
    assert not has_stalled(silent, START + 78, TWENTY)
    assert has_stalled(silent, START + 79, TWENTY)


def test_a_standstill_beyond_19_of_20_means_stalled() -> None:
    earlier = EarlierVideos.of([60], [*range(40, 59), 500])
    standing = pace((0, 0), (10, 30))
    assert not has_stalled(standing, START + 68, earlier)
    assert has_stalled(standing, START + 69, earlier)


def test_nothing_is_stalled_within_half_a_minute() -> None:
    earlier = EarlierVideos.of([], [1.0] * 20)
    assert not has_stalled(pace((0, 0), (10, 30)), START + 40, earlier)
    assert has_stalled(pace((0, 0), (10, 30)), START + 41, earlier)


def test_with_few_earlier_videos_the_pace_so_far_decides() -> None:
    few = EarlierVideos.of([10.0] * 4, [10.0] * 4)
    standing = pace((0, 0), (10, 10), (20, 20))
    assert not has_stalled(standing, START + 45, few)
    assert has_stalled(standing, START + 51, few)
    assert not has_stalled(pace((0, 0)), START + 5000, few)


def test_the_longest_time_without_a_change_includes_the_last_one() -> None:
    assert longest_still(pace((0, 0), (40, 80), (45, 90)), START + 50) == 40
    assert longest_still(pace((0, 0), (40, 80), (45, 90)), START + 100) == 55
