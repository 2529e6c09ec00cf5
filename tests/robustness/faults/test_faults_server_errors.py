"""Faults while polling and downloading: server errors, of one request or of all.

The whole monitor over real sockets; single statuses are in tests/unit/api.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hingtui.model.errors import ServerError
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.downloads import CONTENT, DATA
from tests.robustness.faults.faulty_watch import MANY, faulty_watch
from tests.servers.sockets import CLOSE, Part, answer

SERVER_ERRORS = [500, 501, 502, 503, 504, 408, 520, 599]


@pytest.mark.parametrize("status", SERVER_ERRORS)
async def test_a_server_error_keeps_the_last_state_and_passes(tmp_path: Path, status: int) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.fault("/v1/videos/a", answer(status, b"<html>oops</html>"), times=3)
        await here.look(after=15)
        row = here.row("a")
        assert (row.status, row.video and row.video.progress) == (Status.GENERATING, 50)
        here.gateway.video("a", progress=60)
        await here.look(after=15, times=12)
        assert row.video is not None
        assert (row.video.progress, row.last_error, here.state) == (60, None, GatewayState.ONLINE)


@pytest.mark.parametrize("response", [answer(503), answer(502, b"x" * 99), answer(408), [CLOSE]])
@pytest.mark.parametrize("has_list", [True, False])
async def test_a_hundred_failing_rows_do_not_multiply_requests(
    tmp_path: Path, response: Part | list[Part], has_list: bool
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = has_list
        for name in MANY:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos", response, times=100_000)
        await here.watch(*MANY)
        await here.look(after=2, times=150)
        assert len(here.gateway.requests) < 40
        assert here.state is GatewayState.OFFLINE


async def test_a_brief_error_for_many_rows_causes_only_a_short_pause(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = False
        for name in MANY[:8]:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos/", answer(502), times=8)
        await here.watch(*MANY[:8])
        await here.look(after=1, times=12)
        assert {w.status for w in here.monitor.rows.values()} == {Status.GENERATING}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_download_is_retried_until_server_errors_pass(tmp_path: Path, status: int) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await here.watch("a")
        here.gateway.fault(CONTENT, answer(status, b'{"error": "upstream"}'), times=40)
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


@pytest.mark.slow
async def test_server_errors_beyond_the_expiry_fail_the_download(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=int(here.clock.time()) + 900)
        await here.watch("a")
        here.gateway.fault(CONTENT, answer(502, b'{"error": "upstream"}'), times=10_000)
        here.download("a")
        await here.saved("a")
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, ServerError)
        assert saving.error.message == "upstream"
        assert len(here.gateway.asked("/content")) < 120


@pytest.mark.slow
async def test_many_failing_downloads_stay_within_the_rate_limit(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path, max_downloads=8) as here:
        for name in MANY[:30]:
            here.gateway.file(name, DATA)
        await here.watch(*MANY[:30])
        await here.look(after=3, times=20)
        here.gateway.fault("/v1/videos/", answer(503), times=100_000)
        asked, began = len(here.gateway.asked("/content")), here.clock.monotonic()
        here.download(*MANY[:30])
        async with asyncio.timeout(10):
            while here.clock.monotonic() - began < 120:
                here.monitor.queue.start_next()
                if not here.threads:
                    here.clock.advance(1)
                await asyncio.sleep(0.0005)
        passed = here.clock.monotonic() - began
        assert len(here.gateway.asked("/content")) - asked < 5.0 * passed + 20
