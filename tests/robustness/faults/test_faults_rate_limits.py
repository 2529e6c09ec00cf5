"""Faults while polling: a 429, with or without a time, slows the whole gateway.

The whole monitor over real sockets; single headers are in tests/unit/api.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.downloads import CONTENT, DATA
from tests.robustness.faults.faulty_watch import MANY, faulty_watch
from tests.servers.sockets import Answer, answer
from tests.support.clock import EPOCH, date

SANE = [("30", 30.0), (date(EPOCH + 30), 30.0), (" 30 ", 30.0), ("30.0", 30.0)]
ABSURD = [
    "",
    "-5",
    "soon",
    "1e9",
    "999999999",
    "3601",
    "30s",
    "30, 60",
    "0x10",
    "NaN",
    "９",
    date(EPOCH - 86_400),
    date(4_102_444_800),
    "Mon, 99 Foo 2025 99:99:99 GMT",
    "9" * 500,
]


@pytest.mark.parametrize(("value", "seconds"), SANE)
async def test_a_429_slows_the_gateway_for_its_retry_after(
    tmp_path: Path, value: str, seconds: float
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        here.gateway.video("b")
        here.gateway.fault("/v1/videos/a", answer(429, retry_after=value))
        await here.watch("a")
        assert here.state is GatewayState.SLOWED
        until = here.gateway_status.until
        assert until is not None
        assert until - here.monitor.now() == pytest.approx(seconds, abs=1)
        before = len(here.gateway.requests)
        await here.watch("b")
        await here.look(after=1, times=int(seconds) - 3)
        assert len(here.gateway.requests) == before
        await here.look(after=2, times=3)
        assert len(here.gateway.asked_about("b")) == 1
        assert (here.state, here.row("a").status) == (GatewayState.ONLINE, Status.GENERATING)


@pytest.mark.parametrize("value", [None, *ABSURD])
async def test_a_429_without_a_valid_time_slows_the_gateway_briefly(
    tmp_path: Path, value: str | None
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        more = {} if value is None else {"retry_after": value.encode().decode("latin-1")}
        here.gateway.fault("/v1/videos/a", answer(429, b'{"error": "busy"}', **more))
        await here.watch("a")
        until = here.gateway_status.until
        assert until is not None
        assert 2 < until - here.monitor.now() < 20
        await here.look(after=1, times=20)
        assert (here.state, here.row("a").status) == (GatewayState.ONLINE, Status.GENERATING)


async def test_a_429_is_not_an_error_of_a_row(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = False
        here.gateway.fault("/v1/videos/", answer(429), times=10_000)
        await here.watch(*MANY)
        await here.look(after=5, times=60)
        rows = here.monitor.rows.values()
        assert all(w.last_error is None and w.failures == 0 for w in rows)
        assert len(here.gateway.requests) < 100  # in five minutes, for a hundred rows


@pytest.mark.slow
async def test_the_full_rate_recovers_after_many_429s(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = False
        for name in MANY[:40]:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos/", answer(429, retry_after="1"), times=20)
        await here.watch(*MANY[:40])
        await here.look(after=5, times=30)
        assert {w.status for w in here.monitor.rows.values()} == {Status.GENERATING}
        before = len(here.gateway.requests)
        await here.look(after=2, times=10)
        assert len(here.gateway.requests) - before > 70


async def test_a_429_of_a_download_slows_the_gateway_too(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.video("b")
        await here.watch("a")
        here.gateway.fault(CONTENT, answer(429, retry_after="40"))
        here.download("a")
        await here.put_off("a")
        assert here.state is GatewayState.SLOWED
        assert here.gateway_status.until == pytest.approx(here.monitor.now() + 40, abs=1)
        before = len(here.gateway.requests)
        await here.watch("b")
        here.monitor.queue.start_next()
        await here.look(after=1, times=38)
        assert len(here.gateway.requests) == before
        await here.look(after=3)
        await here.saved("a")
        assert (here.files, here.state) == ({"a.mp4": DATA}, GatewayState.ONLINE)


async def test_retried_downloads_respect_the_rate_limit(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.video("b")
        await here.watch("a")

        def server_error_while_slowed(_: object) -> Answer:
            gateway = here.monitor.gateways["default"].gateway
            gateway.limiter.slow_down(here.clock.monotonic(), 300.0)
            return answer(503)

        here.gateway.fault(CONTENT, server_error_while_slowed)
        began = here.clock.monotonic()
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert here.clock.monotonic() - began >= 300
