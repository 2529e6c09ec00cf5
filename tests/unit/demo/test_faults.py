"""When a gateway of the demo fails, and what it sends then."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from hingtui.demo.faults import RELAY_FAULTS, RELAY_PERIOD, Fault, FaultPlan
from hingtui.demo.server import DemoServer, demo_servers
from hingtui.demo.story import Job, Story
from tests.support.clock import EPOCH, FakeClock
from tests.unit.demo.requests import Response, request

PLAN = (Fault("limited", 10, 5), Fault("busy", 30, 20), Fault("gone", 60, 20))


@pytest.fixture
def server(clock: FakeClock) -> Iterator[DemoServer]:
    story = Story([Job("video_a", EPOCH - 100)])
    with DemoServer(story, clock=clock, faults=FaultPlan(EPOCH, PLAN, 100)) as running:
        yield running


def get(server: DemoServer) -> Response:
    return request(f"{server.base_url}/v1/videos/video_a", server.token)


@pytest.mark.parametrize("after", [0, 9, 15, 29, 50, 59, 80, 100])
def test_a_gateway_works_between_its_faults(
    server: DemoServer, clock: FakeClock, after: float
) -> None:
    clock.now = EPOCH + after
    assert get(server).status == 200


@pytest.mark.parametrize(("after", "seconds"), [(10, "5"), (12.5, "3"), (114, "1")])
def test_a_limited_gateway_says_when_to_come_back(
    server: DemoServer, clock: FakeClock, after: float, seconds: str
) -> None:
    clock.now = EPOCH + after
    response = get(server)
    assert (response.status, response.headers["Retry-After"]) == (429, seconds)


def test_a_busy_gateway_responds_with_an_error_of_its_family(
    server: DemoServer, clock: FakeClock
) -> None:
    clock.now = EPOCH + 30
    response = get(server)
    assert (response.status, list(response.json)) == (503, ["error"])


def test_a_gateway_that_is_gone_closes_each_connection(
    server: DemoServer, clock: FakeClock
) -> None:
    clock.now = EPOCH + 65
    with pytest.raises(http.client.RemoteDisconnected):
        get(server)


def test_only_the_relay_has_faults(clock: FakeClock) -> None:
    with demo_servers(Story(), clock=clock) as servers:
        clock.now = EPOCH + RELAY_FAULTS[0].begins
        statuses = {
            name: request(f"{server.base_url}{path}", server.token).status
            for (name, server), path in zip(
                servers.items(),
                ("/v1/videos", "/v1/video/generations/x", "/api/v3/contents/generations/tasks"),
                strict=True,
            )
        }
    assert statuses == {"hingnet": 200, "relay": 429, "ark": 200}


def test_the_relays_faults_follow_each_other_with_pauses() -> None:
    ends = [fault.begins + fault.lasts for fault in RELAY_FAULTS]
    begins = [fault.begins for fault in RELAY_FAULTS[1:]] + [RELAY_PERIOD]
    assert all(begin - end >= 25 for end, begin in zip(ends, begins, strict=True))


def test_a_demo_whose_port_is_in_use_stops_the_others(clock: FakeClock) -> None:
    before = threading.active_count()
    taken = DemoServer(Story())
    port = int(taken.base_url.rpartition(":")[2])
    with (
        pytest.raises(OSError, match="in use"),
        demo_servers(Story(), clock=clock, port=port - 1),
    ):
        pass
    taken.stop()
    assert threading.active_count() == before
