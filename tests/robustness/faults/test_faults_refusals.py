"""Faults while polling: refused tokens, and ids that the gateway does not know.

The whole monitor over real sockets; single statuses are in tests/unit/api, the dialog for another
token in tests/app/test_dashboard.py.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import Forbidden, NotFound, Unauthorized
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.downloads import DATA
from tests.robustness.faults.faulty_watch import MANY, faulty_watch
from tests.servers.sockets import answer, json_answer
from tests.support.keys import key

DENIED = [
    (401, {"error": {"message": "无效的令牌", "type": "one_hub_error"}}, Unauthorized),
    (401, {"error": {"message": "令牌额度已用尽"}}, Unauthorized),
    (402, {"error": "payment required"}, Unauthorized),
    (403, {"error": {"message": "分组无权使用该渠道"}}, Forbidden),
    (401, "", Unauthorized),
]


@pytest.mark.parametrize("has_list", [True, False])
@pytest.mark.parametrize(("status", "words", "kind"), DENIED)
async def test_a_refused_token_is_one_banner_and_stops_requests(
    tmp_path: Path, status: int, words: object, kind: type[Exception], has_list: bool
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = has_list
        here.gateway.fault("/v1/videos", json_answer(words, status), times=100_000)
        await here.watch(*MANY)
        assert len(here.gateway.requests) <= 12
        await here.look(after=60, times=60)
        assert len(here.gateway.requests) <= 12 + 60 // 3
        assert here.state is GatewayState.DENIED
        assert isinstance(here.gateway_status.error, kind)
        assert all(w.last_error is None for w in here.monitor.rows.values())


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_refused_by_a_download_pauses_the_others(tmp_path: Path, status: int) -> None:
    names = MANY[:20]
    async with faulty_watch(tmp_path, auto_download=True) as here:
        here.gateway.has_list = False
        for name in names:
            here.gateway.video(name)
        await here.watch(*names)
        await here.look(after=2, times=10)
        for name in names:
            here.gateway.file(name, DATA)
        await here.look(after=2, times=20)
        here.gateway.fault("/v1/videos/", json_answer({}, status), times=10_000)
        here.monitor.queue.start_next()
        await here.asked_for_content(1)
        async with asyncio.timeout(5):
            while here.threads:
                here.monitor.queue.start_next()
                await asyncio.sleep(0.001)
        await here.look(after=60, times=10)
        here.monitor.queue.start_next()
        assert 1 <= len(here.gateway.asked("/content")) <= 8
        assert here.state is GatewayState.DENIED
        assert not [w for w in here.monitor.rows.values() if w.download and w.download.error]
        here.gateway.fault_no_more()
        here.monitor.connect(Api(here.gateway.url, here.gateway.token, environ={}))
        await here.saved(*names)
        assert len(here.files) == len(names)


async def test_a_new_token_resumes_everything(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path, token="oh-wrong") as here:
        here.gateway.video("a")
        await here.watch("a")
        assert here.state is GatewayState.DENIED
        here.monitor.connect(Api(here.gateway.url, here.gateway.token, environ={}))
        await here.look(after=1)
        assert (here.state, here.row("a").status) == (GatewayState.ONLINE, Status.GENERATING)


UNKNOWN = [
    json_answer({"code": "task_not_exist", "message": "任务不存在", "data": None}, 400),
    json_answer({"error": {"message": "no such video"}}, 404),
    json_answer({"code": "task_not_exist", "message": "任务不存在"}),
    answer(404, b"<html>404</html>", content_type="text/html"),
    answer(404),
]


@pytest.mark.parametrize("response", UNKNOWN)
async def test_an_unknown_id_is_an_error_only_after_a_grace_period(
    tmp_path: Path, response: bytes
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.fault("/v1/videos/young", response, times=100_000)
        await here.watch("young")
        await here.look(after=5, times=12)
        row = here.row("young")
        assert row.last_error is None
        assert len(here.gateway.requests) > 5
        await here.look(after=5, times=10)
        assert row.last_error is not None
        assert isinstance(row.last_error.error, NotFound)
        before = len(here.gateway.requests)
        await here.look(after=60, times=60)
        assert 5 <= len(here.gateway.requests) - before <= 15
        assert key("young") in here.monitor.rows
        assert here.state is GatewayState.ONLINE


async def test_an_id_known_after_some_seconds_shows_no_error(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.fault("/v1/videos/young", answer(404), times=5)
        here.gateway.video("young")
        await here.watch("young")
        await here.look(after=6, times=8)
        assert (here.row("young").status, here.row("young").last_error) == (Status.GENERATING, None)


async def test_a_404_for_a_known_video_is_retried_soon(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.fault("/v1/videos/a", answer(404), times=2)
        await here.look(after=15)
        row = here.row("a")
        assert (row.status, row.last_error is None) == (Status.GENERATING, False)
        here.gateway.video("a", status="success")
        await here.look(after=15, times=8)
        assert (row.status, row.last_error) == (Status.READY, None)
