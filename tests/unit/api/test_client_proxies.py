"""The client through proxies of HTTP and SOCKS, and past them."""

from __future__ import annotations

import socket
import traceback
from typing import Any

import pytest

from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import CERTIFICATES, FaultServer, Names, answer, json_answer
from tests.support.api_client import VIDEO, api_at, relay, retrieve_from


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
