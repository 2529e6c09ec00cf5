"""The filter: words that the dashboard shows, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.video import Status, Video, VideoError
from hingtui.monitor import Row
from hingtui.monitor.row_filter import parse_filter

NOW = 1_762_789_802.0


def row(status: Status = Status.READY, **more: object) -> Row:
    video = Video(
        "video_Gold",
        status,
        raw_status=str(more.pop("raw_status", "completed")),
        prompt="A golden dawn, already over · 满月从山后升起",
        model="veo-3.1-fast",
        size="720x1280",
        error=VideoError("nsfw", "a real person's likeness") if status is Status.FAILED else None,
    )
    return Row("video_Gold", NOW, video=video, gateway="lab", **more)  # type: ignore[arg-type]


SAVED = row(saved=Path("/videos/video_Gold.mp4"))


@pytest.mark.parametrize(
    ("words", "of"),
    [
        ("", row()),
        ("  ", row()),
        ("ready", row()),
        ("可下载", row()),
        ("GOLDEN Dawn", row()),
        ("dawn golden", row()),
        ("满月", row()),
        ("saved", SAVED),
        ("已保存", SAVED),
        ("!status:ready !queued", SAVED),
        ("fail", row(Status.FAILED)),
        ("失败", row(Status.FAILED)),
        ("likeness", row(Status.FAILED)),
        ("status:ready", row()),
        ("STATUS：Ready", row()),
        ("model:veo", row()),
        ("!model:sora", row()),
        ("！model:sora", row()),
        ("gateway:lab", row()),
        ("720x1280", row()),
        ("id:gold", row()),
        ("model:", row()),
        ("!", row()),
        ("thinking", row(Status.UNKNOWN, raw_status="Thinking")),
        ("unverified", row(saved=Path("/videos/video_Gold.unverified.bin"))),
    ],
)
def test_text_that_is_shown_is_found(words: str, of: Row) -> None:
    assert parse_filter(words).matches(of, NOW)


@pytest.mark.parametrize(
    ("words", "of"),
    [
        ("status:ready", SAVED),
        ("可下载", SAVED),
        ("completed", SAVED),
        ("!golden", row()),
        ("golden sunset", row()),
        ("model:golden", row()),
        ("prompt:veo", row()),
        ("lab", row()),
        ("!gateway:lab", row()),
        ("http://x", row()),
    ],
)
def test_text_that_is_not_shown_is_not_found(words: str, of: Row) -> None:
    assert not parse_filter(words).matches(of, NOW)


def test_only_facts_that_no_response_changes_exclude_a_row() -> None:
    row = Row("video_1", added_at=0.0, gateway="lab", tags=("moon",))
    for words in ("tag:sun", "gateway:relay", "id:video_2", "!tag:moon", "failed tag:sun"):
        assert parse_filter(words).excludes(row, 0.0), words
    for words in ("", "failed", "status:failed", "moon", "tag:moon", "gateway:lab", "model:veo"):
        assert not parse_filter(words).excludes(row, 0.0), words
    assert not parse_filter("gateway:lab").excludes(Row("video_1", added_at=0.0, gateway=""), 0.0)


def test_an_expired_video_is_found_as_expired() -> None:
    expired = row()
    expired.video = Video("video_Gold", Status.READY, expires_at=NOW - 1)
    assert parse_filter("status:expired").matches(expired, NOW)
    assert not parse_filter("status:ready").matches(expired, NOW)


def test_only_wanted_words_are_highlighted() -> None:
    words = parse_filter("Gold !saved model:veo status:ready")
    assert words.highlighted("prompt") == ("gold",)
    assert words.highlighted("model") == ("gold", "veo")


@pytest.mark.parametrize("word", ["unknown", "status:unknown", "未知"])
def test_what_the_header_counts_as_unknown_is_found_by_that_word(word: str) -> None:
    asking, missing = Row("a", NOW), Row("b", NOW, failures=1)
    assert parse_filter(word).matches(asking, NOW)
    assert parse_filter(word).matches(missing, NOW)
    assert not parse_filter(word).matches(row(), NOW)
