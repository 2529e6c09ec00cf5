"""Which errors change the state of a gateway."""

from __future__ import annotations

import random

import pytest

from hingtui.model.errors import NotOffered, Unreachable
from hingtui.monitor import GatewayState
from hingtui.monitor.gateway import LIST, MANY_FAILED, Gateway
from tests.support.clock import FakeClock


@pytest.fixture
def offline(clock: FakeClock) -> Gateway:
    gateway = Gateway(clock, random.Random(1), lambda: None)  # noqa: S311 - nothing secret
    gateway.begin(GatewayState.ONLINE)
    for number in range(MANY_FAILED):
        gateway.failed(f"video_{number}", Unreachable("gone"), active=9, watched=9)
    assert gateway.status.state is GatewayState.OFFLINE
    return gateway


def test_a_local_not_offered_error_keeps_the_gateway_offline(offline: Gateway) -> None:
    offline.failed(LIST, NotOffered("no list"), active=9, watched=9)
    assert offline.status.state is GatewayState.OFFLINE


def test_a_501_brings_the_gateway_online(offline: Gateway) -> None:
    offline.failed(LIST, NotOffered("no list", http_status=501), active=9, watched=9)
    assert offline.status.state is GatewayState.ONLINE
