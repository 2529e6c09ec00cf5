"""Retrieving a video and listing videos, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import socket
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hingtui.api import MAX_VIDEO_BODY, USER_AGENT, Api
from hingtui.model import errors
from hingtui.model.video import Status
from tests.servers.gateway import TOKEN
from tests.servers.sockets import (
    CERTIFICATES,
    CLOSE,
    HANG,
    FaultServer,
    Names,
    Part,
    Request,
    answer,
    json_answer,
    shows_nothing_beneath,
)
from tests.support.clock import EPOCH, FakeClock
from tests.support.waiting import until

VIDEO = {"id": "v1", "object": "video", "status": "processing", "progress": 45}


@asynccontextmanager
async def api_at(base_url: str, token: str = TOKEN, **options: Any) -> AsyncIterator[Api]:
    options = {"environ": {}, "clock": FakeClock(), **options}
    api = Api(base_url, token, **options)
    try:
        yield api
    finally:
        await api.aclose()


async def retrieve_from(server: FaultServer, video_id: str = "v1", **options: Any) -> Any:
    async with api_at(server.url, **options) as api:
        return await api.retrieve(video_id)


async def error_from(server: FaultServer, **options: Any) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        await retrieve_from(server, **options)
    assert TOKEN not in str(caught.value) + repr(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert shows_nothing_beneath(caught.value)
    return caught.value


# Requests


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


# Responses


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
    def drip(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nx: "
        while not server.stopping.wait(0.02):
            yield b"y"

    with FaultServer(drip) as server:
        error = await error_from(server, connect_timeout=0.1, read_timeout=0.1)
    assert isinstance(error, errors.Unreachable)
    assert "nothing for too long" in error.message


# Connections


async def test_a_refused_connection_is_unreachable() -> None:
    with FaultServer() as server:
        pass
    error = await error_from(server)
    assert (type(error), error.http_status) == (errors.Unreachable, None)
    assert error.message == f"127.0.0.1:{server.port} refuses connections."


async def test_an_unknown_host_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch)
    async with api_at("http://no-such-host.invalid") as api:
        with pytest.raises(errors.Unreachable, match=r"no-such-host\.invalid is unknown"):
            await api.retrieve("v1")


async def test_an_invalid_host_name_is_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Names(monkeypatch)
    async with api_at("http://" + "a" * 70 + ".example") as api:
        with pytest.raises(errors.Unreachable):
            await api.retrieve("v1")


async def test_a_gateway_that_never_responds_is_unreachable() -> None:
    with FaultServer(lambda _: HANG) as server:
        error = await error_from(server, read_timeout=0.05)
    assert "nothing for too long" in error.message


async def test_a_response_that_is_not_http_is_reported_as_such() -> None:
    with FaultServer(lambda _: [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", CLOSE]) as server:
        error = await error_from(server)
    assert "not in HTTP" in error.message


@pytest.mark.parametrize(
    "parts",
    [
        [CLOSE],
        [b"HTTP/1.1 200 OK\r\ncontent-le", CLOSE],
        [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", CLOSE],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}", CLOSE],
    ],
)
async def test_a_response_cut_short_is_unreachable(parts: list[bytes]) -> None:
    with FaultServer(lambda _: parts) as server:
        error = await error_from(server)
    assert "cut the connection" in error.message


async def test_a_request_cut_on_a_new_connection_is_not_repeated() -> None:
    with FaultServer(lambda _: CLOSE) as server:
        await error_from(server)
    assert len(server.requests) == 1


async def test_a_request_on_a_stale_connection_is_repeated_on_a_new_one() -> None:
    def respond(request: Request) -> Part:
        is_second_on_first = len(server.requests) == 2
        return CLOSE if is_second_on_first else json_answer(VIDEO)

    with FaultServer(respond) as server:
        async with api_at(server.url) as api:
            await api.retrieve("v1")
            await api.retrieve("v1")
    assert (len(server.requests), server.connections) == (3, 2)


async def test_requests_that_time_out_free_their_connections() -> None:
    with FaultServer(lambda r: HANG if "hang" in r.target else json_answer(VIDEO)) as server:
        async with api_at(server.url, max_connections=2, read_timeout=0.05) as api:
            gone = await asyncio.gather(
                *(api.retrieve(f"hang{n}") for n in range(10)), return_exceptions=True
            )
            assert all(isinstance(one, errors.Unreachable) for one in gone)
            assert (await api.retrieve("v1")).video.progress == 45


async def test_cancelled_requests_free_their_connections() -> None:
    def slow(_: Request) -> Iterator[Part]:
        server.stopping.wait(0.01)
        yield json_answer(VIDEO)

    with FaultServer(slow) as server:
        async with api_at(server.url, max_connections=2, read_timeout=5) as api:
            for after in range(60):
                question = asyncio.create_task(api.retrieve(f"v{after}"))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(question, after / 4000)
            assert (await api.retrieve("v1")).video.progress == 45
    assert server.connections <= 2


async def test_closing_ends_open_requests() -> None:
    with FaultServer(lambda _: HANG) as server:
        async with api_at(server.url, read_timeout=60) as api:
            questions = [asyncio.create_task(api.retrieve(f"v{n}")) for n in range(5)]
            await until(lambda: len(server.requests) == 5)
            await api.aclose()
            gone = await asyncio.gather(*questions, return_exceptions=True)
    assert all(isinstance(one, errors.Unreachable) for one in gone)


async def test_waiting_for_a_free_connection_does_not_time_out() -> None:
    def slow(_: Request) -> Iterator[bytes]:
        server.stopping.wait(0.1)
        yield json_answer(VIDEO)

    with FaultServer(slow) as server:
        async with api_at(server.url, max_connections=1, read_timeout=0.3) as api:
            answers = await asyncio.gather(*(api.retrieve(f"v{n}") for n in range(5)))
    assert len(answers) == 5


async def test_every_call_after_closing_raises_unreachable() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(server.url) as api:
            await api.aclose()
            with pytest.raises(errors.Unreachable):
                await api.retrieve("v1")
            with pytest.raises(errors.Unreachable):
                api.open_content("v1")


@pytest.mark.parametrize("token", ["oh-a\nb", "oh-令牌", "oh-a b", "\x00"])
async def test_a_token_with_invalid_characters_is_unauthorized_and_never_sent(token: str) -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        async with api_at(server.url, token) as api:
            with pytest.raises(errors.Unauthorized) as caught:
                await api.retrieve("v1")
    assert token not in "".join(traceback.format_exception(caught.value))
    assert server.requests == []


async def test_requested_ids_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        await retrieve_from(server, "id-of-mine")
    assert "id-of-mine" not in caplog.text


# Redirects


async def test_a_redirect_within_the_origin_is_followed_with_the_token() -> None:
    with FaultServer(
        lambda r: json_answer(VIDEO) if r.target == "/new" else answer(307, location="/new")
    ) as server:
        await retrieve_from(server)
    assert server.requests[1].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_redirect_to_another_origin_is_refused() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as other:
        where = f"{other.url}/x?sig=1"
        with FaultServer(lambda _: answer(302, location=where)) as server:
            error = await error_from(server)
    assert isinstance(error, errors.BadRedirect)
    assert other.url in error.message
    assert "sig" not in error.message
    assert other.requests == []


@pytest.mark.parametrize("where", ["", "http://[", "ftp://h/x", "//u:p@h/", "http:///x"])
async def test_a_redirect_with_an_invalid_location_is_refused(where: str) -> None:
    with FaultServer(lambda _: answer(302, location=where)) as server:
        assert isinstance(await error_from(server), errors.BadRedirect)


async def test_a_redirect_loop_is_refused() -> None:
    with FaultServer(lambda r: answer(302, location=r.target)) as server:
        assert isinstance(await error_from(server), errors.BadRedirect)
    assert len(server.requests) <= 6


# TLS


async def test_a_self_signed_certificate_in_ssl_cert_file_is_trusted() -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with FaultServer(lambda _: json_answer(VIDEO), certificate="good.pem") as server:
        assert (await retrieve_from(server, environ=environ)).video.progress == 45


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("good.pem", "", "self-signed certificate"),
        ("expired.pem", "expired.pem", "certificate has expired"),
        ("other-host.pem", "other-host.pem", "not valid for '127.0.0.1'"),
    ],
)
async def test_a_refused_certificate_is_reported_with_its_reason(
    certificate: str, trusted: str, reason: str
) -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / trusted)} if trusted else {}
    with FaultServer(lambda _: json_answer(VIDEO), certificate=certificate) as server:
        error = await error_from(server, environ=environ)
    assert isinstance(error, errors.BadCertificate)
    assert reason in error.message
    assert server.requests == []


async def test_a_tls_handshake_cut_short_is_unreachable() -> None:
    with FaultServer(handle=lambda _: None) as server:
        async with api_at(server.url.replace("http:", "https:")) as api:
            with pytest.raises(errors.Unreachable) as caught:
                await api.retrieve("v1")
    assert not isinstance(caught.value, errors.BadCertificate)


async def test_a_missing_ssl_cert_file_is_reported_by_name() -> None:
    async with api_at("https://gateway.example", environ={"SSL_CERT_FILE": "/no/such"}) as api:
        with pytest.raises(errors.BadCertificate, match=r"^SSL_CERT_FILE names no usable"):
            await api.retrieve("v1")


async def test_plain_http_ignores_a_missing_ssl_cert_file() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        await retrieve_from(server, environ={"SSL_CERT_FILE": "/no/such"})


# Proxies


async def error_through(environ: dict[str, str], **options: Any) -> errors.ApiError:
    async with api_at("https://gateway.example", environ=environ, **options) as api:
        with pytest.raises(errors.ApiError) as caught:
            await api.retrieve("v1")
    assert "pa55" not in "".join(traceback.format_exception(caught.value))
    return caught.value


async def test_loopback_ignores_the_proxy_variables() -> None:
    environ = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "socks://nonsense:x",
        "NO_PROXY": "[::1]",
    }
    with FaultServer(lambda _: json_answer(VIDEO)) as server:
        assert (await retrieve_from(server, environ=environ)).video.progress == 45


async def test_a_malformed_proxy_address_is_reported_at_the_request() -> None:
    error = await error_through({"HTTPS_PROXY": "http://me:pa55@host:port"})
    assert isinstance(error, errors.Unreachable)
    assert error.message.startswith("HTTPS_PROXY holds no usable proxy address")


@pytest.mark.parametrize("scheme", ["http", "https", "socks", "socks5h"])
async def test_a_proxy_that_refuses_connections_is_named(scheme: str) -> None:
    with FaultServer() as dead:
        pass
    error = await error_through({"ALL_PROXY": f"{scheme}://me:pa55@127.0.0.1:{dead.port}"})
    assert isinstance(error, errors.Unreachable)
    assert error.message.startswith(f"The proxy ALL_PROXY (127.0.0.1:{dead.port}) does not respond")


@pytest.mark.parametrize("scheme", ["http", "socks"])
@pytest.mark.parametrize("greeting", [b"", b"\0", b"HTTP/1.1 400 Bad\r\n\r\n", b"\5\0\5"])
async def test_a_server_that_is_no_proxy_is_named_as_the_proxy(
    scheme: str, greeting: bytes
) -> None:
    def talk(sock: socket.socket) -> None:
        sock.recv(4096)
        if greeting:
            sock.sendall(greeting)

    with FaultServer(handle=talk) as server:
        error = await error_through({"ALL_PROXY": f"{scheme}://127.0.0.1:{server.port}"})
    assert isinstance(error, errors.Unreachable)
    assert error.message.startswith(f"The proxy ALL_PROXY (127.0.0.1:{server.port}) ")


@pytest.mark.parametrize("scheme", ["http", "socks"])
async def test_a_proxy_that_never_responds_times_out(scheme: str) -> None:
    with FaultServer(handle=lambda _: server.wait()) as server:
        environ = {"ALL_PROXY": f"{scheme}://127.0.0.1:{server.port}"}
        error = await error_through(environ, connect_timeout=0.1, read_timeout=0.1)
    assert "does not respond" in error.message


async def test_a_407_of_a_proxy_mentions_name_and_password() -> None:
    with FaultServer(lambda _: answer(407)) as server:
        error = await error_through({"HTTPS_PROXY": f"me:pa55@127.0.0.1:{server.port}"})
    assert "name and password" in error.message
    assert server.requests[0].headers["proxy-authorization"].startswith("Basic ")
    assert "authorization" not in server.requests[0].headers


async def test_a_502_of_a_proxy_names_the_gateway_it_cannot_reach() -> None:
    with FaultServer(lambda _: answer(502)) as server:
        error = await error_through({"HTTPS_PROXY": server.url})
    assert error.message.endswith("cannot reach gateway.example (502 Whatever).")


def relay(client: socket.socket, port: int) -> None:
    """Copy bytes both ways between the ends of a tunnel until one end closes."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return  # the other direction has ended the tunnel

    with socket.create_connection(("127.0.0.1", port)) as target:
        back = threading.Thread(target=pump, args=(target, client))
        back.start()
        pump(client, target)
        back.join()


async def test_tls_goes_through_an_http_proxy() -> None:
    asked: list[bytes] = []

    def tunnel(sock: socket.socket) -> None:
        asked.append(sock.recv(4096))
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        relay(sock, gateway.port)

    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with (
        FaultServer(lambda _: json_answer(VIDEO), certificate="good.pem") as gateway,
        FaultServer(handle=tunnel) as proxy,
    ):
        environ["https_proxy"] = f"127.0.0.1:{proxy.port}"
        async with api_at("https://gateway.example", environ=environ) as api:
            assert (await api.retrieve("v1")).video.progress == 45
    assert asked[0].startswith(b"CONNECT gateway.example:443 ")
    assert TOKEN.encode() not in asked[0]


async def test_a_socks_url_is_accepted_and_the_proxy_resolves_names() -> None:
    asked: list[bytes] = []

    def socks(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(b"\5\0")
        asked.append(sock.recv(4096))
        sock.sendall(b"\5\0\0\1\0\0\0\0\0\0")
        relay(sock, gateway.port)

    with FaultServer(lambda _: json_answer(VIDEO)) as gateway, FaultServer(handle=socks) as proxy:
        environ = {"ALL_PROXY": f"socks://127.0.0.1:{proxy.port}/"}
        async with api_at("http://gateway.example", environ=environ) as api:
            assert (await api.retrieve("v1")).video.progress == 45
    assert b"gateway.example" in asked[0]


async def test_plain_http_goes_through_an_http_proxy() -> None:
    with FaultServer(lambda _: json_answer(VIDEO)) as proxy:
        async with api_at("http://gateway.example", environ={"HTTP_PROXY": proxy.url}) as api:
            await api.retrieve("v1")
    assert proxy.requests[0].target == "http://gateway.example/v1/videos/v1"


async def test_no_proxy_connects_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch)
    environ = {"ALL_PROXY": "http://127.0.0.1:9", "NO_PROXY": "[::1], *.invalid"}
    async with api_at("http://gateway.invalid", environ=environ) as api:
        with pytest.raises(errors.Unreachable, match=r"gateway\.invalid is unknown"):
            await api.retrieve("v1")
