"""Connections while content is read: refused, silent, cut, closed, many at once."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import (
    CERTIFICATES,
    CLOSE,
    HANG,
    FaultServer,
    Part,
    Request,
    answer,
    trickle,
)
from tests.support.contents import MP4, error_from, make_api, mp4, read


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
    with FaultServer(lambda _: trickle(server, b"HTTP/1.1 200 OK\r\nx: ")) as server:
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
