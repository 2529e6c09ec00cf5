"""Faults while polling: finished videos that run again, and progress that freezes or jumps.

The whole monitor over real sockets; the poll interval is in tests/unit/model/test_eta.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.video import Status
from tests.robustness.faults.faulty_watch import MANY, FaultyWatch, faulty_watch
from tests.servers.sockets import json_answer
from tests.support.clock import EPOCH
from tests.support.keys import keys


@pytest.mark.parametrize("ended", ["success", "failed"])
@pytest.mark.parametrize(
    "later",
    [
        {"status": "processing", "progress": 3},
        {"status": "queued", "progress": 0},
        {"status": None, "progress": None},
        {"status": "", "progress": 100},
        {"status": "who knows"},
        {"status": "failed", "error": {"message": "no"}},
        {"status": "success"},
        {"completed_at": None, "expires_at": None, "status": "in_progress"},
    ],
)
async def test_a_finished_video_stays_finished(
    tmp_path: Path, ended: str, later: dict[str, object]
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        await here.watch("a")
        here.gateway.video("a", status=ended, progress=100)
        await here.look(after=15)
        is_final = Status.READY if ended == "success" else Status.FAILED
        assert here.row("a").status is is_final
        here.gateway.video("a", **later)
        here.monitor.ask(keys("a"))
        await here.look(after=1)
        assert here.row("a").status is is_final


async def test_an_outdated_list_keeps_finished_videos_finished(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        for name in MANY[:20]:
            here.gateway.video(name)
        await here.watch(*MANY[:20])
        for name in MANY[:20]:
            here.gateway.fault(f"/v1/videos/{name}", json_answer({"id": name, "status": "success"}))
        here.monitor.ask(keys(*MANY[:20]))
        await here.look(after=1, times=10)
        assert {w.status for w in here.monitor.rows.values()} == {Status.READY}
        await here.look(after=10, times=20)
        assert {w.status for w in here.monitor.rows.values()} == {Status.READY}


async def follow(here: FaultyWatch, *progress: object) -> None:
    for value in progress:
        here.gateway.video("a", progress=value)
        await here.look(after=17)


async def test_the_last_reported_progress_is_shown(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=0)
        await here.watch("a")
        for reported, shown in [
            (10, 10),
            (66, 66),
            (30, 30),
            ("31%", 31),
            (None, None),
            (99.5, 99.5),
        ]:
            await follow(here, reported)
            assert here.row("a").video.progress == shown  # type: ignore[union-attr]


@pytest.mark.parametrize("progress", [100, "100%", 150, 1e300])
async def test_a_progress_of_100_does_not_mean_finished(tmp_path: Path, progress: object) -> None:
    async with faulty_watch(tmp_path, auto_download=True) as here:
        here.gateway.video("a", progress=progress, completed_at=int(EPOCH))
        await here.watch("a")
        await follow(here, progress, progress)
        assert here.row("a").status is Status.GENERATING
        assert here.gateway.asked("/content") == []


async def test_stalled_progress_gives_no_remaining_time(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=0)
        await here.watch("a")
        await follow(here, 10, 20, 30)
        assert here.monitor.remaining(here.row("a")) is not None
        await follow(here, *[30] * 20)
        assert here.monitor.remaining(here.row("a")) is None


async def test_progress_that_goes_back_restarts_the_measurement(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=0)
        await here.watch("a")
        await follow(here, 40, 80, 10)
        await follow(here, 20, 30)
        left = here.monitor.remaining(here.row("a"))
        assert left is None or left > 60  # not the pace of the jump to 80


async def test_jumping_progress_keeps_every_estimate_finite(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=0)
        await here.watch("a")
        for reported in [50, 0, 99, 1, 100, 2, "x", -5, 1e999, 66, 66.0001]:
            await follow(here, reported)
            left = here.monitor.remaining(here.row("a"))
            assert left is None or 0 < left < 1e6
            due = here.monitor.gateways["default"].poller.next_due_in("a")
            assert due is not None
            assert due <= 40
