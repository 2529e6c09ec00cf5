"""The demo's gateways of the families `generations` and `ark`, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.api.payload import parse_video
from hingtui.demo.billing import UNLIMITED
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Job, Story
from hingtui.model.video import Status
from tests.support.clock import EPOCH, FakeClock
from tests.unit.demo.requests import Response, request

PAYLOADS = Path(__file__).parents[2] / "data" / "payloads"
FAILURE = ("moderation_blocked", "不行")
RELAYED = Job(
    "task_Done1",
    EPOCH - 100,
    model="kling-3",
    gateway="relay",
    cost=0.56,
    lifetime=86_400,
    vocabulary="openai",
)
RELAYED_RUNNING = replace(RELAYED, id="task_Running1", created_at=EPOCH - 35)
RELAYED_FAILED = replace(RELAYED, id="task_Failed1", outcome="failed", error=FAILURE)
ARKS = Job(
    "cgt-20260606160057-6bbjd",
    EPOCH - 100,
    model="seedance-2.5",
    gateway="ark",
    lifetime=86_400,
    size="1280x720",
    seconds=5,
)
ARKS_FAILED = replace(ARKS, id="cgt-20260606160057-fails", outcome="failed", error=FAILURE)
TASKS = "/api/v3/contents/generations/tasks"


def shape(value: object) -> object:
    """The names in a JSON value, without what it says."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return None


def known(name: str) -> dict[str, object]:
    """The response of a real gateway."""
    answer = json.loads((PAYLOADS / f"{name}.json").read_text())["answer"]
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
def relay(clock: FakeClock) -> Iterator[DemoServer]:
    story = Story([RELAYED, RELAYED_RUNNING, RELAYED_FAILED, ARKS])
    with DemoServer(story, clock=clock, gateway="relay") as running:
        yield running


@pytest.fixture
def ark_server(clock: FakeClock) -> Iterator[DemoServer]:
    jobs = [
        replace(ARKS, id=f"cgt-{number}", created_at=EPOCH - 500 + number) for number in (1, 2, 3)
    ]
    with DemoServer(Story([ARKS, ARKS_FAILED, *jobs]), clock=clock, gateway="ark") as running:
        yield running


def get(server: DemoServer, path: str, **headers: str) -> Response:
    return request(f"{server.base_url}{path}", server.token, **headers)


def test_a_relays_task_has_the_shape_of_a_real_one(relay: DemoServer) -> None:
    response = get(relay, f"/v1/video/generations/{RELAYED.id}")
    assert shape(response.json) == shape(known("newapi_taskdto_generations"))


def test_a_relays_task_reads_as_a_ready_video(relay: DemoServer) -> None:
    response = get(relay, f"/v1/video/generations/{RELAYED.id}")
    video = parse_video(response.json, RELAYED.id)
    assert (video.status, video.model, video.prompt) == (Status.READY, "kling-3", RELAYED.prompt)
    assert (video.cost and video.cost.amount, video.expires_at) == (0.56, RELAYED.expires_at)
    assert request(video.link).body == RELAYED.file()


def test_a_relays_running_task_has_textual_progress_and_no_link(relay: DemoServer) -> None:
    task = get(relay, f"/v1/video/generations/{RELAYED_RUNNING.id}").json["data"]
    assert isinstance(task, dict)
    assert (task["status"], task["progress"], task["result_url"]) == ("IN_PROGRESS", "50%", "")


def test_a_failed_task_of_a_relay_is_refunded(relay: DemoServer) -> None:
    task = get(relay, f"/v1/video/generations/{RELAYED_FAILED.id}").json["data"]
    assert isinstance(task, dict)
    assert (task["status"], task["fail_reason"], task["quota"]) == ("FAILURE", "不行", 0)


def test_a_relay_serves_the_content_of_a_task(relay: DemoServer) -> None:
    assert get(relay, f"/v1/videos/{RELAYED.id}/content").body == RELAYED.file()


def test_the_content_of_an_expired_task_is_410(relay: DemoServer, clock: FakeClock) -> None:
    clock.now = RELAYED.expires_at
    assert get(relay, f"/v1/videos/{RELAYED.id}/content").status == 410


@pytest.mark.parametrize("path", ["/v1/videos", f"/v1/videos/{RELAYED.id}"])
def test_a_relay_has_no_list_and_no_route_of_the_other_family(relay: DemoServer, path: str) -> None:
    response = get(relay, path)
    assert response.status == 404
    assert response.json["error"] == {
        "message": f"Invalid URL (GET {path})",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize("name", ["task_nobody", ARKS.id])
def test_an_unknown_id_or_another_gateways_does_not_exist(relay: DemoServer, name: str) -> None:
    response = get(relay, f"/v1/video/generations/{name}")
    assert (response.status, response.json["code"]) == (400, "task_not_exist")


def test_an_ark_task_has_the_names_of_a_real_one(ark_server: DemoServer) -> None:
    response, real = get(ark_server, f"{TASKS}/{ARKS.id}"), known("ark_seedance")
    content = real["content"]
    assert isinstance(content, dict)
    del content["last_frame_url"]
    assert shape(response.json) == shape(real)


def test_an_ark_task_states_its_expiry_only_in_its_link(ark_server: DemoServer) -> None:
    response = get(ark_server, f"{TASKS}/{ARKS.id}")
    video = parse_video(response.json, ARKS.id)
    assert "X-Tos-Expires=86400" in video.link
    assert (video.status, video.seconds, video.expires_at) == (Status.READY, 5, ARKS.expires_at)
    assert request(video.link).body == ARKS.file()


def test_an_ark_link_ends_with_its_lifetime(ark_server: DemoServer, clock: FakeClock) -> None:
    link = parse_video(get(ark_server, f"{TASKS}/{ARKS.id}").json, ARKS.id).link
    clock.now = ARKS.expires_at
    assert request(link).status == 403


def test_an_ark_link_with_a_longer_lifetime_is_refused(ark_server: DemoServer) -> None:
    link = parse_video(get(ark_server, f"{TASKS}/{ARKS.id}").json, ARKS.id).link
    assert request(link.replace("Expires=86400", "Expires=96400")).status == 403


def test_an_expired_ark_task_has_its_status_and_no_link(
    ark_server: DemoServer, clock: FakeClock
) -> None:
    clock.now = ARKS.expires_at
    task = get(ark_server, f"{TASKS}/{ARKS.id}").json
    assert (task["status"], "content" in task) == ("expired", False)


def test_a_failed_ark_task_has_an_error(ark_server: DemoServer) -> None:
    task = get(ark_server, f"{TASKS}/{ARKS_FAILED.id}").json
    assert task["error"] == {"code": "moderation_blocked", "message": "不行"}


def test_an_ark_list_has_pages_with_the_newest_first(ark_server: DemoServer) -> None:
    pages = [get(ark_server, f"{TASKS}?page_num={n}&page_size=2").json for n in (1, 2, 3, 4)]
    found = [[item["id"] for item in page["items"]] for page in pages]  # type: ignore[attr-defined]
    assert found == [[ARKS_FAILED.id, ARKS.id], ["cgt-3", "cgt-2"], ["cgt-1"], []]
    assert {page["total"] for page in pages} == {5}


def test_ark_lists_the_tasks_of_seven_days(ark_server: DemoServer, clock: FakeClock) -> None:
    clock.now = EPOCH + 7 * 86_400
    assert get(ark_server, TASKS).json["items"] == []


def test_an_unknown_ark_task_is_404(ark_server: DemoServer) -> None:
    response = get(ark_server, f"{TASKS}/cgt-nobody")
    assert (response.status, "ResourceNotFound" in str(response.json)) == (404, True)


def test_ark_refuses_a_wrong_token_in_its_own_words(ark_server: DemoServer) -> None:
    response = request(f"{ark_server.base_url}{TASKS}/{ARKS.id}", "oh-wrong")
    assert (response.status, "AuthenticationError" in str(response.json)) == (401, True)


def test_ark_names_its_requests_in_its_own_header(ark_server: DemoServer) -> None:
    headers = get(ark_server, TASKS).headers
    assert (headers["X-Request-Id"] is not None, headers["X-Oneapi-Request-Id"]) == (True, None)


def test_billing_counts_costs_without_a_refund(clock: FakeClock) -> None:
    jobs = [
        Job("video_1", EPOCH - 100, cost=0.4),
        Job("video_2", EPOCH - 100, cost=3.2),
        Job("video_3", EPOCH - 100, cost=9.9, outcome="failed"),
    ]
    with DemoServer(Story(jobs), clock=clock) as server:
        limit = get(server, "/v1/dashboard/billing/subscription").json["hard_limit_usd"]
        used = get(server, "/v1/dashboard/billing/usage").json["total_usage"]
    assert (limit, used) == (50.0, 360.0)


def test_a_token_without_a_limit_reports_a_hundred_millions(relay: DemoServer) -> None:
    subscription = get(relay, "/v1/dashboard/billing/subscription").json
    assert subscription["hard_limit_usd"] == UNLIMITED
