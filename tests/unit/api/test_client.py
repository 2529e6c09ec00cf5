"""Retrieving a video and listing videos, over real sockets: requests and responses."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hingtui.api import MAX_VIDEO_BODY, USER_AGENT, Api
from hingtui.model import errors
from hingtui.model.video import Status
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, Request, answer, json_answer, trickle
from tests.support.api_client import VIDEO, api_at, error_from, retrieve_from
from tests.support.clock import EPOCH, FakeClock


async def test_a_video_is_requested_with_the_token() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        got = await retrieve_from(server)
    request = server.requests[0]
    assert (request.method, request.target) == ("GET", "/v1/videos/v1")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"] == USER_AGENT
    assert got.video.status is Status.GENERATING


async def test_without_a_token_no_authorization_is_sent() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        await retrieve_from(server, token="")
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("video_id", "target"),
    [
        ("../../admin?x=", "/v1/videos/..%2F..%2Fadmin%3Fx%3D"),
        (".", "/v1/videos/%2E"),
        ("..", "/v1/videos/%2E%2E"),
        ("a b#c%41", "/v1/videos/a%20b%23c%2541"),
        ("视频", "/v1/videos/%E8%A7%86%E9%A2%91"),
        ("\r\nHost: evil", "/v1/videos/%0D%0AHost%3A%20evil"),
        ("\ud800", "/v1/videos/%ED%A0%80"),
    ],
)
async def test_special_characters_of_an_id_are_escaped_in_the_path(
    video_id: str, target: str
) -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        got = await retrieve_from(server, video_id)
    assert server.requests[0].target == target
    assert got.video.id == video_id


async def test_an_empty_id_is_not_found_and_sends_no_request() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(server.url) as api:
            with pytest.raises(errors.NotFound):
                await api.retrieve("")
    assert server.requests == []


async def test_a_base_urls_path_is_kept_and_its_last_slash_dropped() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(f"{server.url}/gw/") as api:
            await api.retrieve("v1")
            assert api.base_url == f"{server.url}/gw"
            assert api.origin == server.url
    assert server.requests[0].target == "/gw/v1/videos/v1"


@pytest.mark.parametrize("base_url", ["", "gateway.example", "ftp://h", "http://[::1", "http://"])
def test_an_invalid_base_url_raises_a_value_error(base_url: str) -> None:
    with pytest.raises(ValueError, match="not a base URL"):
        Api(base_url, TOKEN, environ={})


async def test_a_list_page_is_requested_with_limit_order_and_after() -> None:
    page = {"object": "list", "data": [VIDEO], "has_more": True}
    with FaultServer(lambda _: json_answer(page, date="Mon, 10 Nov 2025 15:50:02 GMT")) as server:
        async with api_at(server.url) as api:
            first = await api.list_page(limit=1)
            await api.list_page("a&b=c", limit=1, order="asc")
    assert [video.id for video in first.videos] == ["v1"]
    assert (first.last_id, first.server_time) == ("v1", EPOCH)
    assert [request.target for request in server.requests] == [
        "/v1/videos?limit=1&order=desc",
        "/v1/videos?limit=1&order=asc&after=a%26b%3Dc",
    ]


async def test_status_501_for_the_list_raises_not_offered() -> None:
    with FaultServer(lambda _: answer(501)) as server:
        async with api_at(server.url) as api:
            with pytest.raises(errors.NotOffered):
                await api.list_page()


async def test_cookies_are_not_sent_back() -> None:
    with FaultServer(lambda _: json_answer(VIDEO, set_cookie="a=b; Path=/")) as server:
        async with api_at(server.url) as api:
            await api.retrieve("v1")
            await api.retrieve("v1")
    assert all("cookie" not in request.headers for request in server.requests)


async def test_requests_reuse_one_connection() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(server.url) as api:
            for _ in range(3):
                await api.retrieve("v1")
    assert server.connections == 1


async def test_no_more_connections_are_opened_than_allowed() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(server.url, max_connections=2) as api:
            await asyncio.gather(*(api.retrieve(f"v{n}") for n in range(50)))
    assert len(server.requests) == 50
    assert server.connections <= 2


async def test_an_error_holds_message_code_and_request_id_without_the_token() -> None:
    body = {"error": {"message": f"无效的令牌 {TOKEN}", "type": "one_hub_error"}}
    with FaultServer(lambda _: json_answer(body, 401, x_oneapi_request_id="2025abc")) as server:
        error = await error_from(server)
    assert isinstance(error, errors.Unauthorized)
    assert (error.message, error.code) == ("无效的令牌 …", "one_hub_error")
    assert (error.request_id, error.http_status) == ("2025abc", 401)


async def test_a_rate_limit_error_holds_its_retry_after() -> None:
    with FaultServer(lambda _: answer(429, retry_after="7")) as server:
        error = await error_from(server)
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == 7


async def test_a_web_page_is_a_bad_response_that_mentions_the_base_url() -> None:
    with FaultServer(lambda _: answer(200, b"<html>", content_type="text/html")) as server:
        error = await error_from(server)
    assert isinstance(error, errors.BadResponse)
    assert "base URL" in error.message


async def test_a_compressed_response_is_decompressed() -> None:
    packed = gzip.compress(json.dumps(VIDEO).encode())
    with FaultServer(lambda _: answer(200, packed, content_encoding="gzip")) as server:
        assert (await retrieve_from(server)).video.progress == 45
    assert server.requests[0].headers["accept-encoding"] == "gzip"


async def test_a_compression_bomb_is_refused() -> None:
    packed = gzip.compress(bytes(MAX_VIDEO_BODY * 10))
    with FaultServer(lambda _: answer(200, packed, content_encoding="gzip")) as server:
        assert "larger than 4 MiB" in (await error_from(server)).message


async def test_broken_compression_is_a_bad_response() -> None:
    with FaultServer(lambda _: answer(200, b"{}", content_encoding="gzip")) as server:
        assert isinstance(await error_from(server), errors.BadResponse)


async def test_an_error_with_a_broken_body_keeps_its_status() -> None:
    with FaultServer(lambda _: answer(502, b"{}", content_encoding="gzip")) as server:
        assert isinstance(await error_from(server), errors.ServerError)


async def test_a_body_over_the_cap_is_refused_before_its_end() -> None:
    sent = 0

    def endless(_: Request) -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        while sent < 50 * 2**20:
            yield b" " * 65536
            sent += 65536

    with FaultServer(endless) as server:
        error = await error_from(server)
    assert isinstance(error, errors.BadResponse)
    assert sent < 30 * 2**20


async def test_an_endless_error_body_does_not_hide_the_status() -> None:
    def endless(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 503 Busy\r\n\r\n"
        while True:
            yield b"x" * 65536

    with FaultServer(endless) as server:
        assert isinstance(await error_from(server), errors.ServerError)


@pytest.mark.parametrize("body", [b"[" * 300_000, b'{"a":' * 100_000, b"9" * 5000, b"\xff", b""])
async def test_invalid_or_deeply_nested_json_is_a_bad_response(body: bytes) -> None:
    with FaultServer(lambda _: answer(200, body, content_type="application/json")) as server:
        assert isinstance(await error_from(server), errors.BadResponse)


async def test_a_big_body_is_parsed_outside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where: list[threading.Thread] = []
    real = json.loads

    def loads(body: str, **options: Any) -> object:
        where.append(threading.current_thread())
        return real(body, **options)

    monkeypatch.setattr("hingtui.api.fields.json.loads", loads)
    big = VIDEO | {"prompt": "x" * 300_000}
    with FaultServer(lambda r: json_answer(big if r.target.endswith("big") else VIDEO)) as server:
        await retrieve_from(server, "small")
        await retrieve_from(server, "big")
    assert [thread is threading.main_thread() for thread in where] == [True, False]


class HurryingClock(FakeClock):
    """Advances ten seconds each time it is read."""

    def monotonic(self) -> float:
        self.advance(10)
        return super().monotonic()


@pytest.mark.parametrize(("status", "kind"), [(200, errors.Unreachable), (502, errors.ServerError)])
async def test_a_body_that_comes_byte_by_byte_times_out(
    status: int, kind: type[errors.ApiError]
) -> None:
    def drip(_: Request) -> Iterator[bytes]:
        yield f"HTTP/1.1 {status} OK\r\n\r\n".encode()
        while True:
            yield b" "

    with FaultServer(drip) as server:
        assert type(await error_from(server, clock=HurryingClock())) is kind


async def test_headers_that_come_byte_by_byte_time_out() -> None:
    with FaultServer(lambda _: trickle(server, b"HTTP/1.1 200 OK\r\nx: ")) as server:
        error = await error_from(server, connect_timeout=0.1, read_timeout=0.1)
    assert isinstance(error, errors.Unreachable)
    assert "nothing for too long" in error.message
