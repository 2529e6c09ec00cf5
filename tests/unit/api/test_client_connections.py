"""Connections of the client: refused, cut, reused and closed; redirects and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Iterator

import pytest

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
)
from tests.support.api_client import VIDEO, api_at, error_from, retrieve_from
from tests.support.waiting import until


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
