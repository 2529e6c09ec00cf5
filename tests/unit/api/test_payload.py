"""Parsing every form in which gateways were seen to describe a video."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.api.payload import (
    NotAVideo,
    parse_progress,
    parse_status,
    parse_time,
    parse_video,
    server_words,
    video_despite,
)
from hingtui.model.video import Cost, Status, Video, VideoError
from tests.support.clock import EPOCH
from tests.support.hostile_text import is_harmless

ID = "video_691209aab0a08198a4e78870277f7e3d0215e09cec47a737"
SEED_RUNNING = {
    "id": ID,
    "object": "video",
    "created_at": 1762789802,
    "status": "processing",
    "model": "sora-2",
    "prompt": "百事可乐宣传片",
    "progress": 45,
    "seconds": "4",
    "size": "720x1280",
}
SEED_READY = SEED_RUNNING | {
    "completed_at": 1762789891,
    "expires_at": 1762793491,
    "status": "success",
    "progress": 100,
}
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


def parse_running(**changes: object) -> Video:
    """The parsed example of a running video with some fields changed."""
    return parse_video(SEED_RUNNING | changes, ID)


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
    assert server_words(body) == words


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


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]52;c;aGk=\x07x",
        "\x1b]8;;https://evil\x1b\\x",
        "\x9b31mx",
        "\x90x\x9c",
        "\u202ex",
        "x\x00",
        "\ud800x",
        "[/][@click=app.quit]x",
    ],
)
@pytest.mark.parametrize("name", ["prompt", "model", "size", "status", "remixed_from_video_id"])
def test_control_characters_are_removed_from_every_field(name: str, text: str) -> None:
    assert all(map(is_harmless, texts(parse_running(**{name: text}))))


@pytest.mark.parametrize("name", ["model", "size", "status"])
def test_line_breaks_are_removed_from_one_line_fields(name: str) -> None:
    assert not any("\n" in text for text in texts(parse_running(**{name: "a\nb\r\nc\u2028d"})))


def test_a_prompt_keeps_its_line_breaks() -> None:
    assert parse_running(prompt="a\r\nb").prompt == "a\nb"


def test_a_prompt_of_two_megabytes_is_cut() -> None:
    assert len(parse_running(prompt="长" * 2_000_000).prompt) <= 20_000


@pytest.mark.parametrize("wrapper", ["data", "result", "nothing"])
def test_a_hundred_thousand_nested_envelopes_raise_not_a_video(wrapper: str) -> None:
    payload: Any = SEED_READY
    for _ in range(100_000):
        payload = {wrapper: payload}
    with pytest.raises(NotAVideo):
        parse_video(payload, ID)
    while payload:  # taken apart by hand: Python would free so deep a thing by recursion
        payload = payload.get(wrapper)


def texts(video: Video) -> list[str]:
    """Every text that `video` holds."""
    held = [value for f in fields(video) if isinstance(value := getattr(video, f.name), str)]
    return held + ([video.error.code, video.error.message] if video.error else [])


def assert_sound(video: Video, video_id: str | None) -> None:
    assert isinstance(video, Video)
    assert all(map(is_harmless, texts(video)))
    assert video.progress is None or 0 <= video.progress <= 100
    assert video.id == video_id or (video_id is None and video.id)
    hash(video)


words = st.text(st.characters(), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**300, 10**400)
    | st.floats()
    | words
    | st.sampled_from(
        [
            *("success", "failed", "4", "45%", "https://x.example/a?Expires=1790000000", "1e999"),
            *("2025-11-10", "2025-11-10 23:50:02", '{"url": "x"}', "[1", "operations/a", "unknown"),
        ]
    )
)
names = st.sampled_from(
    [
        *("id", "video_id", "task_id", "status", "task_status", "state", "progress"),
        *("seconds", "duration", "size", "model", "prompt", "created_at", "completed_at"),
        *("expires_at", "video_url", "url", "result", "metadata", "data", "output"),
        *("task", "video", "error", "message", "code", "type", "fail_reason"),
        *("object", "remixed_from_video_id", "taskId", "request_id", "name", "usage", "quota"),
        *("content", "urls", "results", "resultJson", "creations", "errors", "failMsg"),
        *("finished_at", "expires_in", "base_resp", "video_width", "respect_moderation", "done"),
    ]
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | words, inner, max_size=8),
    max_leaves=25,
)
objects = st.dictionaries(names, values, max_size=14)


@settings(deadline=None)
@given(values | objects, st.none() | st.just(ID), st.none() | st.just(EPOCH))
def test_any_json_gives_a_video_or_raises_not_a_video(
    payload: Any, video_id: str | None, now: float | None
) -> None:
    try:
        video_despite(payload, ID, now)
        video = parse_video(payload, video_id, now)
    except NotAVideo as trouble:
        refusal = trouble
    else:
        assert_sound(video, video_id)
        return
    assert is_harmless(refusal.message + refusal.code)


def known(status: Status, **fields_given: Any) -> Video:
    return Video(ID, status, status.value, **fields_given)


@pytest.mark.parametrize("old", [Status.READY, Status.FAILED, Status.EXPIRED])
@pytest.mark.parametrize("new", Status)
def test_a_final_status_changes_only_from_ready_to_expired(old: Status, new: Status) -> None:
    vanishes = old is Status.READY and new is Status.EXPIRED
    expected = Status.EXPIRED if vanishes else old
    assert known(old).followed_by(known(new)).status is expected


@pytest.mark.parametrize("old", [Status.QUEUED, Status.GENERATING, Status.UNKNOWN])
@pytest.mark.parametrize("new", Status)
def test_a_status_that_is_not_final_is_replaced(old: Status, new: Status) -> None:
    assert known(old).followed_by(known(new)).status is new


def test_a_finished_video_ignores_a_later_running_status() -> None:
    ready = known(Status.READY, progress=100.0, expires_at=EPOCH)
    assert ready.followed_by(known(Status.GENERATING, progress=30.0)) == ready


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "sora-2"),
        ("prompt", "a\nb"),
        ("seconds", 4.0),
        ("size", "720x1280"),
        ("created_at", EPOCH),
        ("completed_at", EPOCH),
        ("expires_at", EPOCH),
        ("usual_life", 86_400.0),
        ("cost", Cost(0.5, "USD")),
        ("error", VideoError("c", "m")),
        ("remote_id", "r_1"),
        ("remixed_from", "v_0"),
        ("link", "https://cdn.example"),
    ],
)
def test_a_field_missing_from_a_later_response_is_kept(name: str, value: Any) -> None:
    followed = known(Status.QUEUED, **{name: value}).followed_by(known(Status.READY))
    assert getattr(followed, name) == value


def test_a_field_in_a_later_response_replaces_the_old_value() -> None:
    followed = known(Status.READY, expires_at=EPOCH).followed_by(
        known(Status.READY, expires_at=EPOCH + 60)
    )
    assert followed.expires_at == EPOCH + 60


def test_a_stated_expiry_outranks_the_links_expiry() -> None:
    stated = known(Status.READY, expires_at=EPOCH)
    by_link = known(Status.READY, expires_at=EPOCH + 60, expires_by_link=True)
    assert stated.followed_by(by_link) == stated
    assert by_link.followed_by(stated) == stated


def test_an_expiry_kept_from_the_link_stays_marked_as_such() -> None:
    by_link = known(Status.READY, expires_at=EPOCH, expires_by_link=True)
    assert by_link.followed_by(known(Status.READY)) == by_link


@pytest.mark.parametrize("progress", [None, 10.0])
def test_the_latest_progress_counts_even_if_lower(progress: float | None) -> None:
    followed = known(Status.GENERATING, progress=50.0).followed_by(
        known(Status.GENERATING, progress=progress)
    )
    assert followed.progress == progress


def test_an_identical_response_changes_nothing() -> None:
    video = parse_running()
    assert video.followed_by(replace(video)) == video
