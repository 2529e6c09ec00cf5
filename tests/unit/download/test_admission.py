"""Requests of a download wait for the gateway's rate limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.download.admission import Admission
from hingtui.download.interface import USUAL_LIMITS
from hingtui.download.part import opened_part
from hingtui.download.progress import Progress
from hingtui.download.transfer import Transfer
from hingtui.model.errors import Cancelled
from tests.support.clock import FakeClock
from tests.support.keys import key


@pytest.fixture
def transfer(tmp_path: Path, clock: FakeClock) -> Iterator[Transfer]:
    with opened_part(key("video_1"), tmp_path) as part:
        yield Transfer(part, Progress(), threading.Event(), clock, USUAL_LIMITS)


def test_it_waits_as_long_as_the_rate_limit_says(transfer: Transfer, clock: FakeClock) -> None:
    pauses = iter([3.0, 4.0, 0.0])
    Admission(lambda: next(pauses), transfer).wait()
    assert clock.monotonic() == 7.0


def test_an_admitted_request_is_sent_at_once(transfer: Transfer, clock: FakeClock) -> None:
    Admission(lambda: 0.0, transfer).wait()
    assert clock.monotonic() == 0.0


def test_a_link_is_asked_for_after_the_pause(transfer: Transfer, clock: FakeClock) -> None:
    pauses = iter([5.0, 0.0])
    asked_at: list[float] = []

    def ask() -> str:
        asked_at.append(clock.monotonic())
        return "https://storage.example/a"

    held_back = Admission(lambda: next(pauses), transfer).before(ask)
    assert asked_at == []
    assert held_back() == "https://storage.example/a"
    assert asked_at == [5.0]


def test_a_cancelled_download_waits_no_longer(transfer: Transfer) -> None:
    transfer.cancelled.set()
    with pytest.raises(Cancelled):
        Admission(lambda: 60.0, transfer).wait()
