"""How well a gateway has worked: usual duration, failures, trend."""

from __future__ import annotations

import pytest

from hingtui.model.video import Status, Video
from hingtui.monitor.gateway_health import Ended, Health, ended_rows, health_of
from hingtui.monitor.row import Row
from tests.support.clock import EPOCH

DAY = 86_400.0
VEO, WAN = ("veo", 8.0), ("wan", 5.0)


def took(seconds: float, days_ago: float, kind: tuple[str, float] = VEO) -> Ended:
    return Ended("lab", kind, EPOCH - days_ago * DAY, seconds)


def failed(days_ago: float = 1.0) -> Ended:
    return Ended("lab", VEO, EPOCH - days_ago * DAY, has_failed=True)


def health(*ended: Ended, gateway: str = "lab") -> Health:
    return health_of(ended, gateway, EPOCH)


def test_the_median_and_p90_durations_are_reported() -> None:
    found = health(*(took(seconds, 2) for seconds in range(10, 110, 10)))
    assert (found.count, found.median, found.p90) == (10, 55, 90)


def test_failures_count_but_not_in_the_durations() -> None:
    found = health(took(60, 2), failed(), failed())
    assert (found.failed, found.count, found.median) == (2, 3, 60)


def test_other_gateways_and_older_weeks_do_not_count() -> None:
    assert health(took(60, 8), failed(9)) == Health()
    assert health(took(60, 2), gateway="relay") == Health()


@pytest.mark.parametrize(("today", "trend"), [(150, 0.5), (105, 0.0), (95, 0.0), (50, -0.5)])
def test_the_last_day_is_compared_with_the_days_before(today: float, trend: float) -> None:
    found = health(*[took(100, 3)] * 4, *[took(today, 0.5)] * 3)
    assert found.trend == pytest.approx(trend)


def test_a_slower_model_makes_no_slower_gateway() -> None:
    before = [took(100, 3)] * 4 + [took(400, 3, WAN)] * 4
    assert health(*before, *[took(400, 0.5, WAN)] * 5).trend == 0


@pytest.mark.parametrize(("earlier", "recent"), [(2, 5), (5, 2)])
def test_too_few_videos_make_no_trend(earlier: int, recent: int) -> None:
    assert health(*[took(100, 3)] * earlier, *[took(300, 0.5)] * recent).trend is None


def test_rows_that_have_ended_count_and_no_others() -> None:
    videos = [
        Video("a", Status.READY, created_at=EPOCH, completed_at=EPOCH + 60),
        Video("b", Status.FAILED, created_at=EPOCH, completed_at=EPOCH + 5),
        Video("c", Status.GENERATING, created_at=EPOCH, completed_at=EPOCH),
        Video("d", Status.READY),
    ]
    rows = [Row(video.id, EPOCH, video=video, gateway="lab") for video in videos]
    ended = ended_rows([*rows, Row("e", EPOCH)])
    assert [(one.seconds, one.has_failed) for one in ended] == [
        (60, False),
        (None, True),
        (None, False),
    ]
