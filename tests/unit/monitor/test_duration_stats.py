"""How long earlier videos of a model took: of this run, and of the history."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.estimate import has_stalled
from hingtui.model.eta import Pace
from hingtui.model.video import Status, Video
from hingtui.monitor.duration_stats import DurationStats
from hingtui.monitor.row_filter import parse_filter
from hingtui.monitor.status_counts import RowState, row_state_of
from tests.support.clock import EPOCH
from tests.support.watch import job, watching


def finished(seconds: float, model: str = "m") -> Video:
    return Video(
        "v", Status.READY, model=model, seconds=8, created_at=EPOCH, completed_at=EPOCH + seconds
    )


def test_history_and_this_run_are_counted_together_once() -> None:
    stats = DurationStats()
    stats.record(finished(30))
    stats.fill({("m", 8): [10, 20, 30], ("other", None): [500]}, {})
    assert stats.earlier(finished(1)).durations == (10, 20, 30)
    stats.record(finished(40))
    assert stats.median(finished(1)) == 25


def test_the_last_fifty_count() -> None:
    stats = DurationStats()
    stats.fill({("m", 8): [float(n) for n in range(60)]}, {})
    assert stats.earlier(finished(1)).durations == tuple(range(10, 60))


def test_a_video_without_progress_gives_no_still_time() -> None:
    stats = DurationStats()
    silent = Pace(EPOCH, 0, EPOCH, 0, EPOCH)
    stats.record_still(finished(1), silent, EPOCH + 90)
    assert stats.earlier(finished(1)).stills == ()
    stats.record_still(finished(1), silent.seen(50, EPOCH + 60), EPOCH + 90)
    assert stats.earlier(finished(1)).stills == (60,)


def test_still_times_of_earlier_runs_find_stalls_at_once() -> None:
    stats = DurationStats()
    pace = Pace(EPOCH, 0, EPOCH, 40, EPOCH + 20)
    assert has_stalled(pace, EPOCH + 150, stats.earlier(finished(1)))  # by its own pace
    stats.fill({}, {("m", 8): [200.0] * 6})
    assert not has_stalled(pace, EPOCH + 150, stats.earlier(finished(1)))
    assert has_stalled(pace, EPOCH + 225, stats.earlier(finished(1)))


async def test_a_video_that_stands_still_is_stalled_until_it_moves(tmp_path: Path) -> None:
    slow = job(queued_for=0, generating_for=10_000, shape="none")
    async with watching(tmp_path, slow) as watch:
        watch.monitor._duration_stats.fill({("sora-2", 4.0): [60.0] * 20}, {})
        watch.monitor.add(["video_one"])
        await watch.look()
        row = watch.row("video_one")
        await watch.look(50)
        assert row_state_of(row, watch.clock.time()) is RowState.GENERATING
        await watch.look(15)
        assert row_state_of(row, watch.clock.time()) is RowState.STALLED
        for words in ("stalled", "停滞", "generating", "status:stalled"):
            assert parse_filter(words).matches(row, watch.clock.time())
