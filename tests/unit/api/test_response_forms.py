"""Responses in every form seen at gateways, read over a real socket."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from hingtui.model import errors
from hingtui.model.video import Status, VideoError
from tests.servers.sockets import answer, json_answer
from tests.unit.api.parsed_responses import LINK, parse_fields, parse_response

FAILED = {
    "id": "v1",
    "object": "video",
    "status": "failed",
    "error": {"code": 500, "message": "CUDA out of memory"},
}


@pytest.mark.parametrize("status", [201, 202])
@pytest.mark.parametrize("body", [b"", b" \n", b"Accepted", b"{}", b'{"message": "Accepted"}'])
async def test_status_201_or_202_without_a_video_is_queued(status: int, body: bytes) -> None:
    video = await parse_response(answer(status, body))
    assert (video.id, video.status, video.raw_status) == ("v1", Status.QUEUED, "")


@pytest.mark.parametrize("status", [200, 201, 202, 203])
async def test_every_success_status_gives_the_video_in_its_body(status: int) -> None:
    video = await parse_response(json_answer({"status": "in_progress", "progress": 42}, status))
    assert (video.status, video.progress) == (Status.GENERATING, 42)


@pytest.mark.parametrize("status", [206, 400, 403, 404, 409, 422, 429, 500, 502, 503])
async def test_a_failed_video_is_read_whatever_the_http_status(status: int) -> None:
    video = await parse_response(json_answer(FAILED, status))
    assert (video.status, video.error) == (
        Status.FAILED,
        VideoError("500", "CUDA out of memory"),
    )


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "v1", "status": "completed", "url": LINK},
        {"code": "success", "data": {"task_id": "v1", "status": "SUCCESS"}},
        {"object": "video", "status": "completed"},
        {"data": [{"task_id": "v1", "status": "SUCCESS"}]},
    ],
)
async def test_a_finished_video_is_read_even_with_status_500(payload: object) -> None:
    assert (await parse_response(json_answer(payload, 500))).status is Status.READY


@pytest.mark.parametrize(
    "payload",
    [
        {"error": {"message": "no", "code": "c"}},
        {"error": {"message": "no"}, "id": "v1"},
        {"code": "task_not_exist", "message": "no", "data": None},
        {"status": "error", "message": "no"},
        {"code": 500, "status": "fail", "message": "no"},
        {"code": 500, "status": "fail", "message": "no", "id": "v1"},
        {"id": "req_9", "status": "error", "message": "no"},
        {"type": "about:blank", "title": "no", "status": 404},
        {"id": "v1", "status": "not_found", "message": "no"},
        {"id": "v1", "status": 404, "message": "no"},
        {"id": "v1", "status": "strange", "message": "no"},
    ],
)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, errors.Unauthorized), (404, errors.NotFound), (429, errors.RateLimited)],
)
async def test_an_error_body_with_an_error_status_raises_that_error(
    status: int, kind: type[errors.ApiError], payload: object
) -> None:
    with pytest.raises(errors.ApiError) as caught:
        await parse_response(json_answer(payload, status))
    assert isinstance(caught.value, kind | errors.NotFound)
    assert caught.value.message == "no"


@pytest.mark.parametrize(
    "payload",
    [
        {"code": 50411, "message": "no"},
        {"code": 50411, "message": "no", "data": None},
        {"code": 50411, "message": "no", "data": {}, "request_id": "r"},
        {"id": "req_1", "code": 50411, "message": "no"},
        {"status": "error", "message": "no"},
        {"code": 500, "status": "fail", "msg": "no"},
        {"success": False, "message": "no"},
        {"errors": [{"message": "no"}]},
    ],
)
@pytest.mark.parametrize("status", [200, 202])
async def test_an_error_body_with_a_success_status_keeps_its_message(
    status: int, payload: object
) -> None:
    with pytest.raises(errors.BadResponse) as caught:
        await parse_response(json_answer(payload, status))
    assert caught.value.message == "no"


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"v1","status":"queued","prompt":"a\n\tb"}',
        b'\xef\xbb\xbf{"id":"v1","status":"queued"}',
        b'{"id":"v1","status":"queued","prompt":"a\xffb"}',
        b'{"id":"v1","status":"queued","progress":NaN,"seconds":-Infinity}',
        '{"id":"v1","status":"queued"}'.encode("utf-16"),
        '{"id":"v1","status":"queued"}'.encode("utf-16-le"),
    ],
)
async def test_slightly_invalid_json_is_parsed(body: bytes) -> None:
    assert (await parse_response(answer(200, body))).status is Status.QUEUED


@pytest.mark.parametrize(
    "coding",
    ["aws-chunked", "none", "binary", "identity", "identity, identity", "UTF-8", "GBK", ""],
)
async def test_an_encoding_that_is_no_compression_is_ignored(coding: str) -> None:
    body = json.dumps(FAILED).encode()
    assert (
        await parse_response(answer(200, body, content_encoding=coding))
    ).status is Status.FAILED


@pytest.mark.parametrize("coding", ["gzip", "gzip, identity", "aws-chunked, gzip", "X-GZip"])
async def test_gzip_is_undone_beside_encodings_that_are_no_compression(coding: str) -> None:
    body = gzip.compress(json.dumps(FAILED).encode())
    assert (
        await parse_response(answer(200, body, content_encoding=coding))
    ).status is Status.FAILED


async def test_two_compressions_are_undone_in_order() -> None:
    body = gzip.compress(zlib.compress(json.dumps(FAILED).encode()))
    video = await parse_response(answer(200, body, content_encoding="deflate, gzip"))
    assert video.status is Status.FAILED


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br"])
async def test_an_unknown_compression_is_a_bad_response(coding: str) -> None:
    with pytest.raises(errors.BadResponse, match="compression"):
        await parse_response(json_answer(FAILED, content_encoding=coding))


TASK = {"task_id": "v1", "status": "SUCCESS", "progress": "100%"}


@pytest.mark.parametrize(
    "payload",
    [
        TASK,
        [TASK],
        {"code": "success", "data": TASK},
        {"id": "req_1", "request_id": "req_1", "code": "success", "data": TASK},
        {"id": "req_1", "status": "success", "message": "", "data": TASK},
        {"data": [TASK]},
        {"data": [{"task_id": "other", "status": "queued"}, TASK]},
        {"data": json.dumps(TASK)},
        {"code": 0, "data": {"task": TASK}},
        {"code": 0, "data": {"items": None, "data": TASK}},
        {"id": 6, **TASK, "data": {"id": "cgt-1", "status": "running"}},
        {"code": "success", "data": {**TASK, "id": 6, "data": {"id": "c", "status": "running"}}},
    ],
)
async def test_a_video_is_found_in_every_known_envelope(payload: object) -> None:
    video = await parse_response(json_answer(payload))
    assert (video.status, video.raw_status, video.remote_id) == (Status.READY, "SUCCESS", "")


MORE_WORDS = {
    Status.QUEUED: "in_queue queuing preparing starting not_started scheduled throttled unknown",
    Status.GENERATING: "preprocessing dreaming in_review cancelling",
    Status.READY: "ready Ready",
    Status.FAILED: "aborted interrupted terminated timeout not_found moderation_blocked",
}


@pytest.mark.parametrize(
    ("word", "status"), [(word, status) for status, ws in MORE_WORDS.items() for word in ws.split()]
)
async def test_status_words_of_related_gateways_are_parsed(word: str, status: Status) -> None:
    video = await parse_fields(status=word)
    assert (video.status, video.raw_status) == (status, word)


async def test_task_status_unknown_is_status_unknown() -> None:
    payload = {"request_id": "r", "output": {"task_id": "v1", "task_status": "UNKNOWN"}}
    assert (await parse_response(json_answer(payload))).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("value", "status", "progress"),
    [
        (0.3, "running", 30),
        (0.05, "running", 5),
        ("0.3", "running", 30),
        ("0.3%", "running", 0.3),
        (0, "running", 0),
        (1, "running", 1),
        (1, "completed", 100),
        (1.0, "completed", 100),
        (45.5, "running", 45.5),
    ],
)
async def test_a_progress_below_one_is_a_fraction(value: Any, status: str, progress: float) -> None:
    assert (await parse_fields(status=status, progress=value)).progress == progress


@pytest.mark.parametrize(
    "fields",
    [
        {"video": {"url": LINK}},
        {"video": LINK},
        {"content": {"video_url": LINK}},
        {"content": {"result_url": LINK}},
        {"output": {"video_url": LINK}},
        {"output": {"videos": [{"url": LINK}]}},
        {"output": [LINK]},
        {"output": LINK},
        {"urls": [LINK]},
        {"unsigned_urls": [LINK]},
        {"creations": [{"url": LINK}]},
        {"task_result": {"videos": [{"url": LINK}]}},
        {"results": [{"url": LINK}]},
        {"download_url": LINK},
        {"resultJson": json.dumps({"resultUrls": [LINK]})},
        {"result": {"video_url": LINK}},
        {"data": {"content": {"video_url": LINK}}},
        {"fail_reason": LINK},
        {"metadata": {"url": "data:video/mp4;base64,AA"}, "url": LINK},
        {"url": "", "metadata": {"url": LINK}},
    ],
)
async def test_a_link_is_read_from_every_known_field(fields: dict[str, Any]) -> None:
    video = await parse_fields(status="completed", **fields)
    assert (video.link, video.error) == (LINK, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"url": "data:video/mp4;base64,AA"}},
        {"urls": {"get": "https://api.example/v1/x"}},
        {"polling_url": LINK},
        {"content": {"last_frame_url": LINK}},
        {"resultJson": "{"},
        {"resultJson": "[" * 100_000},
    ],
)
async def test_links_to_other_things_are_ignored(fields: dict[str, Any]) -> None:
    assert (await parse_fields(status="completed", **fields)).link == ""


@pytest.mark.parametrize("url", ["", None, "data:video/mp4;base64,AA"])
async def test_a_video_withheld_by_moderation_is_failed(url: object) -> None:
    payload = {"status": "done", "video": {"url": url, "respect_moderation": False}}
    video = await parse_response(json_answer(payload))
    assert video.status is Status.FAILED
    assert video.error is not None
    assert "moderation" in video.error.message


@pytest.mark.parametrize(
    "fields",
    [
        {"error": "no"},
        {"error": {"message": "no"}},
        {"error": {"error": {"message": "no"}}},
        {"error": {"detail": [{"msg": "no"}]}},
        {"error": [{"message": "no"}]},
        {"error": json.dumps({"error": {"message": "no"}})},
        {"error": {"message": "", "code": "0"}, "fail_reason": "no"},
        {"fail_reason": "no"},
        {"failMsg": "no"},
        {"failure": "no"},
        {"failure_reason": "no"},
        {"task_status_msg": "no"},
        {"base_resp": {"status_code": 1027, "status_msg": "no"}},
        {"error_message": "no"},
        {"errors": ["no"]},
        {"errors": [{"message": "no"}]},
        {"message": "no"},
        {"output": {"message": "no"}},
    ],
)
async def test_the_error_message_is_read_from_every_known_field(fields: dict[str, Any]) -> None:
    error = (await parse_fields(status="failed", **fields)).error
    assert error is not None
    assert error.message == "no"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"failMsg": "no", "failCode": "501"}, "501"),
        ({"failure": "no", "failureCode": "SAFETY.INPUT"}, "SAFETY.INPUT"),
        ({"err_code": "CreditInsufficient"}, "CreditInsufficient"),
        ({"message": "no", "code": "DataInspectionFailed"}, "DataInspectionFailed"),
        ({"error": {"message": "no", "code": "c"}}, "c"),
    ],
)
async def test_the_error_code_is_read_from_every_known_field(
    fields: dict[str, Any], code: str
) -> None:
    error = (await parse_fields(status="failed", **fields)).error
    assert error is not None
    assert error.code == code


async def test_an_envelopes_message_is_the_reason_of_the_failure() -> None:
    payload = {"code": 1001, "message": "no", "data": {"task_id": "v1", "status": "FAILURE"}}
    assert (await parse_response(json_answer(payload))).error == VideoError("1001", "no")


async def test_an_envelopes_success_message_is_not_a_reason() -> None:
    payload = {"code": "success", "message": "success", "data": {"id": "v1", "status": "failed"}}
    assert (await parse_response(json_answer(payload))).error is None
