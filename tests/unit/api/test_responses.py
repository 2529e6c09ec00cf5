"""Interpreting statuses, headers and bodies, without a network."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from hingtui.api.headers import (
    compressions,
    content_range,
    is_text,
    may_be_text,
    request_id,
    retry_after,
    server_time,
    validator,
    version,
)
from hingtui.api.pages import read_page
from hingtui.api.response_errors import Call, Response, error_for
from hingtui.api.responses import read_link, read_video, unpack
from hingtui.model import errors
from hingtui.model.video import Status

NOW = 1_762_789_802.0
DATE = "Mon, 10 Nov 2025 15:50:02 GMT"  # NOW

R, L, C, S = Call.RETRIEVE, Call.LIST, Call.CONTENT, Call.STORAGE


def response(payload: object = None, status: int = 200, **headers: str) -> Response:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Response(
        status, {k.replace("_", "-"): v for k, v in headers.items()}, body, ("oh-secret",)
    )


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [
        (R, 401, errors.Unauthorized),
        (L, 401, errors.Unauthorized),
        (C, 401, errors.Unauthorized),
        (R, 402, errors.Unauthorized),
        (R, 403, errors.Forbidden),
        (C, 403, errors.Forbidden),
        (R, 404, errors.NotFound),
        (R, 410, errors.Expired),
        (C, 410, errors.Expired),
        (L, 404, errors.NotOffered),
        (L, 405, errors.NotOffered),
        (L, 501, errors.NotOffered),
        (R, 501, errors.NotOffered),
        (C, 405, errors.NotOffered),
        (C, 501, errors.NotOffered),
        (C, 202, errors.NotReady),
        (C, 204, errors.NotReady),
        (C, 400, errors.NotReady),
        (C, 404, errors.NotReady),
        (C, 409, errors.NotReady),
        (C, 416, errors.RangeRefused),
        (R, 429, errors.RateLimited),
        (L, 429, errors.RateLimited),
        (C, 429, errors.RateLimited),
        (R, 407, errors.ProxyLogin),
        (R, 408, errors.ServerError),
        (R, 500, errors.ServerError),
        (L, 502, errors.ServerError),
        (C, 503, errors.ServerError),
        (R, 599, errors.ServerError),
        (R, 400, errors.Rejected),
        (R, 422, errors.Rejected),
        (R, 204, errors.BadResponse),
        (L, 400, errors.Rejected),
        (R, 300, errors.BadResponse),
        (S, 401, errors.StorageRefused),
        (S, 403, errors.StorageRefused),
        (S, 404, errors.StorageRefused),
        (S, 429, errors.StorageRefused),
        (S, 416, errors.RangeRefused),
        (S, 202, errors.NotReady),
    ],
)
def test_each_http_status_raises_its_error(
    call: Call, status: int, kind: type[errors.ApiError]
) -> None:
    error = error_for(call, response(b"", status), NOW)
    assert (type(error), error.http_status) == (kind, status)


@pytest.mark.parametrize("call", [R, C])
def test_the_code_task_not_exist_raises_not_found(call: Call) -> None:
    body = {"code": "task_not_exist", "message": "没有", "data": None}
    error = error_for(call, response(body, 400), NOW)
    assert (type(error), error.message, error.code) == (errors.NotFound, "没有", "task_not_exist")


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (b'{"error":{"message":"m","type":"t","code":"c"}}', "m", "c"),
        (b'{"error":{"message":"m","type":"t"}}', "m", "t"),
        (b'{"error":"text"}', "text", ""),
        (b'{"code":"c","message":"m","data":null}', "m", "c"),
        (b'{"data":{"message":"m"}}', "m", ""),
        (b'"words"', "words", ""),
        (b"plain\ntext", "plain\ntext", ""),
        (b"<html><head><title>502 Bad\nGateway</title>", "502 Bad Gateway", ""),
        (
            b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Expired</Message>',
            "Expired",
            "AccessDenied",
        ),
        (b"evil \x1b]52;c;eA==\x07 \xff\xfe", "evil ]52;c;eA==", ""),
        (b"look: https://cdn.example/a?sig=1 oh-secret", "look: https://cdn.example/a?… …", ""),
    ],
)
def test_message_and_code_are_read_from_every_form_of_error(
    body: bytes, message: str, code: str
) -> None:
    error = error_for(R, response(body, 500), NOW)
    assert (error.message, error.code) == (message, code)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"<html>", b"\0\0", b"[" * 100_000])
@pytest.mark.parametrize("status", [204, 302, 401, 403, 404, 407, 416, 429, 500, 501])
@pytest.mark.parametrize("call", list(Call))
@pytest.mark.sample(28)
def test_an_error_without_a_message_gets_a_default_message(
    call: Call, status: int, body: bytes
) -> None:
    assert error_for(call, response(body, status), NOW).message


def test_the_request_id_is_read_from_either_header_and_cleaned() -> None:
    assert request_id({"x-oneapi-request-id": "2025\x1b[31m", "x-request-id": "b"}) == "2025[31m"
    assert request_id({"x-request-id": "b"}) == "b"
    assert request_id({}) == ""


@pytest.mark.parametrize(
    "name",
    ["x-litellm-call-id", "request-id", "x-amzn-requestid", "x-amz-request-id", "x-tos-request-id",
     "x-oss-request-id", "x-ms-request-id", "x-guploader-uploadid", "x-trace-id", "traceparent",
     "cf-ray"],
)  # fmt: skip
def test_every_common_request_id_header_is_read(name: str) -> None:
    assert request_id({name: "abc"}) == "abc"


@pytest.mark.parametrize("first", ["x-oneapi-request-id", "x-litellm-call-id", "x-request-id"])
def test_the_gateways_request_id_outranks_a_relays(first: str) -> None:
    assert request_id({"cf-ray": "c", "x-amz-request-id": "s", first: "own"}) == "own"
    assert request_id({first: " \x1b ", "cf-ray": "c"}) == "c"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no", "request_id": "abc"}},
        {"message": "no", "requestId": "abc"},
        {"data": {"request_id": "abc"}},
        b"<Error><Code>AccessDenied</Code><RequestId>abc</RequestId></Error>",
    ],
)
def test_without_a_header_the_request_id_is_read_from_the_body(body: object) -> None:
    assert error_for(S, response(body, 403), NOW).request_id == "abc"
    assert error_for(S, response(body, 403, x_amz_request_id="head"), NOW).request_id == "head"


def test_a_request_id_in_the_message_is_not_extracted() -> None:
    error = error_for(R, response({"error": {"message": "no (request id: 2025)"}}, 401), NOW)
    assert (error.message, error.request_id) == ("no (request id: 2025)", "")


@pytest.mark.parametrize("body", [[], 1, {"error": {"request_id": {"a": 1}}}, {"request_id": 5}])
def test_a_request_id_that_is_no_string_is_ignored(body: object) -> None:
    assert error_for(R, response(body, 500), NOW).request_id == ""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        (" 1.5 ", 1.5),
        ("3600", 3600.0),
        ("Mon, 10 Nov 2025 15:50:32 GMT", 30.0),
        ("3601", None),
        ("-1", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("Mon, 10 Nov 2025 15:49:32 GMT", None),
        ("Mon, 10 Nov 2031 15:50:32 GMT", None),
        ("Mon, 99 Nov 2025 15:50:32 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_limits(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds
    assert (
        error_for(R, response(b"", 429, retry_after=header), NOW).__dict__.get("retry_after")
        == seconds
    )


def test_a_retry_after_date_is_relative_to_the_date_header() -> None:
    headers = {"retry-after": "Mon, 10 Nov 2025 15:50:32 GMT", "date": DATE}
    assert retry_after(headers, NOW + 7200) == 30


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes 5-9/10", (5, 10)),
        ("Bytes 0-9/10", (0, 10)),
        ("bytes=5-9/10", (5, 10)),
        ("bytes 5-9/*", (5, None)),
        ("bytes */10", (None, 10)),
        ("bytes */*", (None, None)),
        ("bytes 5-/10", (None, None)),
        ("items 5-9/10", (None, None)),
        ("bytes " + "9" * 30 + "-1/2", (None, None)),
        ("", (None, None)),
    ],
)
def test_content_range_gives_start_and_total(
    header: str, expected: tuple[int | None, int | None]
) -> None:
    assert content_range({"content-range": header}) == expected


def test_a_refused_range_holds_the_files_length() -> None:
    error = error_for(S, response(b"", 416, content_range="bytes */77"), NOW)
    assert isinstance(error, errors.RangeRefused)
    assert error.total == 77


OLD = "Mon, 10 Nov 2025 15:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"etag": '"abc"'}, '"abc"'),
        ({"etag": '"abc"', "last-modified": OLD, "date": DATE}, '"abc"'),
        ({"etag": 'W/"abc"'}, None),
        ({"etag": 'W/"abc"', "last-modified": OLD, "date": DATE}, None),
        ({"etag": "abc"}, None),
        ({"etag": '"a"b"'}, None),
        ({"last-modified": OLD, "date": DATE}, OLD),
        ({"last-modified": DATE, "date": DATE}, None),
        ({"last-modified": OLD}, None),
        ({"last-modified": "yesterday", "date": DATE}, None),
        ({}, None),
    ],
)
def test_only_strong_validators_are_used(headers: dict[str, str], expected: str | None) -> None:
    assert validator(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"etag": '"abc"'}, '"abc"'),
        ({"etag": 'W/"abc"'}, '"abc"'),
        ({"etag": 'W/"abc"', "last-modified": OLD, "date": DATE}, '"abc"'),
        ({"etag": "abc", "last-modified": OLD, "date": DATE}, ""),
        ({"last-modified": OLD, "date": DATE}, OLD),
        ({"last-modified": OLD}, ""),
        ({}, ""),
    ],
)
def test_a_weak_etag_identifies_the_version(headers: dict[str, str], expected: str) -> None:
    assert version(headers) == expected


@pytest.mark.parametrize(
    ("header", "expected"), [(DATE, NOW), ("", None), ("now", None), ("Mon, 10 Nov 2025", None)]
)
def test_the_server_time_is_the_date_header(header: str, expected: float | None) -> None:
    assert server_time({"date": header}) == expected


@pytest.mark.parametrize(
    ("status", "kind", "first", "expected"),
    [
        (200, "video/mp4", b"", False),
        (200, "video/mp4", b"noise", True),
        (200, "video/mp4", b"\x1aE\xdf\xa3\x9fB\x86\x81\x01", False),
        (200, "text/plain", b"GIF89a\x80\x02\xe0\x01\xf7\0\0", False),
        (200, "video/mp4", b'{"error"', True),
        (200, "application/octet-stream", b" <html", True),
        (200, "application/json", b'{"error"', True),
        (200, "text/html", b"<!doctype", True),
        (200, "text/plain", b"upstream error", True),
        (200, "", b'{"error"', True),
        (200, "", b"\0\0\0\x18ftyp", False),
        (200, "text/plain", b"\0\0\0\x18ftyp", False),
        (200, "application/json", b"\0\0\0\x18ftyp", False),
        (206, "application/json", b"{", True),
        (206, "text/plain", b"bytes from the middle", False),
        (206, "", b"bytes from the middle", False),
    ],
)
def test_text_is_distinguished_from_a_video(
    status: int, kind: str, first: bytes, expected: bool
) -> None:
    headers = {"content-type": kind}
    assert (may_be_text(status, headers) and is_text(status, first)) is expected


SEED_RUNNING = {
    "id": "video_691209aab0a08198a4e78870277f7e3d0215e09cec47a737",
    "object": "video",
    "status": "processing",
    "progress": 45,
}


def test_a_response_holds_video_server_time_and_raw_json() -> None:
    answer = read_video(response(SEED_RUNNING, date=DATE), "asked", NOW)
    assert (answer.video.id, answer.video.status) == ("asked", Status.GENERATING)
    assert answer.server_time == NOW
    assert answer.raw is not None
    assert json.loads(answer.raw.text()) == SEED_RUNNING


def test_the_repr_of_a_response_omits_the_raw_json() -> None:
    signed = SEED_RUNNING | {"video_url": "https://c.example/?sig=1"}
    answer = read_video(response(signed), "asked", NOW)
    assert "sig=1" not in repr(answer)


def test_signed_urls_are_redacted_in_a_failed_videos_message() -> None:
    error = {"code": "upstream", "message": 'Get "https://c.example/x?sig=1": EOF'}
    answer = read_video(response({"id": "v", "status": "failed", "error": error}), "v", NOW)
    assert answer.video.error is not None
    assert answer.video.error.message == 'Get "https://c.example/x?…": EOF'


@pytest.mark.parametrize(
    ("payload", "kind", "message"),
    [
        ({"error": {"message": "无效的令牌"}}, errors.BadResponse, "无效的令牌"),
        ({"code": "task_not_exist", "message": "没有"}, errors.NotFound, "没有"),
        ([], errors.BadResponse, "The response contains no video."),
        (None, errors.BadResponse, "The response contains no video."),
        (b"", errors.BadResponse, "The response is empty."),
        (b'{"id": "v", "sta', errors.BadResponse, "The response is not valid JSON."),
        (b'{"id": "\xff"}', errors.BadResponse, "The response is not valid JSON."),
        (b"[" * 100_000, errors.BadResponse, "The response is not valid JSON."),
        (b"9" * 5000, errors.BadResponse, "The response is not valid JSON."),
    ],
)
def test_a_response_without_a_video_is_an_error(
    payload: object, kind: type[errors.ApiError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        read_video(response(payload), "v", NOW)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "page",
    [
        response(b"<!DOCTYPE html><title>New API</title>"),
        response(b"  \n<html>"),
        response(b"hello", content_type="text/html; charset=utf-8"),
    ],
)
def test_a_web_page_raises_an_error_about_the_base_url(page: Response) -> None:
    with pytest.raises(errors.BadResponse, match="check the base URL"):
        read_video(page, "v", NOW)


def videos(count: int) -> list[object]:
    return [{"id": f"v{n}", "status": "queued"} for n in range(count)]


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "list", "data": videos(2)},
        videos(2),
        {"code": 0, "data": {"items": videos(2)}},
        {"data": {"data": videos(2)}},
        {"data": [*videos(2), {"error": "x"}, None, 7]},
    ],
)
def test_a_list_page_is_read_from_every_known_envelope(payload: object) -> None:
    assert [video.id for video in read_page(response(payload), None, 100, NOW).videos] == [
        "v0",
        "v1",
    ]


@pytest.mark.parametrize("payload", [{}, {"data": {}}, {"data": None}, 7, {"error": "no"}])
def test_a_response_without_a_list_is_an_error(payload: object) -> None:
    with pytest.raises(errors.BadResponse):
        read_page(response(payload), None, 100, NOW)


@pytest.mark.parametrize(
    ("payload", "after", "last_id"),
    [
        ({"data": videos(100)}, None, "v99"),
        ({"data": videos(3)}, None, None),
        ({"data": []}, "v9", None),
        ({"data": videos(20)}, None, "v19"),  # a cap of the server's own: more may follow
        ({"data": videos(3), "has_more": True}, None, "v2"),
        ({"data": videos(100), "has_more": False}, None, None),
        ({"data": videos(100)}, "v99", None),  # `after` is ignored there: it would go on for ever
        ({"data": [], "has_more": True}, None, None),
    ],
)
def test_a_list_page_gives_the_id_after_which_the_next_begins(
    payload: object, after: str | None, last_id: str | None
) -> None:
    assert read_page(response(payload), after, 100, NOW).last_id == last_id


LINK = "https://cdn.example/v.mp4?sig=1"


@pytest.mark.parametrize(
    "payload",
    [
        {"url": LINK},
        {"video_url": LINK},
        {"data": {"url": LINK}},
        {"code": "success", "data": {"video_url": LINK}},
        {"status": "completed", "url": LINK},
        {"id": "v", "status": "success", "result": {"video_url": LINK}},
    ],
)
def test_a_link_is_read_from_json_in_place_of_content(payload: object) -> None:
    assert read_link(response(payload)) == LINK


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"id": "v", "status": "processing"}, errors.NotReady),
        ({"data": {"task_id": "v", "state": "queued"}}, errors.NotReady),
        ({"code": "video_not_ready", "message": "wait"}, errors.NotReady),
        ({"code": "task_not_exist", "message": "no"}, errors.NotFound),
        ({"error": {"message": "boom"}}, errors.BadResponse),
        ({"id": "v", "status": "failed", "error": "boom"}, errors.BadResponse),
        ({"url": "file:///etc/passwd"}, errors.BadResponse),
        ({}, errors.BadResponse),
        ([], errors.BadResponse),
        (b"<html>", errors.BadResponse),
    ],
)
def test_json_without_a_link_raises_not_ready_or_the_error(
    payload: object, kind: type[errors.ApiError]
) -> None:
    with pytest.raises(kind) as caught:
        read_link(response(payload))
    assert type(caught.value) is kind


def test_gzip_and_deflate_bodies_are_decompressed() -> None:
    assert unpack(gzip.compress(b"{}", mtime=0), ["gzip"], 10) == b"{}"
    assert unpack(zlib.compress(b"{}"), ["deflate"], 10) == b"{}"
    assert unpack(b"{}", [], 10) == b"{}"


def test_a_compression_bomb_is_stopped_at_the_cap() -> None:
    assert unpack(gzip.compress(bytes(50_000_000)), ["gzip"], 1_000_000) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("identity", []),
        ("aws-chunked", []),
        ("none", []),
        ("binary", []),
        ("identity, identity", []),
        ("UTF-8", []),
        ("utf8", []),
        ("ISO-8859-1", []),
        ("gb2312", []),
        ("charset=utf-8", []),
        ("gzip, identity", ["gzip"]),
        ("aws-chunked,GZIP", ["gzip"]),
        ("deflate, gzip", ["deflate", "gzip"]),
        ("br", ["br"]),
        ("zstd, none", ["zstd"]),
    ],
)
def test_encodings_that_are_no_compression_are_left_out(header: str, expected: list[str]) -> None:
    assert compressions({"content-encoding": header}) == expected


def test_several_compressions_are_undone_in_order() -> None:
    body = gzip.compress(zlib.compress(b"{}"), mtime=0)
    assert unpack(body, ["deflate", "gzip"], 100) == b"{}"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"no gzip", "gzip"),
        (gzip.compress(b"{}", mtime=0)[:-3], "gzip"),
        (b"{}", "br"),
        (gzip.compress(b"{}", mtime=0), "gzip, gzip"),
        (b"{}", "zstd"),
    ],
)
def test_broken_or_unsupported_compression_is_an_error(body: bytes, encoding: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(body, compressions({"content-encoding": encoding}), 100)
