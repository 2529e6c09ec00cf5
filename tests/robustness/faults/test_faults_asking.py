"""Faults while polling: statuses, rate limits, tokens, unreadable responses, progress and clocks.

The whole monitor over real sockets; single statuses and headers are in tests/unit/api, the poll
interval in tests/unit/model/test_eta.py.
"""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from pathlib import Path

import pytest

from hingtui.api import Api
from hingtui.model.errors import (
    BadResponse,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
)
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.sockets import CLOSE, Answer, Part, answer, chunked, json_answer
from tests.support.clock import EPOCH
from tests.support.keys import key, keys
from tests.support.mp4 import mp4

DATA = mp4(20_000)
MANY = [f"v{n:03}" for n in range(100)]
CONTENT = "/v1/videos/a/content"


def date(at: float) -> str:
    return formatdate(at, usegmt=True)


# 429 with or without Retry-After (seconds or a date; absurd values are ignored): all requests to
# the gateway slow down, the header shows until when, and the rate recovers by itself.


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


@pytest.mark.parametrize(("said", "seconds"), SANE)
async def test_a_429_slows_the_gateway_for_its_retry_after(
    tmp_path: Path, said: str, seconds: float
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        here.gateway.video("b")
        here.gateway.fault("/v1/videos/a", answer(429, retry_after=said))
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


@pytest.mark.parametrize("said", [None, *ABSURD])
async def test_a_429_without_a_valid_time_slows_the_gateway_briefly(
    tmp_path: Path, said: str | None
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        more = {} if said is None else {"retry_after": said.encode().decode("latin-1")}
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

        def trouble_while_slowed(_: object) -> Answer:
            gateway = here.monitor.gateways["default"].gateway
            gateway.limiter.slow_down(here.clock.monotonic(), 300.0)
            return answer(503)

        here.gateway.fault(CONTENT, trouble_while_slowed)
        began = here.clock.monotonic()
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert here.clock.monotonic() - began >= 300


# 500–504 and 408: retried within the gateway's rate limit, even if a hundred rows fail together.


TROUBLE = [500, 501, 502, 503, 504, 408, 520, 599]


@pytest.mark.parametrize("status", TROUBLE)
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


@pytest.mark.parametrize("says", [answer(503), answer(502, b"x" * 99), answer(408), [CLOSE]])
@pytest.mark.parametrize("has_list", [True, False])
async def test_a_hundred_failing_rows_do_not_multiply_requests(
    tmp_path: Path, says: Part | list[Part], has_list: bool
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.has_list = has_list
        for name in MANY:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos", says, times=100_000)
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


# 401 and 403: one banner, not one per row; requests stop until the token changes. That Enter asks
# for another token is in tests/app/test_dashboard.py.


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


# 404: a new id has a grace period; then the row shows the error, stays, and is polled rarely.


UNKNOWN = [
    json_answer({"code": "task_not_exist", "message": "任务不存在", "data": None}, 400),
    json_answer({"error": {"message": "no such video"}}, 404),
    json_answer({"code": "task_not_exist", "message": "任务不存在"}),
    answer(404, b"<html>404</html>", content_type="text/html"),
    answer(404),
]


@pytest.mark.parametrize("says", UNKNOWN)
async def test_an_unknown_id_is_an_error_only_after_a_grace_period(
    tmp_path: Path, says: bytes
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.fault("/v1/videos/young", says, times=100_000)
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


# 200 with HTML, truncated or empty JSON, or an error envelope: the last status is kept and the row
# shows the message.


RUBBISH: dict[str, tuple[Part | list[Part], str]] = {
    "a web page": (answer(200, b"<html>Hi", content_type="text/html"), "web page"),
    "a page of no said type": (answer(200, b"<!DOCTYPE html>"), "web page"),
    "nothing": (answer(200, b""), "empty"),
    "blanks": (answer(200, b" \r\n\t "), "empty"),
    "half": (answer(200, b'{"id": "a", "status": "suc'), "not valid JSON"),
    "two": (answer(200, b'{"id": "a"}{"id": "b"}'), "not valid JSON"),
    "null": (answer(200, b"null"), "no video"),
    "a list": (answer(200, b"[]"), "no video"),
    "a word": (answer(200, b'"success"'), "."),
    "a number": (answer(200, b"100"), "no video"),
    "an envelope": (json_answer({"error": {"message": "upstream 超时"}}), "upstream 超时"),
    "another": (json_answer({"code": 500, "message": "内部错误", "data": None}), "内部错误"),
    "success: false": (json_answer({"success": False, "message": "稍后再试"}), "稍后再试"),
    "no UTF-8": (answer(200, b'{"id": "\xff\xfe"}'), "not valid JSON"),
    "gzip that is none": (answer(200, b"{}", content_encoding="gzip"), "compression"),
    "an unknown packing": (answer(200, b"{}", content_encoding="br"), "compression"),
    "no content": (answer(204), "."),
    "an early end in chunks": (
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(b'{"id": "a", '),
            CLOSE,
        ],
        "not valid JSON",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("says", "shown"), RUBBISH.values(), ids=RUBBISH.keys())
async def test_an_unreadable_response_keeps_the_state_and_is_shown(
    tmp_path: Path, says: Part | list[Part], shown: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=50)
        await here.watch("a")
        here.gateway.fault("/v1/videos/a", says)
        await here.look(after=15)
        row = here.row("a")
        assert (row.status, row.video and row.video.progress) == (Status.GENERATING, 50)
        assert row.last_error is not None
        assert isinstance(row.last_error.error, BadResponse)
        assert shown in row.last_error.error.message or shown == "."
        here.gateway.video("a", progress=60)
        await here.look(after=15, times=2)
        assert here.row("a").last_error is None
        assert here.row("a").video.progress == 60  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["a web page", "half", "null", "an envelope", "no content"])
async def test_an_unreadable_list_falls_back_to_single_polling(tmp_path: Path, kind: str) -> None:
    async with faulty_watch(tmp_path) as here:
        for name in MANY[:12]:
            here.gateway.video(name)
        here.gateway.fault("/v1/videos?", RUBBISH[kind][0], times=99)
        await here.watch(*MANY[:12])
        await here.look(after=3, times=5)
        assert {w.status for w in here.monitor.rows.values()} == {Status.GENERATING}


# A finished video that is reported as running stays finished.


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


# Progress that freezes, jumps or goes back is shown as reported, never means "finished", and
# affects the remaining time.


async def follow(here: FaultyWatch, *progress: object) -> None:
    for value in progress:
        here.gateway.video("a", progress=value)
        await here.look(after=17)


async def test_the_last_reported_progress_is_shown(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a", progress=0)
        await here.watch("a")
        for said, shown in [(10, 10), (66, 66), (30, 30), ("31%", 31), (None, None), (99.5, 99.5)]:
            await follow(here, said)
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
        for said in [50, 0, 99, 1, 100, 2, "x", -5, 1e999, 66, 66.0001]:
            await follow(here, said)
            left = here.monitor.remaining(here.row("a"))
            assert left is None or 0 < left < 1e6
            due = here.monitor.gateways["default"].poller.next_due_in("a")
            assert due is not None
            assert due <= 40


# With a local clock that is wrong by hours, countdowns follow the gateway's Date header.


HOURS = 3600.0


@pytest.mark.parametrize("off", [-30 * HOURS, -8 * HOURS, 8 * HOURS, 14 * HOURS, 30 * HOURS])
async def test_countdowns_follow_the_date_header(tmp_path: Path, off: float) -> None:
    async with faulty_watch(tmp_path) as here:
        true = here.clock.time() + off
        here.gateway.file("a", DATA, completed_at=int(true), expires_at=int(true) + 3600)
        here.gateway.date = date(true)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert ends.at - here.monitor.now() == pytest.approx(3600, abs=2)
        assert here.row("a").can_be_downloaded(here.monitor.now())


async def test_a_machine_without_the_time_follows_the_date_header(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        true = here.clock.time()
        here.clock.now = here.clock.started = 1000.0  # a computer without a battery for its clock
        here.gateway.file("a", DATA, completed_at=int(true), expires_at=int(true) + 3600)
        here.gateway.date = date(true)
        await here.watch("a")
        ends = here.row("a").expiry
        assert ends is not None
        assert ends.at - here.monitor.now() == pytest.approx(3600, abs=2)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        date(4_102_444_800),
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "yesterday",
        "Mon, 10 Nov 2025 99:99:99 GMT",
        "0",
        "-1",
        "9" * 400,
        "Mon, 10 Nov 2025 15:50:02 +9999",
        "\xff\xfe",
    ],
)
async def test_an_absurd_date_header_is_ignored(tmp_path: Path, said: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.date = said
        await here.watch("a")
        assert here.monitor.now() == here.clock.time()
        row = here.row("a")
        assert row.can_be_downloaded(here.monitor.now())
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_a_retry_after_date_is_relative_to_the_date_header(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.video("a")
        await here.watch("a")
        for off in (0.0, 9 * HOURS, -40 * 365 * 24 * HOURS):
            there = here.clock.time() + off
            says = answer(429, retry_after=date(there + 50), date=date(there))
            here.gateway.fault("/v1/videos/a", says)
            here.monitor.ask(keys("a"))
            await here.look()
            assert isinstance(here.gateway_status.error, RateLimited)
            assert here.gateway_status.error.retry_after == pytest.approx(50, abs=1)
            await here.look(after=60, times=2)
