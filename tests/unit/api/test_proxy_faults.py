"""Errors that a proxy, or a login page in front of the gateway, causes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import traceback
from typing import Any

import pytest

from hingtui.model import errors
from hingtui.model.explain import diagnose
from tests.servers.gateway import TOKEN
from tests.servers.sockets import CERTIFICATES, FaultServer, answer, json_answer
from tests.support.api_client import VIDEO, api_at, relay
from tests.support.contents import make_api, mp4

GOOD = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}


async def poll(base_url: str, environ: dict[str, str]) -> None:
    async with api_at(base_url, environ=environ) as api:
        await api.retrieve("v1")


async def download(base_url: str, environ: dict[str, str]) -> None:
    with make_api(base_url, environ=environ).open_content("v1"):
        pass


async def error_of(call: str, base_url: str, environ: dict[str, str]) -> errors.ApiError:
    """What a poll or a download raises."""
    with pytest.raises(errors.ApiError) as caught:
        await (poll if call == "poll" else download)(base_url, environ)
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert "pa55" not in shown
    return caught.value


def encrypted(proxy: FaultServer, **more: str) -> dict[str, str]:
    return {"ALL_PROXY": f"https://127.0.0.1:{proxy.port}", **more}


calls = pytest.mark.parametrize("call", ["poll", "download"])
targets = pytest.mark.parametrize("base", ["http://gateway.example", "https://gateway.example"])


@calls
@targets
@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("good.pem", "", "self-signed"),
        ("company.pem", "", "unable to get local issuer"),
        ("expired.pem", "expired.pem", "expired"),
        ("other-host.pem", "other-host.pem", "not valid for"),
    ],
)
@pytest.mark.sample(6)
async def test_a_proxys_bad_certificate_names_the_proxy(
    call: str, base: str, certificate: str, trusted: str, reason: str
) -> None:
    trust = {"SSL_CERT_FILE": str(CERTIFICATES / trusted)} if trusted else {}
    with FaultServer(certificate=certificate) as proxy:
        error = await error_of(call, base, encrypted(proxy, **trust))
    assert isinstance(error, errors.ProxyCertificate)
    assert error.message.startswith(
        f"The certificate of the proxy ALL_PROXY (127.0.0.1:{proxy.port}) could not be verified"
    )
    assert reason in error.message
    assert "gateway.example" not in error.message
    assert "proxy's certificate" in error.message
    assert "proxy" in diagnose(error).advice.text
    assert ("SSL_CERT_FILE" in error.message) is (not trusted)
    assert proxy.requests == []


@calls
@targets
async def test_a_proxy_that_speaks_no_tls_is_named(call: str, base: str) -> None:
    with FaultServer(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as proxy:
        error = await error_of(call, base, encrypted(proxy))
    assert type(error) is errors.Unreachable
    assert error.message.startswith("An encrypted connection to the proxy ALL_PROXY (127.0.0.1:")


@calls
async def test_a_proxy_that_cuts_the_tls_handshake_is_named(call: str) -> None:
    with FaultServer(handle=lambda _: None) as proxy:
        error = await error_of(call, "https://gateway.example", encrypted(proxy))
    assert "proxy ALL_PROXY" in error.message


def tunnel_to(port: int, certificate: str) -> Any:
    """A proxy over TLS, or a plain one, that lets through to a port of this machine."""

    def talk(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        if not certificate:
            relay(sock, port)
            return
        with socket.create_connection(("127.0.0.1", port)) as target:
            target.sendall(sock.recv(65536))
            with contextlib.suppress(OSError, ssl.SSLError):
                sock.sendall(target.recv(65536))
                sock.recv(65536)

    return talk


@calls
@pytest.mark.parametrize("certificate", ["", "good.pem"])
async def test_a_bad_certificate_behind_a_proxy_names_the_gateway(
    call: str, certificate: str
) -> None:
    with FaultServer(certificate="company.pem") as gateway:
        talk = tunnel_to(gateway.port, certificate)
        with FaultServer(handle=talk, certificate=certificate) as proxy:
            scheme = "https" if certificate else "http"
            environ = {"ALL_PROXY": f"{scheme}://127.0.0.1:{proxy.port}", **GOOD}
            error = await error_of(call, "https://gateway.example", environ)
    assert isinstance(error, errors.UntrustedCertificate)
    assert error.message.startswith("The certificate of gateway.example could not be verified")
    assert "SSL_CERT_FILE" in diagnose(error).advice.text


async def test_a_proxy_with_a_trusted_company_certificate_works() -> None:
    environ = {"SSL_CERT_FILE": str(CERTIFICATES / "company-ca.pem")}
    with FaultServer(lambda _: json_answer(VIDEO), certificate="company.pem") as proxy:
        async with api_at("http://gateway.example", environ=encrypted(proxy, **environ)) as api:
            await api.retrieve("v1")


SQUID = b"<html><head><title>ERROR: Cache Access Denied</title></head></html>"


@calls
@targets
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("login", ["", "me:pa55@"])
@pytest.mark.sample(6)
async def test_a_proxys_407_is_a_proxy_login_and_not_a_token_error(
    call: str, base: str, scheme: str, login: str
) -> None:
    refuse = answer(407, SQUID, content_type="text/html", proxy_authenticate="Basic realm=x")
    with FaultServer(
        lambda _: refuse, certificate="good.pem" if scheme == "https" else ""
    ) as proxy:
        environ = {"ALL_PROXY": f"{scheme}://{login}127.0.0.1:{proxy.port}", **GOOD}
        error = await error_of(call, base, environ)
    assert isinstance(error, errors.ProxyLogin)
    assert "name and password" in error.message
    assert diagnose(error).short == "proxy login"


def socks_that_refuses(sock: socket.socket) -> None:
    sock.recv(4096)
    sock.sendall(b"\5\2")
    sock.recv(4096)
    sock.sendall(b"\1\1")


@calls
async def test_a_password_refused_by_a_socks_proxy_is_a_proxy_login(call: str) -> None:
    with FaultServer(handle=socks_that_refuses) as proxy:
        environ = {"ALL_PROXY": f"socks5://me:pa55@127.0.0.1:{proxy.port}"}
        error = await error_of(call, "https://gateway.example", environ)
    assert isinstance(error, errors.ProxyLogin)


def socks_that_requires_a_password(sock: socket.socket) -> None:
    sock.recv(4096)
    sock.sendall(b"\5\xff")


@calls
async def test_a_socks_proxy_that_requires_a_password_is_a_proxy_login(call: str) -> None:
    with FaultServer(handle=socks_that_requires_a_password) as proxy:
        environ = {"ALL_PROXY": f"socks5://127.0.0.1:{proxy.port}"}
        error = await error_of(call, "https://gateway.example", environ)
    assert isinstance(error, errors.ProxyLogin)


@calls
@pytest.mark.parametrize(
    ("challenge", "name"),
    [
        ('Basic realm="Company"', "Basic"),
        ("basic", "Basic"),
        ("Negotiate", "Negotiate"),
        ("NTLM", "NTLM"),
        ('Digest realm="x", nonce="y"', "Digest"),
        ("Negotiate, NTLM", "Negotiate"),
        ('Bearer realm="x", Basic realm="y"', "Basic"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"Unauthorized", b"<html><title>401 Authorization Required</title></html>"]
)
@pytest.mark.sample(6)
async def test_an_http_login_before_the_gateway_is_not_a_token_error(
    call: str, challenge: str, name: str, body: bytes
) -> None:
    with FaultServer(lambda _: answer(401, body, www_authenticate=challenge)) as server:
        error = await error_of(call, server.url, {})
    assert isinstance(error, errors.LoginRequired)
    assert error.message.startswith(
        f"Something in front of the gateway asks for a name and password (HTTP {name})."
    )
    assert (b"401" in body) is ("401 Authorization Required" in error.message)
    assert "token" not in diagnose(error).short


@calls
@pytest.mark.parametrize(
    ("body", "challenge"),
    [
        ({"error": {"message": "无效的令牌", "type": "one_hub_error"}}, "Basic"),
        ({"code": "invalid_token", "message": "no", "data": None}, 'Basic realm="api"'),
        ({"error": "bad token"}, "Basic"),
        ({}, "Bearer"),
        ({}, ""),
        ({}, 'Bearer realm="use Basic, NTLM"'),
    ],
)
async def test_a_401_of_the_gateway_itself_is_a_token_error(
    call: str, body: dict[str, object], challenge: str
) -> None:
    reply = json_answer(body, 401, **({"www_authenticate": challenge} if challenge else {}))
    with FaultServer(lambda _: reply) as server:
        assert type(await error_of(call, server.url, {})) is errors.Unauthorized


async def test_a_407_before_the_storage_server_is_a_proxy_login() -> None:
    leave = answer(302, location="http://cdn.example/v")
    refuse = answer(407, SQUID)
    with FaultServer(lambda r: refuse if "cdn" in r.target else leave) as proxy:
        error = await error_of("download", "http://gateway.example", {"HTTP_PROXY": proxy.url})
    assert isinstance(error, errors.ProxyLogin)


def test_a_401_of_the_storage_server_is_a_storage_refusal() -> None:
    with (
        FaultServer(lambda _: answer(401, www_authenticate="Basic")) as cdn,
        FaultServer(lambda _: answer(302, location=f"{cdn.url}/v")) as server,
        pytest.raises(errors.StorageRefused),
        make_api(server.url).open_content("v1"),
    ):
        pass


def test_a_download_through_an_encrypted_proxy_works() -> None:
    with FaultServer(mp4, certificate="good.pem") as proxy:
        api = make_api("http://gateway.example", environ=encrypted(proxy, **GOOD))
        with api.open_content("v1") as content:
            assert b"".join(content.chunks())
