"""Content behind redirects and links: where the token goes, and what is not followed."""

from __future__ import annotations

import pytest

from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import CERTIFICATES, FaultServer, Names, Request, answer, json_answer
from tests.support.contents import MP4, Opened, error_from, mp4, read


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
