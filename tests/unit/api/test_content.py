"""Opening a video's content over real sockets: ranges, and responses without content."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from hingtui.model import errors
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, Request, answer, json_answer
from tests.support.contents import MP4, error_from, mp4, read

OLD = "Mon, 10 Nov 2025 15:00:00 GMT"
DATE = "Mon, 10 Nov 2025 15:50:02 GMT"


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
