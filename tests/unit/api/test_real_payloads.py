"""Parsing responses of real gateways: one file each in `payloads/`, with the expected video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hingtui.api import Api
from hingtui.api.payload import parse_video
from hingtui.model.video import Video
from tests.servers.sockets import FaultServer, json_answer
from tests.support.clock import FakeClock

LATER = 1_795_680_000.0
"""2026-11-26: later than every completion in the files."""
SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "data" / "payloads").glob("*.json"))
}
VIDEOS = {name: sample for name, sample in SAMPLES.items() if sample["family"] == "videos"}


def as_fields(video: Video) -> dict[str, Any]:
    """The fields of a video under the names that the files use."""
    return {
        "id": video.id,
        "status": video.status.value,
        "link": video.link != "",
        "model": video.model,
        "seconds": video.seconds,
        "progress": video.progress,
        "created_at": video.created_at,
        "completed_at": video.completed_at,
        "expires_at": video.expires_at,
        "cost_usd": video.cost.amount if video.cost and video.cost.unit == "USD" else None,
        "error": video.error.message if video.error else None,
    }


def assert_matches(video: Video, sample: dict[str, Any]) -> None:
    meant = sample["means"]
    got = as_fields(video)
    assert {name: got[name] for name in meant} == meant
    assert bool(meant.get("link")) is (video.link != "")
    assert video.remote_id == ""
    if meant["status"] != "failed":
        assert video.error is None


@pytest.mark.parametrize("name", SAMPLES)
def test_every_real_response_is_parsed(name: str) -> None:
    sample = SAMPLES[name]
    assert_matches(parse_video(sample["answer"], sample["asked_for"], LATER), sample)


@pytest.mark.parametrize("now", [1_762_789_802.0, None])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_wrong_or_missing_clock_changes_nothing(name: str, now: float | None) -> None:
    sample = SAMPLES[name]
    assert_matches(parse_video(sample["answer"], sample["asked_for"], now), sample)


@pytest.mark.parametrize("name", VIDEOS)
async def test_every_response_of_the_videos_api_is_parsed_over_http(name: str) -> None:
    sample = VIDEOS[name]
    with FaultServer(lambda _: json_answer(sample["answer"], sample["http"])) as server:
        api = Api(server.url, "oh-secret", clock=FakeClock(LATER), environ={})
        try:
            answer = await api.retrieve(sample["asked_for"])
        finally:
            await api.aclose()
    assert server.requests[0].target == f"/v1/videos/{sample['asked_for']}"
    assert_matches(answer.video, sample)
