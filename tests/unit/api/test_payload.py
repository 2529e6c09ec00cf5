"""Parsing every form in which gateways were seen to describe a video."""

from __future__ import annotations

import json

import pytest

from hingtui.api.envelopes import parse_status
from hingtui.api.error_text import server_message
from hingtui.api.payload import NotAVideo, parse_progress, parse_video
from hingtui.api.times import parse_time
from hingtui.model.video import Status, Video, VideoError
from tests.support.clock import EPOCH
from tests.unit.api.seed_payloads import ID, SEED_READY, SEED_RUNNING, parse_running

SEED_OPENAPI = {
    "id": "video_abc123",
    "object": "video",
    "status": "completed",
    "model": "veo-3.1-fast-generate-preview",
    "progress": 100,
    "video_url": "https://cdn.example/x.mp4?sig=1",
    "seconds": 6,
    "size": "1280x720",
}


def test_the_documented_running_video_is_parsed() -> None:
    assert parse_video(SEED_RUNNING, ID) == Video(
        id=ID,
        status=Status.GENERATING,
        raw_status="processing",
        progress=45.0,
        model="sora-2",
        prompt="百事可乐宣传片",
        seconds=4.0,
        size="720x1280",
        created_at=EPOCH,
    )


def test_the_documented_finished_video_is_parsed() -> None:
    video = parse_video(SEED_READY, ID)
    assert (video.status, video.raw_status) == (Status.READY, "success")
    assert (video.completed_at, video.expires_at) == (EPOCH + 89, EPOCH + 3689)


def test_the_documented_openapi_video_is_parsed() -> None:
    assert parse_video(SEED_OPENAPI, "video_abc123") == Video(
        id="video_abc123",
        status=Status.READY,
        raw_status="completed",
        progress=100.0,
        model="veo-3.1-fast-generate-preview",
        seconds=6.0,
        size="1280x720",
        link="https://cdn.example/x.mp4?sig=1",
    )


WORDS = {
    Status.QUEUED: "queued queueing pending submitted created not_start waiting",
    Status.GENERATING: "processing in_progress running generating started",
    Status.READY: "success succeeded succeed completed complete finished done",
    Status.FAILED: "failed failure fail error rejected cancelled canceled",
    Status.EXPIRED: "expired",
    Status.UNKNOWN: "reviewing 排队中 0",
}


@pytest.mark.parametrize(
    ("word", "status"),
    [(word, status) for status, words in WORDS.items() for word in words.split()],
)
def test_every_known_status_word_is_parsed(word: str, status: Status) -> None:
    assert (parse_running(status=word).status, parse_running(status=word).raw_status) == (
        status,
        word,
    )


@pytest.mark.parametrize("word", ["In Progress", "IN-PROGRESS", " in_progress ", "InProgress"])
def test_status_words_are_compared_without_case_blanks_and_dashes(word: str) -> None:
    assert parse_status(word) is Status.GENERATING


@pytest.mark.parametrize("name", ["status", "task_status", "state"])
def test_the_status_is_read_from_every_known_field(name: str) -> None:
    assert parse_video({"id": ID, name: "success"}).status is Status.READY


@pytest.mark.parametrize("fields_given", [{}, {"status": None}, {"status": ""}, {"status": []}])
def test_a_video_without_a_status_has_status_unknown(fields_given: dict[str, object]) -> None:
    video = parse_video({"id": ID, "object": "video", **fields_given}, ID)
    assert (video.status, video.raw_status) == (Status.UNKNOWN, "")


def test_a_progress_of_100_does_not_make_a_video_ready() -> None:
    assert parse_running(status="failed", progress=100).status is Status.FAILED
    assert parse_running(progress=100).status is Status.GENERATING


@pytest.mark.parametrize("status", Status)
def test_only_ready_failed_and_expired_are_final(status: Status) -> None:
    assert status.is_final is (status.value in ("ready", "failed", "expired"))


def test_the_requested_id_is_kept_beside_the_gateways_own_id() -> None:
    video = parse_video(SEED_RUNNING, "upstream_1")
    assert (video.id, video.remote_id) == ("upstream_1", ID)


def test_an_equal_remote_id_is_not_stored() -> None:
    assert parse_running().remote_id == ""


@pytest.mark.parametrize("name", ["id", "video_id", "task_id"])
def test_a_list_entry_takes_its_own_id(name: str) -> None:
    assert parse_video({name: ID, "status": "queued"}).id == ID


def test_a_numeric_id_becomes_a_string() -> None:
    assert parse_video({"id": 1234567890123, "status": "queued"}).id == "1234567890123"


def test_a_list_entry_without_an_id_is_not_a_video() -> None:
    with pytest.raises(NotAVideo):
        parse_video({"status": "queued"})


@pytest.mark.parametrize(
    "payload",
    [
        {"code": "success", "data": SEED_READY},
        {"status": "success", "data": SEED_RUNNING | {"status": "completed"}},
        {"data": {"data": SEED_READY}},
        {"result": SEED_READY},
        {"video": SEED_READY},
        {"code": 0, "message": "", "data": {"task_id": ID, "task_status": "succeed"}},
    ],
)
def test_a_video_is_found_in_every_known_envelope(payload: object) -> None:
    video = parse_video(payload, ID)
    assert (video.id, video.status) == (ID, Status.READY)


def test_the_status_of_the_envelope_is_not_the_videos() -> None:
    payload = {"status": "success", "data": SEED_RUNNING}
    assert parse_video(payload, ID).status is Status.GENERATING


@pytest.mark.parametrize(
    ("value", "progress"),
    [
        (0, 0.0),
        (45, 45.0),
        (45.5, 45.5),
        ("45%", 45.0),
        (" 45 % ", 45.0),
        ("45", 45.0),
        (-5, 0.0),
        (150, 100.0),
        ("150%", 100.0),
        (float("nan"), None),
        (float("inf"), None),
        (json.loads("1e999"), None),
        ("nan", None),
        ("1e999", None),
        ("", None),
        ("almost", None),
        (None, None),
        (True, None),
        ([45], None),
        ({}, None),
        (10**400, None),
    ],
)
def test_a_progress_out_of_range_or_unreadable_is_none(
    value: object, progress: float | None
) -> None:
    assert parse_progress(value) == parse_running(progress=value).progress == progress


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("4", 4.0),
        (4, 4.0),
        (6.5, 6.5),
        ("8s", 8.0),
        (None, None),
        ("", None),
        (0, None),
        (-4, None),
        ("nan", None),
        (1e999, None),
        (10**9, None),
        (True, None),
        ("long", None),
    ],
)
def test_a_length_is_seconds_or_none(value: object, seconds: float | None) -> None:
    assert parse_running(seconds=value).seconds == seconds


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1762789802, EPOCH),
        (1762789802.0, EPOCH),
        ("1762789802", EPOCH),
        (1762789802000, EPOCH),
        ("1762789802000", EPOCH),
        (1762789802000000, EPOCH),
        ("2025-11-10T15:50:02Z", EPOCH),
        ("2025-11-10T15:50:02+00:00", EPOCH),
        ("2025-11-10T23:50:02+08:00", EPOCH),
        ("2025-11-10T15:50:02.000Z", EPOCH),
        (None, None),
        (0, None),
        ("0", None),
        (-1, None),
        (-1762789802, None),
        ("", None),
        ("soon", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        (10**400, None),
        (True, None),
        ([], None),
        ("2025-\ud800", None),
    ],
)
def test_a_time_is_unix_seconds_or_none(value: object, moment: float | None) -> None:
    assert parse_time(value) == parse_running(created_at=value).created_at == moment


def test_the_times_of_a_finished_video_may_be_missing() -> None:
    video = parse_video({"id": ID, "status": "success"}, ID)
    assert (video.completed_at, video.expires_at) == (None, None)


@pytest.mark.parametrize(
    "fields_given",
    [
        {"video_url": "https://cdn.example/a.mp4?t=1"},
        {"url": "https://cdn.example/a.mp4?t=1"},
        {"result_url": "https://cdn.example/a.mp4?t=1"},
        {"result": {"video_url": "https://cdn.example/a.mp4?t=1"}},
        {"metadata": {"url": "https://cdn.example/a.mp4?t=1"}},
        {"data": {"url": "https://cdn.example/a.mp4?t=1"}},
    ],
)
def test_the_direct_link_is_read_from_every_known_field(fields_given: dict[str, object]) -> None:
    assert parse_running(status="success", **fields_given).link == "https://cdn.example/a.mp4?t=1"


@pytest.mark.parametrize(
    "link",
    [
        "https://...\n",
        "file:///etc/passwd",
        "javascript:x",
        "https://a b",
        "https://\x1b[m",
        "https://" + "x" * 9000,
        7,
        None,
        ["https://cdn.example"],
    ],
)
def test_an_invalid_link_is_ignored(link: object) -> None:
    assert parse_running(video_url=link).link == ""


def test_the_repr_of_a_video_omits_its_link() -> None:
    assert "s3cr3t" not in repr(parse_running(video_url="https://cdn.example/?sig=s3cr3t"))


@pytest.mark.parametrize(
    ("fields_given", "error"),
    [
        (
            {"error": {"code": "moderation", "message": "内容不合规"}},
            VideoError("moderation", "内容不合规"),
        ),
        ({"error": {"message": "no"}}, VideoError("", "no")),
        ({"error": {"code": 13, "message": "no"}}, VideoError("13", "no")),
        ({"error": "it broke"}, VideoError("", "it broke")),
        ({"fail_reason": "it broke"}, VideoError("", "it broke")),
        ({"error": None}, None),
        ({"error": {}}, None),
        ({"error": []}, None),
        ({}, None),
    ],
)
def test_the_reason_of_a_failed_video_is_parsed(
    fields_given: dict[str, object], error: VideoError | None
) -> None:
    assert parse_running(status="failed", **fields_given).error == error


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": {"message": "无效的令牌", "type": "one_hub_error"}},
            ("无效的令牌", "one_hub_error"),
        ),
        ({"error": {"message": "m", "type": "t", "code": "c"}}, ("m", "c")),
        ({"error": "text"}, ("text", "")),
        ({"code": "task_not_exist", "message": "m", "data": None}, ("m", "task_not_exist")),
        ("plain text", ("plain text", "")),
        ("\x1b[31m", ("[31m", "")),
        ({}, ("", "")),
        (None, ("", "")),
        ([1], ("", "")),
    ],
)
def test_message_and_code_are_read_from_every_form_of_error(
    body: object, words: tuple[str, str]
) -> None:
    assert server_message(body) == words


@pytest.mark.parametrize(
    "payload",
    [
        {"error": {"message": "无效的令牌", "type": "one_hub_error"}},
        {"code": "task_not_exist", "message": "无效的令牌", "data": None},
        {"error": {"message": "无效的令牌"}, "id": "request_1"},
    ],
)
def test_an_error_envelope_is_not_a_video_but_keeps_its_message(payload: object) -> None:
    with pytest.raises(NotAVideo) as caught:
        parse_video(payload, ID)
    assert caught.value.message == "无效的令牌"


@pytest.mark.parametrize(
    "payload",
    [None, 1, "x", [], [{"id": "a", "status": "queued"}] * 2, {}, {"data": []}, True],
)
def test_json_without_a_video_raises_not_a_video(payload: object) -> None:
    with pytest.raises(NotAVideo):
        parse_video(payload, ID)
