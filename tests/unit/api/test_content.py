"""Opening a video's content over real sockets: ranges, redirects, and responses without content."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from hingtui.api import Api, Content
from hingtui.model import errors
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
from tests.support.clock import FakeClock

MP4 = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 4
OLD = "Mon, 10 Nov 2025 15:00:00 GMT"
DATE = "Mon, 10 Nov 2025 15:50:02 GMT"


class Opened:
    """The fields and body of a content that was read to its end and closed."""

    def __init__(self, content: Content) -> None:
        self.status, self.start, self.total = content.status, content.start, content.total
        self.validator, self.origin = content.validator, content.origin
        self.body = b"".join(content.chunks())


def make_api(base_url: str, **options: Any) -> Api:
    options = {"environ": {}, "clock": FakeClock(), **options}
    return Api(base_url, TOKEN, **options)


def read(base_url: str, *, environ: dict[str, str] | None = None, **asked: Any) -> Opened:
    with make_api(base_url, environ=environ or {}).open_content("v1", **asked) as content:
        return Opened(content)


def error_from(base_url: str, **asked: Any) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        read(base_url, **asked)
    told = str(caught.value) + "".join(traceback.format_exception(caught.value))
    assert TOKEN not in told
    assert "sig=" not in str(caught.value)
    assert shows_nothing_beneath(caught.value)
    return caught.value


def mp4(request: Request) -> bytes:
    return answer(200, MP4, content_type="video/mp4")


# Whole contents


def test_content_is_requested_with_the_token_and_read_to_its_end() -> None:
    headers = {"etag": '"abc"', "content_type": "video/mp4"}
    with FaultServer(lambda _: answer(200, MP4, **headers)) as server:
        got = read(server.url)
    assert (got.status, got.start, got.total, got.body) == (200, 0, len(MP4), MP4)
    assert (got.validator, got.origin) == ('"abc"', server.url)
    request = server.requests[0]
    assert (request.method, request.target) == ("GET", "/v1/videos/v1/content")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept-encoding"] == "identity"
    assert "range" not in request.headers


def test_chunked_content_has_no_total() -> None:
    body = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n\0abc\r\n0\r\n\r\n"
    with FaultServer(lambda _: body) as server:
        got = read(server.url)
    assert (got.total, got.body) == (None, b"\0abc")


def test_without_an_etag_last_modified_is_the_validator() -> None:
    with FaultServer(lambda _: answer(200, MP4, last_modified=OLD, date=DATE)) as server:
        assert read(server.url).validator == OLD


def test_a_weak_etag_is_no_validator() -> None:
    with FaultServer(lambda _: answer(200, MP4, etag='W/"abc"')) as server:
        assert read(server.url).validator is None


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "text/html"])
def test_a_video_is_read_whatever_its_content_type(kind: str) -> None:
    with FaultServer(lambda _: answer(200, MP4, content_type=kind)) as server:
        assert read(server.url).body == MP4


def test_empty_content_has_length_zero() -> None:
    with FaultServer(lambda _: answer(200, b"")) as server:
        assert (read(server.url).body, read(server.url).total) == (b"", 0)


# Ranges


def test_a_range_is_requested_with_its_validator() -> None:
    headers = {"content_range": "bytes 5-9/10", "content_type": "video/mp4", "etag": '"abc"'}
    with FaultServer(lambda _: answer(206, b"56789", **headers)) as server:
        got = read(server.url, start=5, validator='"abc"')
    assert server.requests[0].headers["range"] == "bytes=5-"
    assert server.requests[0].headers["if-range"] == '"abc"'
    assert (got.status, got.start, got.total, got.body) == (206, 5, 10, b"56789")


def test_without_a_validator_no_if_range_is_sent() -> None:
    with FaultServer(mp4) as server:
        got = read(server.url, start=5)
    assert "if-range" not in server.requests[0].headers
    assert (got.status, got.start, got.total) == (200, 0, len(MP4))


def test_a_request_from_the_start_sends_no_range() -> None:
    with FaultServer(mp4) as server:
        read(server.url, start=0, validator='"abc"')
    assert not {"range", "if-range"} & set(server.requests[0].headers)


@pytest.mark.parametrize(
    ("header", "start", "total"),
    [
        ("bytes 5-9/*", 5, None),  # a piece's own length says nothing about the whole
        ("bytes 3-7/10", 3, 10),
        ("nonsense", 0, None),
    ],
)
def test_a_partial_response_starts_where_content_range_says(
    header: str, start: int, total: int
) -> None:
    headers = {"content_range": header, "content_type": "video/mp4"}
    with FaultServer(lambda _: answer(206, b"56789", **headers)) as server:
        got = read(server.url, start=5)
    assert (got.start, got.total) == (start, total)


def test_a_refused_range_holds_the_files_length() -> None:
    with FaultServer(lambda _: answer(416, content_range="bytes */10")) as server:
        error = error_from(server.url, start=10)
    assert isinstance(error, errors.RangeRefused)
    assert error.total == 10


# Responses without content


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, errors.NotReady),
        (400, errors.NotReady),
        (404, errors.NotReady),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (429, errors.RateLimited),
        (502, errors.ServerError),
    ],
)
def test_a_refusal_holds_message_code_and_request_id(
    status: int, kind: type[errors.ApiError]
) -> None:
    body = {"error": {"message": "还没好", "code": "wait"}}
    with FaultServer(lambda _: json_answer(body, status, x_request_id="r1")) as server:
        error = error_from(server.url)
    assert (type(error), error.message, error.code) == (kind, "还没好", "wait")
    assert (error.request_id, error.http_status) == ("r1", status)


def test_the_json_of_a_running_video_raises_not_ready() -> None:
    with FaultServer(lambda _: json_answer({"id": "v1", "status": "processing"})) as server:
        assert isinstance(error_from(server.url), errors.NotReady)


def test_an_error_with_status_200_is_a_bad_response_with_its_message() -> None:
    with FaultServer(lambda _: json_answer({"error": {"message": "upstream"}})) as server:
        error = error_from(server.url)
    assert (type(error), error.message) == (errors.BadResponse, "upstream")


def test_a_web_page_is_a_bad_response() -> None:
    with FaultServer(lambda _: answer(200, b"<html>", content_type="text/html")) as server:
        assert "base URL" in error_from(server.url).message


def test_json_with_status_206_is_a_bad_response() -> None:
    with FaultServer(lambda _: json_answer({"error": "x"}, 206)) as server:
        assert isinstance(error_from(server.url, start=5), errors.BadResponse)


def test_a_compressed_video_is_a_bad_response() -> None:
    headers = {"content_type": "video/mp4", "content_encoding": "gzip"}
    with FaultServer(lambda _: answer(200, gzip.compress(MP4), **headers)) as server:
        assert isinstance(error_from(server.url), errors.BadResponse)


def test_a_compressed_error_is_decompressed() -> None:
    packed = gzip.compress(b'{"error":"upstream"}')
    headers = {"content_type": "application/json", "content_encoding": "gzip"}
    with FaultServer(lambda _: answer(200, packed, **headers)) as server:
        assert error_from(server.url).message == "upstream"


def test_endless_json_is_refused_at_the_cap() -> None:
    def endless(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        while True:
            yield b" " * 65536

    with FaultServer(endless) as server:
        assert "larger than 4 MiB" in error_from(server.url).message


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_drops_the_token(status: int) -> None:
    with FaultServer(mp4) as cdn:
        where = f"{cdn.url}/v.mp4?sig=a%2Bb+c/d==&t=1%20"
        reply = answer(status, location=where, set_cookie="session=1; Path=/")
        with FaultServer(lambda _: reply) as server:
            got = read(server.url)
    assert (got.body, got.origin) == (MP4, cdn.url)
    assert cdn.requests[0].target == "/v.mp4?sig=a%2Bb+c/d==&t=1%20"
    assert not {"authorization", "cookie", "referer"} & set(cdn.requests[0].headers)
    assert TOKEN not in str(cdn.requests)


def test_another_name_of_the_same_machine_is_another_origin() -> None:
    with FaultServer(mp4, host="127.0.0.1") as server:
        where = f"http://localhost:{server.port}/v.mp4"
        redirect = answer(302, location=where)
        server.respond = lambda r: mp4(r) if r.target == "/v.mp4" else redirect
        read(server.url)
    assert "authorization" not in server.requests[1].headers


def test_a_redirect_within_the_origin_keeps_the_token_and_the_range() -> None:
    with FaultServer(
        lambda r: mp4(r) if r.target == "/f" else answer(302, location="/f")
    ) as server:
        read(server.url, start=5, validator='"abc"')
    assert server.requests[1].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.requests[1].headers["range"] == "bytes=5-"
    assert server.requests[1].headers["if-range"] == '"abc"'


def test_a_redirect_back_to_the_gateway_stays_without_the_token() -> None:
    with FaultServer() as cdn, FaultServer() as server:
        back = answer(302, location=f"{server.url}/f")
        cdn.respond = lambda _: back
        there = answer(302, location=f"{cdn.url}/x")
        server.respond = lambda r: mp4(r) if r.target == "/f" else there
        read(server.url)
    assert "authorization" not in server.requests[1].headers


@pytest.mark.parametrize("name", ["url", "video_url"])
def test_a_link_in_json_is_followed_without_the_token(name: str) -> None:
    with (
        FaultServer(mp4) as cdn,
        FaultServer(lambda _: json_answer({name: f"{cdn.url}/v?sig=1"})) as server,
    ):
        got = read(server.url)
    assert got.body == MP4
    assert "authorization" not in cdn.requests[0].headers


def test_a_link_in_json_to_the_gateways_origin_sends_the_token() -> None:
    with FaultServer() as server:
        link = json_answer({"url": f"{server.url}/f"})
        server.respond = lambda r: mp4(r) if r.target == "/f" else link
        read(server.url)
    assert "authorization" in server.requests[1].headers


def test_a_direct_link_is_requested_instead_and_without_the_token() -> None:
    with FaultServer(mp4) as storage, FaultServer() as server:
        got = read(server.url, link=f"{storage.url}/file?sig=1")
    assert got.body == MP4
    assert storage.requests[0].target == "/file?sig=1"
    assert "authorization" not in storage.requests[0].headers
    assert not server.requests


def test_a_direct_link_on_the_gateways_origin_sends_the_token() -> None:
    with FaultServer(mp4) as server:
        read(server.url, link=f"{server.url}/file?sig=1")
    assert "authorization" in server.requests[0].headers


def test_a_direct_link_redirected_to_the_gateway_sends_no_token() -> None:
    with FaultServer(mp4) as server:
        with FaultServer(lambda _: answer(302, location=f"{server.url}/f")) as storage:
            read(server.url, link=f"{storage.url}/file?sig=1")
        assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 503])
def test_an_error_of_the_storage_server_is_a_storage_refusal(status: int) -> None:
    body = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    with (
        FaultServer(lambda _: answer(status, body)) as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v?sig=1")) as server,
    ):
        error = error_from(server.url)
    assert error.is_from_storage
    assert (type(error), error.message) == (errors.StorageRefused, "Request has expired")


def test_a_storage_error_holds_the_storage_servers_request_id() -> None:
    with FaultServer(lambda _: answer(503, x_tos_request_id="storage")) as cdn:
        there = answer(302, location=f"{cdn.url}/v?sig=1", x_oneapi_request_id="gateway")
        with FaultServer(lambda _: there) as server:
            assert error_from(server.url).request_id == "storage"


def test_a_range_refused_by_the_storage_server_raises_range_refused() -> None:
    with (
        FaultServer(lambda _: answer(416, content_range="bytes */10")) as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v?sig=1")) as server,
    ):
        assert isinstance(error_from(server.url, start=10), errors.RangeRefused)


@pytest.mark.parametrize(
    "where",
    ["", "http://[", "ftp://h/x", "file:///etc/passwd", "//u:p@h/?sig=1", "data:,x", "http:///"],
)
def test_a_redirect_with_an_invalid_location_is_refused(where: str) -> None:
    with FaultServer(lambda _: answer(302, location=where)) as server:
        assert isinstance(error_from(server.url), errors.BadRedirect)


def test_a_redirect_to_the_same_url_is_refused_at_once() -> None:
    with FaultServer(lambda r: answer(302, location=r.target)) as server:
        assert isinstance(error_from(server.url), errors.BadRedirect)
    assert len(server.requests) == 1


def test_more_redirects_than_five_are_refused() -> None:
    with FaultServer(lambda r: answer(302, location=r.target + "x")) as server:
        assert isinstance(error_from(server.url), errors.BadRedirect)
    assert len(server.requests) == 6


def test_five_redirects_are_followed() -> None:
    def respond(request: Request) -> bytes:
        return (
            mp4(request)
            if len(server.requests) == 6
            else answer(302, location=f"/{len(server.requests)}")
        )

    with FaultServer(respond) as server:
        assert read(server.url).body == MP4


def test_an_unencrypted_redirect_from_an_encrypted_gateway_is_refused() -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with FaultServer(mp4) as cdn:
        reply = answer(302, location=f"{cdn.url}/v?sig=1")
        with FaultServer(lambda _: reply, certificate="good.pem") as server:
            error = error_from(server.url, environ=environ)
    assert isinstance(error, errors.BadRedirect)
    assert cdn.requests == []


def test_an_unencrypted_direct_link_of_an_encrypted_gateway_is_refused() -> None:
    with FaultServer(mp4) as cdn:
        error = error_from("https://gateway.example", link=f"{cdn.url}/v?sig=1")
    assert isinstance(error, errors.BadRedirect)
    assert cdn.requests == []


def test_a_redirect_to_an_encrypted_storage_server_is_followed() -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with (
        FaultServer(mp4, certificate="good.pem") as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v")) as server,
    ):
        assert read(server.url, environ=environ).body == MP4


def test_an_untrusted_storage_server_raises_bad_certificate() -> None:
    with (
        FaultServer(mp4, certificate="good.pem") as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v?sig=1")) as server,
    ):
        assert isinstance(error_from(server.url), errors.BadCertificate)
    assert cdn.requests == []


# The public gateway is reached through a proxy, because a test can reach no public address.


def redirect_of_a_public_gateway(names: Names, where: str) -> Opened:
    names.addresses["gateway.example"] = "8.8.8.8"
    with FaultServer(lambda _: answer(302, location=where)) as proxy:
        environ = {"HTTP_PROXY": proxy.url, "NO_PROXY": "inside.example,10.0.0.0/8"}
        return read("http://gateway.example", environ=environ)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "169.254.169.254", "10.1.2.3"],
)
def test_a_public_gateway_cannot_redirect_to_a_private_address(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(mp4) as victim, pytest.raises(errors.BadRedirect, match="private network"):
        redirect_of_a_public_gateway(Names(monkeypatch), f"http://{host}:{victim.port}/?sig=1")
    assert victim.connections == 0


def test_a_public_gateway_cannot_redirect_to_a_name_with_a_private_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch)
    names.addresses["inside.example"] = "127.0.0.1"
    with FaultServer(mp4) as victim, pytest.raises(errors.BadRedirect, match="private network"):
        redirect_of_a_public_gateway(names, f"http://inside.example:{victim.port}/?sig=1")
    assert victim.requests == []


def test_a_private_gateway_may_redirect_to_a_private_storage_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch)
    names.addresses |= {"gateway.corp": "127.0.0.1", "storage.corp": "127.0.0.1"}
    with FaultServer(mp4) as storage:
        where = f"http://storage.corp:{storage.port}/v"
        with FaultServer(lambda _: answer(302, location=where)) as server:
            assert read(f"http://gateway.corp:{server.port}").body == MP4


# Connections


def test_a_refused_connection_is_unreachable() -> None:
    with FaultServer() as server:
        pass
    error = error_from(server.url)
    assert (type(error), error.message) == (
        errors.Unreachable,
        f"127.0.0.1:{server.port} refuses connections.",
    )


def test_an_unreachable_storage_server_is_named_without_its_path() -> None:
    with FaultServer() as cdn:
        pass
    with FaultServer(lambda _: answer(302, location=f"{cdn.url}/path?sig=1")) as server:
        error = error_from(server.url)
    assert error.message == f"127.0.0.1:{cdn.port} refuses connections."


@pytest.mark.parametrize("scheme", ["http", "socks"])
def test_a_proxy_that_refuses_connections_is_named(scheme: str) -> None:
    with FaultServer() as dead:
        pass
    environ = {"all_proxy": f"{scheme}://me:pa55@127.0.0.1:{dead.port}"}
    error = error_from("https://gateway.example", environ=environ)
    assert error.message.startswith(f"The proxy all_proxy (127.0.0.1:{dead.port}) does not respond")


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad\r\n\r\n", b"\5\xff"])
def test_a_server_that_is_no_socks_proxy_is_named_as_the_proxy(greeting: bytes) -> None:
    def talk(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(greeting)

    with FaultServer(handle=talk) as server:
        environ = {"all_proxy": f"socks5://127.0.0.1:{server.port}"}
        error = error_from("https://gateway.example", environ=environ)
    assert error.message.startswith(f"The proxy all_proxy (127.0.0.1:{server.port}) ")


def wait_for_error(server: FaultServer, **options: Any) -> errors.ApiError:
    api = make_api(server.url, connect_timeout=0.1, read_timeout=0.1, **options)
    with pytest.raises(errors.ApiError) as caught, api.open_content("v1") as content:
        list(content.chunks())
    return caught.value


def test_a_timeout_before_the_headers_is_unreachable() -> None:
    with FaultServer(lambda _: HANG) as server:
        assert isinstance(wait_for_error(server), errors.Unreachable)


def test_headers_that_come_byte_by_byte_time_out() -> None:
    def drip(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nx: "
        while not server.stopping.wait(0.02):
            yield b"y"

    with FaultServer(drip) as server:
        assert "nothing for too long" in wait_for_error(server).message


def test_a_socks_proxy_that_never_responds_times_out() -> None:
    with FaultServer(handle=lambda _: server.wait()) as server:
        environ = {"all_proxy": f"socks5://127.0.0.1:{server.port}"}
        api = make_api("https://g.example", environ=environ, connect_timeout=0.1, read_timeout=0.1)
        with pytest.raises(errors.Unreachable, match="does not respond"), api.open_content("v1"):
            pass


def test_a_timeout_within_the_body_is_unreachable() -> None:
    def stall(_: Request) -> Iterator[Part]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 99\r\n\r\n\0\0"
        yield HANG

    with FaultServer(stall) as server:
        assert "nothing for too long" in wait_for_error(server).message


@pytest.mark.parametrize(
    "head", [b"content-length: 99\r\n\r\n\0", b"transfer-encoding: chunked\r\n\r\n9\r\n\0"]
)
def test_a_body_that_ends_early_yields_its_bytes_then_raises_unreachable(head: bytes) -> None:
    parts: list[Part] = [b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n" + head, CLOSE]
    with FaultServer(lambda _: parts) as server, make_api(server.url).open_content("v1") as content:
        chunks = content.chunks()
        assert next(chunks) == b"\0"
        with pytest.raises(errors.Unreachable, match="cut the connection"):
            next(chunks)


def test_an_error_raised_by_the_consumer_passes_unchanged() -> None:
    with (
        FaultServer(mp4) as server,
        pytest.raises(OSError, match="disk full"),
        make_api(server.url).open_content("v1"),
    ):
        raise OSError("disk full")


def test_leaving_the_context_early_closes_the_connection() -> None:
    def endless(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n"
        try:
            while True:
                yield b"\0" * 65536
        finally:
            gone.set()

    gone = threading.Event()
    with FaultServer(endless) as server:
        with make_api(server.url).open_content("v1") as content:
            next(content.chunks())
        assert gone.wait(10)


@pytest.mark.parametrize("certificate", ["", "good.pem"])
def test_closing_the_api_ends_a_stalled_download_in_another_thread(certificate: str) -> None:
    def stall(_: Request) -> Iterator[Part]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n\0\0"
        yield HANG

    def download() -> None:
        with api.open_content("v1") as content:
            try:
                for chunk in content.chunks():
                    got.append(chunk)
                    began.set()
            except errors.Unreachable as error:
                got.append(error)

    began = threading.Event()
    got: list[object] = []
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with FaultServer(stall, certificate=certificate) as server:
        api = make_api(server.url, environ=environ)
        thread = threading.Thread(target=download)
        thread.start()
        assert began.wait(10)
        asyncio.run(api.aclose())
        thread.join(10)
    assert not thread.is_alive()
    assert got[0] == b"\0\0"
    assert isinstance(got[1], errors.Unreachable)


def test_many_threads_open_contents_at_once() -> None:
    got: list[bytes] = []
    with FaultServer(mp4) as server:
        api = make_api(server.url)

        def download() -> None:
            with api.open_content("v1") as content:
                got.append(b"".join(content.chunks()))

        threads = [threading.Thread(target=download) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert got == [MP4] * 20


def test_signed_links_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        FaultServer(mp4) as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v?sig=1")) as server,
    ):
        read(server.url)
    assert "sig" not in caplog.text
    assert TOKEN not in caplog.text
