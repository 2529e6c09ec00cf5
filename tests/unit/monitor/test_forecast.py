"""Which downloads will be late, and which one to cancel, worked out by hand."""

from __future__ import annotations

import random

import pytest

from hingtui.model.video import Status, Video
from hingtui.monitor import Download, Row
from hingtui.monitor.forecast import Forecast, Job, finish_times, forecast, jobs_of
from hingtui.monitor.row import DownloadState
from hingtui.monitor.transfer_speed import TransferSpeed
from tests.support.keys import key, keys

NOW = 1_762_789_802.0


def job(name: str, bytes_left: float, time_left: float, **more: object) -> Job:
    return Job(key(name), bytes_left, time_left, **more)  # type: ignore[arg-type]


def test_downloads_that_run_together_share_the_speed() -> None:
    jobs = [job("a", 100, 50, is_running=True), job("b", 300, 50, is_running=True)]
    assert finish_times(jobs, 10.0, 2) == {key("a"): 20.0, key("b"): 40.0}


def test_the_queue_goes_on_with_the_soonest_to_expire() -> None:
    jobs = [
        job("a", 100, 900, is_running=True),
        job("later", 100, 500),
        job("sooner", 100, 90),
        job("waits", 100, 10, starts_in=5),
    ]
    finished = finish_times(jobs, 10.0, 1)
    assert list(finished) == keys("a", "waits", "sooner", "later")
    assert list(finished.values()) == [10, 20, 30, 40]


def test_what_is_saved_in_time_is_not_in_the_forecast() -> None:
    assert forecast([job("a", 100, 11), job("b", 100, 21)], 10.0, 1) == Forecast(10.0, 2)


def test_it_names_the_download_whose_cancelling_saves_the_most() -> None:
    jobs = [
        job("long", 400, 3000, is_running=True),
        job("short", 100, 3000, is_running=True),
        job("soon", 200, 36),
        job("sooner", 50, 20),
    ]
    found = forecast(jobs, 10.0, 2)
    assert found.late == tuple(keys("sooner", "soon"))
    assert (found.cancel, found.saves) == (key("long"), 2)


def test_it_names_none_where_none_would_help() -> None:
    found = forecast([job("a", 1000, 5, is_running=True)], 10.0, 1)
    assert (found.late, found.cancel) == ((key("a"),), None)


def test_a_hopeless_download_can_be_the_one_to_cancel() -> None:
    jobs = [job("hopeless", 1000, 5, is_running=True), job("b", 100, 15)]
    found = forecast(jobs, 10.0, 1)
    assert (found.late, found.cancel, found.saves) == (
        tuple(keys("hopeless", "b")),
        key("hopeless"),
        1,
    )


def test_nothing_is_saved_in_time_while_nothing_arrives() -> None:
    jobs = [job("a", 10, 100, is_running=True), Job(key("own"), 10)]
    assert forecast(jobs, 0.0, 3).late == (key("a"),)


def test_every_download_finishes_once() -> None:
    chance = random.Random(3)  # noqa: S311 - the same jobs in every run
    for _round in range(50):
        jobs = [
            job(
                f"v{n}",
                chance.uniform(0, 1e9),
                chance.uniform(-5, 500),
                is_running=n < 3,
                starts_in=chance.choice((0.0, 0.0, 20.0)) if n >= 3 else 0.0,
            )
            for n in range(chance.randrange(1, 30))
        ]
        finished = finish_times(jobs, 1e6, 3)
        assert finished.keys() == {one.key for one in jobs}
        # The last byte arrives when all of them do, unless something had to wait.
        least = sum(one.bytes_left for one in jobs) / 1e6
        assert max(finished.values()) >= least - 1e-3


def row(name: str, state: DownloadState, received: int = 0, total: int | None = None) -> Row:
    download = Download(state)
    download.progress.received, download.progress.total = received, total
    video = Video(name, Status.READY, expires_at=NOW + 60)
    return Row(name, NOW, video=video, download=download)


def test_an_unknown_size_is_assumed_to_be_the_usual_one() -> None:
    waiting = row("c", DownloadState.WAITING)
    assert waiting.download is not None
    waiting.download.retry_at = 107.0
    rows = [
        row("a", DownloadState.RUNNING, 30, 100),
        row("b", DownloadState.QUEUED),
        waiting,
        row("gone", DownloadState.FAILED),
    ]
    assert jobs_of(rows, NOW, 100.0, [200, 300]) == [
        job("a", 70, 60, is_running=True),
        job("b", 200, 60, is_assumed=True),
        job("c", 200, 60, starts_in=7.0, is_assumed=True),
    ]


def test_the_speed_is_that_of_all_downloads_over_some_seconds() -> None:
    speed = TransferSpeed()
    one, two = row("a", DownloadState.RUNNING, 500, 5000), row("b", DownloadState.RUNNING)
    for second in range(5):
        for each in (one, two):
            assert each.download is not None
            each.download.progress.received += 100
        speed.sample([one, two], float(second))
    assert speed.bytes_per_second() == pytest.approx(200)
    assert one.download is not None
    one.saved_bytes, one.download = 1100, None
    speed.saved(one)
    speed.sample([two], 5.0)
    assert list(speed.sizes) == [1100]
    assert speed.bytes_per_second() == pytest.approx((200 * 4 + 100) / 5)


def test_there_is_no_speed_before_it_was_measured_for_some_seconds() -> None:
    speed = TransferSpeed()
    for second in (0.0, 1.0):
        speed.sample([row("a", DownloadState.RUNNING)], second)
        assert speed.bytes_per_second() is None
