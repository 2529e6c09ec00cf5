"""Parsing hostile JSON: control characters, nesting, and odd text in every field."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.api.payload import NotAVideo, parse_video, video_despite
from hingtui.model.video import Video
from tests.support.clock import EPOCH
from tests.support.hostile_text import is_harmless
from tests.unit.api.seed_payloads import ID, SEED_READY, parse_running

words = st.text(st.characters(), max_size=20)


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
