"""What `doctor` finds out about a gateway: each fault over a real socket, with its next step."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate

import pytest

from hingtui.api.probe import GatewayReport, Step, new_report, probe
from hingtui.cli.doctor.check import Check, State
from hingtui.cli.doctor.response_checks import response_checks, unfinished
from hingtui.cli.doctor.route_checks import route_checks
from hingtui.storage.settings import GatewaySettings
from hingtui.system.clock import Clock
from tests.servers.gateway import TOKEN, Gateway
from tests.servers.sockets import (
    CERTIFICATES,
    HANG,
    FaultServer,
    Names,
    Request,
    answer,
    json_answer,
)
from tests.support.waiting import until

PAGE = b"<!doctype html><title>Welcome</title><p>Nothing to see here."
OK, NOTE, PROBLEM = State.OK, State.NOTE, State.PROBLEM


async def examined(
    base_url: str, *, token: str | None = TOKEN, kind: str = "auto", **environ: str
) -> dict[str, Check]:
    """The checks of the gateway at this address, by their names."""
    gateway = GatewaySettings("lab", base_url, kind, token=token)
    report = new_report(base_url)
    await probe(report, base_url, token or "", environ, kind=kind)
    assert report.step is Step.DONE or report.route_error
    return by_name(gateway, report)


def by_name(gateway: GatewaySettings, report: GatewayReport) -> dict[str, Check]:
    checks = [*route_checks(gateway, report, time.time()), *response_checks(gateway, report)]
    assert all(check.gateway == "lab" for check in checks)
    for check in checks:
        assert bool(check.next_step) or check.state is not PROBLEM, check
        assert TOKEN not in repr(check)
    names = [check.check for check in checks]
    assert len(set(names)) == len(names)
    return {check.check: check for check in checks}


def states(checks: dict[str, Check]) -> dict[str, State]:
    return {name: check.state for name, check in checks.items()}


async def test_a_healthy_gateway_has_no_problem() -> None:
    with Gateway(Clock()) as gateway:
        gateway.video("video_1")
        gateway.video("video_2")
        checks = await examined(gateway.url)
    assert states(checks) == dict.fromkeys(
        ("route", "connection", "api", "access", "list", "clock", "rate_limit"), OK
    )
    assert checks["list"].message == "The account's list has 2 videos."
    assert checks["list"].details == {"videos": 2, "more": False}
    requests = checks["api"].details["requests"]
    assert isinstance(requests, list)
    assert [request["path"] for request in requests] == [
        "/v1/videos/hingtui-doctor",
        "/v1/videos",
    ]
    assert [request["status"] for request in requests] == [404, 200]
    assert checks["api"].details["family"] == "videos"


async def test_only_get_requests_are_sent_and_the_token_only_there() -> None:
    with Gateway(Clock()) as gateway:
        await examined(gateway.url)
        assert {request.method for request in gateway.requests} == {"GET"}
        assert gateway.leaks == []


async def test_a_gateway_without_a_list_still_accepts_the_token() -> None:
    with Gateway(Clock()) as gateway:
        gateway.has_list = False
        checks = await examined(gateway.url)
    assert checks["list"].state is NOTE
    assert checks["access"].message == "The gateway accepts the token."


async def test_a_list_that_is_a_web_page_counts_as_none() -> None:
    with Gateway(Clock()) as gateway:
        gateway.fault("/v1/videos?", answer(200, PAGE, content_type="text/html"))
        checks = await examined(gateway.url)
    assert (checks["api"].state, checks["list"].state) == (OK, NOTE)


async def test_a_refused_list_is_reported_in_the_gateways_words() -> None:
    refused = json_answer({"error": {"message": "LLM Provider NOT provided", "code": "400"}}, 400)
    with Gateway(Clock()) as gateway:
        gateway.fault("/v1/videos?", refused)
        checks = await examined(gateway.url)
    assert (checks["api"].state, checks["access"].state, checks["list"].state) == (OK, OK, NOTE)
    assert checks["list"].message == (
        "This gateway has no list that hingtui can read (HTTP 400: LLM Provider NOT provided)."
    )
    assert "by their ids" in checks["list"].next_step


async def test_an_unreadable_list_is_reported_beside_an_accepted_token() -> None:
    with Gateway(Clock()) as gateway:
        gateway.fault("/v1/videos?", json_answer({"error": {"message": "not yours"}}, 403))
        checks = await examined(gateway.url)
    assert checks["access"].message == "The gateway accepts the token."
    assert "The account's list cannot be read:" in checks["list"].message
    assert "HTTP 403 · not yours" in checks["list"].message


async def test_a_refused_token_is_a_problem_with_the_servers_words() -> None:
    with Gateway(Clock(), token="oh-another-token-99") as gateway:
        checks = await examined(gateway.url)
    assert states(checks)["access"] is PROBLEM
    assert checks["access"].message == "The gateway refuses the token: 无效的令牌"
    assert checks["api"].state is OK
    assert "list" not in checks


async def test_without_a_token_the_gateways_request_for_one_is_reported() -> None:
    with Gateway(Clock()) as gateway:
        checks = await examined(gateway.url, token=None)
        assert all("authorization" not in request.headers for request in gateway.requests)
    assert checks["access"].message.startswith("The gateway asks for a token:")


async def test_a_web_page_is_not_an_api() -> None:
    with FaultServer(lambda _: answer(200, PAGE, content_type="text/html")) as server:
        checks = await examined(server.url)
    assert checks["api"].state is PROBLEM
    assert "A web page answers there (HTTP 200)" in checks["api"].message
    assert server.url in checks["api"].next_step
    assert "access" not in checks


async def test_a_page_of_a_missing_route_is_not_an_api() -> None:
    with FaultServer(lambda _: answer(404, PAGE, content_type="text/html")) as server:
        checks = await examined(server.url)
    assert "A web page answers there (HTTP 404)" in checks["api"].message


async def test_an_error_of_the_gateway_is_no_wrong_address() -> None:
    with FaultServer(lambda _: answer(502, PAGE, content_type="text/html")) as server:
        checks = await examined(server.url)
    assert "reports an internal error. Its answer: HTTP 502" in checks["api"].message
    assert "Try again later" in checks["api"].next_step


async def test_a_token_that_cannot_be_sent_is_a_problem() -> None:
    with FaultServer() as server:
        checks = await examined(server.url, token="no\ttoken")
        assert server.requests == []
    assert checks["api"].state is PROBLEM


def relay(request: Request) -> bytes:
    """A gateway of the family `generations`."""
    if request.path.startswith("/v1/video/generations/"):
        return json_answer({"code": "task_not_exist", "message": "task_not_exist"}, 400)
    return json_answer({"error": {"message": f"Invalid URL (GET {request.path})"}}, 404)


async def test_the_family_that_answers_is_named() -> None:
    with FaultServer(relay) as server:
        checks = await examined(server.url)
    assert "family generations" in checks["api"].message
    assert checks["access"].state is OK
    assert checks["list"].state is NOTE


async def test_the_family_of_the_settings_is_asked() -> None:
    with FaultServer(relay) as server:
        checks = await examined(server.url, kind="ark")
        assert {request.path.split("?")[0] for request in server.requests} == {
            "/api/v3/contents/generations/tasks/hingtui-doctor",
            "/api/v3/contents/generations/tasks",
        }
    assert checks["api"].state is PROBLEM
    assert "no API that hingtui knows" in checks["api"].message


async def test_another_programs_server_is_no_gateway() -> None:
    with FaultServer(lambda _: json_answer({"detail": "Not Found"}, 404)) as server:
        checks = await examined(server.url)
    assert "no API that hingtui knows" in checks["api"].message
    assert server.url in checks["api"].next_step
    assert "access" not in checks


async def test_a_login_in_front_is_named() -> None:
    page = answer(401, PAGE, content_type="text/html", www_authenticate='Basic realm="x"')
    with FaultServer(lambda _: page) as server:
        checks = await examined(server.url)
    assert checks["api"].state is PROBLEM
    assert "asks for a name and password" in checks["api"].message


@pytest.mark.parametrize(
    ("hours", "words", "state"),
    [
        (1, "1:00:00 ahead of", NOTE),
        (-1, "1:00:00 behind", NOTE),
        (24 * 30, "30d 0h ahead of", PROBLEM),
        (0, "agree about the time", OK),
    ],
)
async def test_a_wrong_clock_is_found(hours: float, words: str, state: State) -> None:
    with Gateway(Clock()) as gateway:
        gateway.date = formatdate(time.time() + hours * 3600, usegmt=True)
        checks = await examined(gateway.url)
    assert words in checks["clock"].message
    assert checks["clock"].state is state
    offset = checks["clock"].details["offset_seconds"]
    assert isinstance(offset, float)
    assert abs(offset - hours * 3600) < 5


async def test_the_headers_about_the_rate_limit_are_shown() -> None:
    def respond(request: Request) -> bytes:
        return json_answer({"data": []}, x_ratelimit_remaining_requests="599")

    with FaultServer(respond) as server:
        checks = await examined(server.url)
    assert checks["rate_limit"].message == "The gateway says: x-ratelimit-remaining-requests: 599"


async def test_a_full_rate_limit_is_a_note() -> None:
    with FaultServer(lambda _: json_answer({}, 429, retry_after="7")) as server:
        checks = await examined(server.url)
        assert len(server.requests) == 1
    assert checks["rate_limit"].state is NOTE
    assert "HTTP 429" in checks["rate_limit"].message
    assert "7 s" in checks["rate_limit"].message


async def test_a_closed_port_refuses_connections() -> None:
    with FaultServer() as server:
        url = server.url
        server.go_away()
        checks = await examined(url)
    assert states(checks) == {"route": OK, "connection": PROBLEM}
    assert checks["connection"].message == f"{url.removeprefix('http://')} refuses connections."


async def test_an_unknown_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch)
    checks = await examined("https://gateway.example")
    assert states(checks) == {"route": OK, "name": PROBLEM}
    assert "gateway.example is unknown here" in checks["name"].message


async def test_an_address_made_up_by_a_local_proxy_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hingtui.api.probe.look_up", lambda _host, _port: ("198.18.0.7",))
    monkeypatch.setattr("hingtui.api.probe_connection.CONNECT_WITHIN", 0.01)
    checks = await examined("https://gateway.example")
    assert "Clash" in checks["name"].message


async def test_a_silent_ipv6_address_beside_a_good_one_is_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Gateway(Clock()) as gateway:
        url = gateway.url.replace("127.0.0.1", "localhost")
        monkeypatch.setattr("hingtui.api.probe.look_up", lambda _h, _p: ("::1", "127.0.0.1"))
        checks = await examined(url)
    assert checks["connection"].state is NOTE
    assert "Not to ::1" in checks["connection"].message
    assert checks["api"].state is OK


async def test_a_certificate_of_an_unknown_authority_names_who_signed_it() -> None:
    with FaultServer(certificate="company.pem") as server:
        checks = await examined(server.url)
        assert server.requests == []
    found = checks["encryption"]
    assert found.state is PROBLEM
    assert "signed by Company CA" in found.message
    assert "SSL_CERT_FILE" in found.next_step
    assert "api" not in checks


async def test_an_expired_certificate_is_not_called_untrusted() -> None:
    trust = str(CERTIFICATES / "expired.pem")
    with FaultServer(certificate="expired.pem") as server:
        checks = await examined(server.url, SSL_CERT_FILE=trust)
    assert "expired" in checks["encryption"].message
    assert "date and time" in checks["encryption"].next_step


async def test_a_trusted_certificate_shows_issuer_and_time_left() -> None:
    trust = str(CERTIFICATES / "company-ca.pem")
    with Gateway(Clock(), certificate="company.pem") as gateway:
        checks = await examined(gateway.url, SSL_CERT_FILE=trust)
    assert checks["encryption"].state is OK
    assert "certificate by Company CA; valid for" in checks["encryption"].message
    assert checks["api"].state is OK


async def test_a_server_without_tls_is_found() -> None:
    with FaultServer(greeting=b"220 mail.example ESMTP\r\n") as server:
        checks = await examined(server.url.replace("http:", "https:"))
    assert checks["encryption"].state is PROBLEM
    assert "port" in checks["encryption"].next_step


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_a_login_is_named(scheme: str) -> None:
    with FaultServer(lambda _: answer(407, b"", proxy_authenticate="Basic")) as proxy:
        url = f"http://who:pa55word@127.0.0.1:{proxy.port}"
        checks = await examined(f"{scheme}://gateway.example", ALL_PROXY=url)
    assert checks["api"].state is PROBLEM
    assert "ALL_PROXY" in checks["api"].next_step
    assert "pa55word" not in repr(checks)
    assert "name and password" in checks["api"].message


async def test_a_dead_proxy_is_named_and_not_the_gateway() -> None:
    with FaultServer() as proxy:
        proxy.go_away()
        checks = await examined(
            "https://gateway.example", HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}"
        )
    assert states(checks) == {"route": OK, "connection": PROBLEM}
    assert f"127.0.0.1:{proxy.port} refuses" in checks["connection"].message
    assert "HTTPS_PROXY" in checks["connection"].next_step


async def test_a_plain_gateway_behind_a_proxy_shows_it_the_token() -> None:
    with FaultServer(lambda _: json_answer({"data": []})) as proxy:
        checks = await examined("http://nas.example", HTTP_PROXY=f"http://127.0.0.1:{proxy.port}")
    assert checks["route"].state is PROBLEM
    assert "the proxy can read the token" in checks["route"].message
    assert "NO_PROXY" in checks["route"].next_step


async def test_a_proxy_variable_without_an_address_is_a_problem() -> None:
    checks = await examined("https://gateway.example", HTTPS_PROXY="socks9://127.0.0.1:1")
    assert states(checks) == {"route": PROBLEM}


async def test_a_silent_gateway_is_reported_with_what_was_found_before() -> None:
    with FaultServer(lambda _: HANG) as server:
        gateway = GatewaySettings("lab", server.url, token=TOKEN)
        report = new_report(server.url)
        running = asyncio.create_task(probe(report, server.url, TOKEN, {}))
        await until(lambda: server.requests)
        running.cancel()
        await asyncio.wait([running])
    assert report.step is Step.VIDEO
    assert states(by_name(gateway, report)) == {"route": OK, "connection": OK}
    check = unfinished(gateway, report, 15.0)
    assert check.state is PROBLEM
    assert check.message == "The gateway has not answered within 15 seconds."
