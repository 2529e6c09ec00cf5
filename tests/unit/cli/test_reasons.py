"""When a command gives up on a video."""

from __future__ import annotations

from pathlib import Path

from hingtui.cli.reasons import MOST_UNANSWERED, is_unanswerable
from hingtui.model.errors import NotFound, ServerError
from hingtui.model.eta import GRACE
from hingtui.model.video import Status, Video
from hingtui.monitor.row import LastError, Row
from tests.support.watch import job, watching


async def test_an_unknown_id_is_given_up_after_its_grace_period(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.monitor.add(["video_unknown"])
        row = watch.row("video_unknown")
        await watch.look()
        assert not is_unanswerable(row, watch.monitor)
        await watch.look(GRACE + 60)
        assert is_unanswerable(row, watch.monitor)


async def test_a_known_video_is_given_up_after_repeated_errors(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        row = Row("video_one", 0.0, Video("video_one", status=Status.GENERATING))
        for error, most in ((NotFound("gone"), 4), (ServerError("oops"), MOST_UNANSWERED)):
            row.last_error = LastError(error, 0.0)
            row.failures = most - 1
            assert not is_unanswerable(row, watch.monitor)
            row.failures = most
            assert is_unanswerable(row, watch.monitor)
        row.last_error = None
        assert not is_unanswerable(row, watch.monitor)


async def test_without_a_token_a_video_is_given_up(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        watch.monitor.connect(None)
        assert is_unanswerable(watch.row("video_one"), watch.monitor)


async def test_without_a_known_gateway_a_video_is_given_up(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        assert is_unanswerable(Row("video_one", 0.0, gateway="elsewhere"), watch.monitor)
