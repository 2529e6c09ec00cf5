"""Parsing responses of real gateways: one file each in `payloads/`, with the expected video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from hingtui.api import FAMILIES, Api, Family
from hingtui.api.payload import parse_video
from hingtui.model.video import Video
from tests.servers.sockets import FaultServer, Request, answer, json_answer
from tests.support.clock import FakeClock

LATER = 1_795_680_000.0
"""2026-11-26: later than every completion in the files."""
SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "data" / "payloads").glob("*.json"))
}
OTHERS = {
    "dashscope": "/api/v1/tasks/{id}",
    "fal_queue": "/fal-ai/veo3/requests/{id}/status",
    "gemini_done": "/v1beta/{id}",
    "gemini_running": "/v1beta/{id}",
    "kling": "/kling/v1/videos/text2video/{id}",
    "luma": "/dream-machine/v1/generations/{id}",
    "minimax_preparing": "/v1/query/video_generation?task_id={id}",
    "minimax_success": "/v1/query/video_generation?task_id={id}",
    "replicate_aborted": "/v1/predictions/{id}",
    "replicate_starting": "/v1/predictions/{id}",
    "runway": "/v1/tasks/{id}",
}
"""Where the gateways answer that belong to no family of ours."""


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


def family_for(name: str) -> Family:
    """The family that fits: one of ours, or a table entry made from the gateway's path."""
    family = SAMPLES[name]["family"]
    return FAMILIES[family] if family in FAMILIES else Family(name, OTHERS[name])


async def ask_at_its_path(name: str, kind: str | Family) -> tuple[Video, str | None]:
    """The video from a server that answers only at the real path, and the family in use then."""
    sample = SAMPLES[name]
    path = family_for(name).video.replace("{id}", sample["asked_for"])

    def respond(request: Request) -> bytes:
        if unquote(request.target) != path:
            return answer(404, b"<html>404</html>", content_type="text/html")
        return json_answer(sample["answer"], sample["http"])

    with FaultServer(respond) as server:
        api = Api(server.url, "oh-secret", kind=kind, clock=FakeClock(LATER), environ={})
        try:
            return (await api.retrieve(sample["asked_for"])).video, api.family
        finally:
            await api.aclose()


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_real_response_is_parsed_over_http_at_its_path(name: str) -> None:
    family = family_for(name)
    video, used = await ask_at_its_path(name, family.name if name not in OTHERS else family)
    assert_matches(video, SAMPLES[name])
    assert used == family.name


@pytest.mark.parametrize(
    "name", [name for name, s in SAMPLES.items() if s["family"] in ("videos", "generations")]
)
async def test_auto_finds_the_family_of_every_real_response(name: str) -> None:
    video, used = await ask_at_its_path(name, "auto")
    assert_matches(video, SAMPLES[name])
    assert used == SAMPLES[name]["family"]
