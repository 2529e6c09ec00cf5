"""The demo's gateway and storage server, over real sockets."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest

from hingtui.api.payload import parse_video
from hingtui.demo.families.videos import video_object
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Job, Story
from tests.support.clock import EPOCH, FakeClock
from tests.unit.demo.requests import Response, request

DONE = Job("video_done1", EPOCH - 100)
RUNNING = Job("video_running1", EPOCH - 50, generating_for=90)
MOVED = replace(DONE, id="video_moved1", content="redirect", vocabulary="openai")
BIG = replace(DONE, id="video_big1", pad=3_000_000)


@pytest.fixture
def server(clock: FakeClock) -> Iterator[DemoServer]:
    with DemoServer(Story([DONE, RUNNING, MOVED, BIG]), clock=clock) as running:
        yield running


def get(server: DemoServer, path: str, **headers: str) -> Response:
    return request(f"{server.base_url}/v1/videos{path}", server.token, **headers)


@pytest.mark.parametrize("token", ["", "oh-wrong"])
def test_a_wrong_token_gets_401_with_the_gateways_message(server: DemoServer, token: str) -> None:
    response = request(f"{server.base_url}/v1/videos/{DONE.id}", token)
    assert (response.status, response.json) == (
        401,
        {"error": {"message": "无效的令牌", "type": "one_hub_error"}},
    )


def test_a_video_can_be_retrieved(server: DemoServer) -> None:
    response = get(server, f"/{RUNNING.id}")
    assert (response.status, response.json) == (200, video_object(RUNNING, EPOCH))


def test_an_unknown_video_is_404(server: DemoServer) -> None:
    assert get(server, "/video_nobody1").status == 404


def test_a_missing_job_is_404(clock: FakeClock) -> None:
    with DemoServer(Story([replace(DONE, outcome="missing")]), clock=clock) as server:
        assert get(server, f"/{DONE.id}").status == 404


def test_an_id_with_special_characters_is_found_by_its_escaped_path(clock: FakeClock) -> None:
    with DemoServer(Story([replace(DONE, id="a/b c?1")]), clock=clock) as server:
        assert get(server, "/a%2Fb%20c%3F1").json["id"] == "a/b c?1"


def test_a_job_created_in_the_future_is_404(server: DemoServer, clock: FakeClock) -> None:
    clock.now = DONE.created_at - 1
    assert get(server, f"/{DONE.id}").status == 404


def test_every_response_has_its_own_request_id(server: DemoServer) -> None:
    ids = {get(server, f"/{name}").headers["X-Oneapi-Request-Id"] for name in (DONE.id, "x1")}
    assert None not in ids
    assert len(ids) == 2


def test_the_date_header_follows_the_clock(server: DemoServer) -> None:
    date = get(server, f"/{DONE.id}").headers["Date"]
    assert parsedate_to_datetime(date).timestamp() == EPOCH


def test_a_connection_serves_many_requests(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    headers = {"Authorization": f"Bearer {server.token}"}
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", f"/v1/videos/{DONE.id}", headers=headers)
        connection.getresponse().read()
    assert connection.sock is first
    connection.close()


@pytest.mark.parametrize("method", ["POST", "DELETE", "HEAD"])
def test_other_methods_than_get_are_405(server: DemoServer, method: str) -> None:
    response = request(f"{server.base_url}/v1/videos", server.token, method)
    assert response.status == 405


def test_paths_outside_the_api_return_a_web_page(server: DemoServer) -> None:
    response = request(f"{server.base_url}/videos/{DONE.id}", server.token)
    assert (response.status, response.headers.get_content_type()) == (200, "text/html")


def test_requests_are_recorded(server: DemoServer) -> None:
    get(server, "?limit=1")
    request = server.requests[-1]
    assert (request.method, request.path, request.origin, request.at) == (
        "GET",
        "/v1/videos?limit=1",
        "api",
        EPOCH,
    )
    assert request.headers["authorization"] == f"Bearer {server.token}"


PAGED = [Job(f"video_{n}", EPOCH - 1000 + n) for n in range(45)]


@pytest.fixture
def paged(clock: FakeClock) -> Iterator[DemoServer]:
    with DemoServer(Story(PAGED), clock=clock) as running:
        yield running


def listed(response: Response) -> list[str]:
    data = response.json["data"]
    assert isinstance(data, list)
    return [video["id"] for video in data]


def test_a_list_begins_with_the_newest_video(paged: DemoServer) -> None:
    assert listed(get(paged, "?limit=2")) == ["video_44", "video_43"]


def test_a_list_can_begin_with_the_oldest_video(paged: DemoServer) -> None:
    assert listed(get(paged, "?limit=2&order=asc")) == ["video_0", "video_1"]


def test_pages_follow_each_other_without_gap_or_overlap(paged: DemoServer) -> None:
    seen: list[str] = []
    while page := listed(get(paged, f"?limit=20&after={seen[-1] if seen else ''}")):
        seen += page
    assert seen == [f"video_{n}" for n in reversed(range(45))]


def test_a_list_says_whether_there_is_more(paged: DemoServer) -> None:
    more = [get(paged, f"?limit={limit}").json["has_more"] for limit in (44, 45)]
    assert more == [True, False]


def test_a_finished_video_can_be_downloaded(server: DemoServer) -> None:
    response = get(server, f"/{DONE.id}/content")
    assert (response.status, response.headers.get_content_type()) == (200, "video/mp4")
    assert response.body == DONE.file()


def test_content_of_a_running_video_is_404_with_json(server: DemoServer) -> None:
    response = get(server, f"/{RUNNING.id}/content")
    assert (response.status, list(response.json)) == (404, ["error"])


@pytest.mark.parametrize(("job", "status"), [(DONE, 404), (MOVED, 410)], ids=["text", "openapi"])
def test_content_is_unavailable_after_its_expiry(
    server: DemoServer, clock: FakeClock, job: Job, status: int
) -> None:
    clock.now = job.expires_at
    assert get(server, f"/{job.id}/content").status == status


def test_content_of_a_failed_job_is_refused(clock: FakeClock) -> None:
    with DemoServer(Story([replace(DONE, outcome="failed")]), clock=clock) as server:
        assert get(server, f"/{DONE.id}/content").status == 400


@pytest.mark.parametrize(
    ("range_header", "part"),
    [
        ("bytes=100-199", slice(100, 200)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=100-999999999", slice(100, None)),
    ],
)
def test_a_range_request_gets_exactly_those_bytes(
    server: DemoServer, range_header: str, part: slice
) -> None:
    response = get(server, f"/{DONE.id}/content", Range=range_header)
    assert (response.status, response.body) == (206, DONE.file()[part])


def test_a_partial_response_has_its_content_range(server: DemoServer) -> None:
    response = get(server, f"/{DONE.id}/content", Range="bytes=100-199")
    assert response.headers["Content-Range"] == f"bytes 100-199/{DONE.film.length}"


@pytest.mark.parametrize("range_header", ["bytes=999999999-", "bytes=-0"])
def test_a_range_past_the_end_is_416_with_the_length(server: DemoServer, range_header: str) -> None:
    response = get(server, f"/{DONE.id}/content", Range=range_header)
    assert (response.status, response.headers["Content-Range"], response.body) == (
        416,
        f"bytes */{DONE.film.length}",
        b"",
    )


@pytest.mark.parametrize(
    "range_header", ["bytes=9-3", "bytes=-", "lines=1-2", "bytes=1-2,5-6", "x"]
)
def test_an_invalid_range_gets_the_whole_file(server: DemoServer, range_header: str) -> None:
    assert get(server, f"/{DONE.id}/content", Range=range_header).status == 200


@pytest.mark.parametrize(("name", "status"), [("ETag", 206), ("Last-Modified", 206), ("", 200)])
def test_if_range_with_another_validator_gets_the_whole_file(
    server: DemoServer, name: str, status: int
) -> None:
    validator = get(server, f"/{DONE.id}/content").headers.get(name, '"another"')
    response = get(server, f"/{DONE.id}/content", Range="bytes=5-", If_Range=validator)
    assert response.status == status


def test_a_download_can_be_cut_once_and_then_resumed(clock: FakeClock) -> None:
    job = replace(DONE, cut_at=5_000)
    with DemoServer(Story([job]), clock=clock) as server:
        with pytest.raises(http.client.IncompleteRead) as cut:
            get(server, f"/{job.id}/content")
        rest = get(server, f"/{job.id}/content", Range="bytes=5000-")
    assert cut.value.partial + rest.body == job.file()


def test_a_throttled_download_keeps_to_its_rate(clock: FakeClock) -> None:
    with DemoServer(Story([BIG]), clock=clock, rate=100_000) as server:
        get(server, f"/{BIG.id}/content")
    assert clock.now - EPOCH == pytest.approx(BIG.film.length / 100_000)


def test_content_can_redirect_to_a_signed_link_on_another_origin(
    server: DemoServer,
) -> None:
    response = get(server, f"/{MOVED.id}/content")
    link = response.headers["Location"]
    assert (response.status, link.startswith(f"{server.cdn_url}/")) == (302, True)
    assert request(link).body == MOVED.file()


def test_the_storage_server_serves_ranges(server: DemoServer) -> None:
    link = get(server, f"/{MOVED.id}/content").headers["Location"]
    response = request(link, Range="bytes=10-19")
    assert (response.status, response.body) == (206, MOVED.file()[10:20])


def test_the_storage_server_refuses_requests_with_a_token(server: DemoServer) -> None:
    link = get(server, f"/{MOVED.id}/content").headers["Location"]
    assert request(link, server.token).status == 400


def test_the_storage_server_refuses_an_unsigned_link(server: DemoServer) -> None:
    link = get(server, f"/{MOVED.id}/content").headers["Location"]
    assert request(link.partition("?")[0]).status == 403


def test_the_storage_server_refuses_a_link_with_a_changed_expiry(server: DemoServer) -> None:
    link = get(server, f"/{MOVED.id}/content").headers["Location"]
    assert request(link.replace("Expires=1", "Expires=2")).status == 403


def test_a_signed_link_expires(server: DemoServer, clock: FakeClock) -> None:
    link = get(server, f"/{MOVED.id}/content").headers["Location"]
    clock.advance(301)
    assert request(link).status == 403


def test_the_openapi_vocabulary_holds_a_link_to_the_storage_server(server: DemoServer) -> None:
    link = parse_video(get(server, f"/{MOVED.id}").json).link
    assert request(link).body == MOVED.file()


def test_requests_to_the_storage_server_are_recorded_as_such(server: DemoServer) -> None:
    request(f"{server.cdn_url}/x")
    assert server.requests[-1].origin == "cdn"


def test_a_scripted_response_repeats_as_often_as_given(server: DemoServer) -> None:
    server.once("/v1/videos", status=503, body=b"busy", times=2)
    assert [get(server, f"/{DONE.id}").status for _ in range(3)] == [503, 503, 200]


def test_a_scripted_response_applies_only_to_its_path(server: DemoServer) -> None:
    server.once(f"/v1/videos/{RUNNING.id}", status=500)
    assert get(server, f"/{DONE.id}").status == 200


def test_a_scripted_response_has_the_given_headers(server: DemoServer) -> None:
    date = "Mon, 01 Jan 2024 00:00:00 GMT"
    server.once("/", status=429, headers={"Retry-After": "7", "Date": date})
    response = get(server, f"/{DONE.id}")
    assert (response.headers["Retry-After"], response.headers.get_all("Date")) == ("7", [date])


def test_a_scripted_body_can_be_cut_short(server: DemoServer) -> None:
    server.once("/", status=200, headers={"Content-Length": "10"}, body=b"half")
    with pytest.raises(http.client.IncompleteRead):
        get(server, f"/{DONE.id}")


def test_a_scripted_body_can_be_chunked_and_cut_short(server: DemoServer) -> None:
    server.once("/", status=200, headers={"Transfer-Encoding": "chunked"}, body=b"4\r\nhalf\r\n")
    with pytest.raises(http.client.IncompleteRead):
        get(server, f"/{DONE.id}")


def test_stopping_cuts_a_running_download_within_a_second() -> None:
    server = DemoServer(Story([replace(BIG, created_at=time.time() - 100)]), rate=1_000).start()
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    connection.request(
        "GET", f"/v1/videos/{BIG.id}/content", headers={"Authorization": f"Bearer {server.token}"}
    )
    response = connection.getresponse()
    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        response.read()
    connection.close()
    assert took < 1


def test_stopping_ends_idle_connections_and_all_threads() -> None:
    before = threading.active_count()
    server = DemoServer(Story([DONE])).start()
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    server.stop()
    connection.close()
    assert threading.active_count() == before


def test_a_server_that_was_never_started_can_be_stopped() -> None:
    DemoServer(Story()).stop()


def test_a_client_that_disconnects_causes_no_error(
    server: DemoServer, capfd: pytest.CaptureFixture[str]
) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    connection.request(
        "GET", f"/v1/videos/{BIG.id}/content", headers={"Authorization": f"Bearer {server.token}"}
    )
    connection.close()
    assert get(server, f"/{DONE.id}").status == 200
    server.stop()
    assert capfd.readouterr() == ("", "")


def test_a_port_can_be_chosen(server: DemoServer) -> None:
    port = urlsplit(server.base_url).port
    assert port is not None
    server.stop()
    with DemoServer(Story(), port=port) as again:
        assert again.base_url == server.base_url
