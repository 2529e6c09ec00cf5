"""Counts, durations and costs of the history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hingtui.model.eta import Basis
from hingtui.model.video import Status
from hingtui.storage.history import (
    History,
    HistoryState,
    Kind,
    Money,
    Outcome,
    Search,
    Sighting,
    Term,
    bucket_of,
    histogram,
    histogram_span,
)
from tests.support.clock import EPOCH, FakeClock
from tests.support.histories import seen

pytestmark = pytest.mark.usefixtures("in_shanghai")

VEO = Kind("default", "veo", 8.0)


def test_an_empty_history_has_no_figures(history: History) -> None:
    found = history.statistics()
    assert found.kinds == {}
    assert (found.total.count, found.first_at, found.last_at) == (0, None, None)


def test_videos_are_counted_by_gateway_model_and_length(history: History) -> None:
    history.record(
        [
            seen("v_1", model="veo", seconds=8.0, saved="/v_1.mp4"),
            seen("v_2", model="veo", seconds=8.0, status=Status.FAILED),
            seen("v_3", model="veo", seconds=4.0),
            seen("v_4", model="veo", seconds=8.0, gateway="relay", at=9),
        ]
    )
    found = history.statistics()
    assert {kind: outcome.count for kind, outcome in found.kinds.items()} == {
        VEO: 2,
        Kind("default", "veo", 4.0): 1,
        Kind("relay", "veo", 8.0): 1,
    }
    assert (found.kinds[VEO].saved, found.kinds[VEO].failed) == (1, 1)
    assert (found.total.count, found.total.saved, found.total.failed) == (4, 1, 1)
    assert (found.first_at, found.last_at) == (EPOCH, EPOCH + 9)


@pytest.mark.parametrize("wanted", [None, Search((Term("veo"),))])
@pytest.mark.parametrize(
    ("took", "median", "p90"),
    [
        ([30], 30, 30),
        ([30, 40], 35, 40),
        ([30, 40, 90], 40, 90),
        (list(range(1, 11)), 5.5, 9),
        (list(range(1, 21)), 10.5, 18),
    ],
)
def test_median_and_p90_are_exact(
    history: History, wanted: Search | None, took: list[float], median: float, p90: float
) -> None:
    history.record(
        [seen(f"v_{n}", model="veo", seconds=8.0, took=s) for n, s in enumerate(took)]
        + [seen("other", model="kling", took=999.0), seen("failed", status=Status.FAILED)]
    )
    durations = history.statistics(wanted).kinds[VEO].durations
    assert (durations.count, durations.median, durations.p90) == (len(took), median, p90)
    assert sum(durations.buckets.values()) == len(took)


def test_measured_durations_are_counted_as_such(history: History) -> None:
    history.record([seen("v_1", took=60.0), seen("v_2", took=60.0, is_observed=True)])
    durations = history.statistics().total.durations
    assert (durations.count, durations.observed) == (2, 1)


def test_costs_are_added_up_by_unit(history: History) -> None:
    history.record(
        [
            seen("v_1", cost=(0.5, "USD"), saved="/v_1.mp4"),
            seen("v_2", cost=(0.25, "USD"), status=Status.FAILED),
            seen("v_3", cost=(4, "credits")),
            seen("v_4"),
            seen("v_5", cost=(0.75, "USD"), status=Status.GENERATING),
        ]
    )
    history.record([seen("v_5", cost=(0.0, "USD"), status=Status.FAILED, at=1)])
    money = history.statistics().total.money
    assert money.keys() == {"USD", "credits"}
    assert money["USD"] == Money(spent=0.75, refunded=0.75, on_failures=0.25)
    assert money["credits"] == Money(spent=4.0)


@pytest.mark.parametrize("wanted", [None, Search((Term("veo"),))])
def test_videos_expired_unsaved_count_as_lost(
    history: History, clock: FakeClock, wanted: Search | None
) -> None:
    history.record(
        [
            seen("v_1", model="veo", expires=60, cost=(1, "USD")),
            seen("v_2", model="veo", expires=60, basis=Basis.ESTIMATE),
            seen("v_3", model="veo", expires=60, saved="/v_3.mp4"),
            seen("v_4", model="veo", status=Status.EXPIRED),
        ]
    )
    clock.advance(61)
    total = history.statistics(wanted).total
    assert (total.saved, total.lost, total.maybe_lost) == (1, 2, 1)
    assert total.states[HistoryState.READY] == 1
    assert total.money["USD"].on_failures == 1


def test_hours_are_those_of_this_machine(history: History) -> None:
    midnight = EPOCH - (EPOCH + 8 * 3600) % 86_400 - EPOCH
    history.record(
        [
            seen("v_1", at=midnight + 60, took=30.0),
            seen("v_2", at=midnight + 3 * 3600 + 3599, took=90.0),
            seen("v_3", at=midnight + 27 * 3600),
        ]
    )
    hours = history.statistics().hours
    assert {at: hour.count for at, hour in enumerate(hours) if hour.count} == {0: 1, 3: 2}
    assert (hours[0].durations, hours[3].durations) == ([30.0], [90.0])


def test_statistics_can_cover_a_search(history: History) -> None:
    history.record(
        [
            seen("v_1", model="veo", prompt="moon", took=30.0),
            seen("v_2", model="veo", prompt="sun", took=90.0, at=5),
        ]
    )
    found = history.statistics(Search((Term("moon"),)))
    assert found.kinds[Kind("default", "veo", None)].durations.median == 30.0
    assert (found.total.count, found.first_at, found.last_at) == (1, EPOCH, EPOCH)
    assert history.statistics().total.count == 2


def test_the_last_durations_are_those_of_each_model_and_length(history: History) -> None:
    history.record(
        [seen(f"v_{n}", model="veo", seconds=8.0, at=n, took=60.0 + n) for n in range(5)]
        + [seen("k_1", model="kling", gateway="relay", took=200.0), seen("k_2", model="kling")]
    )
    assert history.usual_durations(3) == {
        ("veo", 8.0): [62.0, 63.0, 64.0],
        ("kling", None): [200.0],
    }


def test_still_times_are_those_of_each_model_and_length(history: History) -> None:
    known = [seen(f"v_{n}", model="veo", seconds=8.0, at=n) for n in range(3)]
    stood = [Sighting(replace(one.video, still=10.0 * n)) for n, one in enumerate(known)]
    history.record([*stood, seen("k_1", model="kling")])
    history.record(known)  # a later response says nothing of it
    assert history.usual_stills(2) == {("veo", 8.0): [10.0, 20.0]}


def test_outcomes_add_up() -> None:
    total = Outcome()
    for states in ({HistoryState.SAVED: 2}, {HistoryState.SAVED: 1, HistoryState.EXPIRED: 1}):
        one = Outcome()
        one.states.update(states)
        one.durations.buckets.update({bucket_of(60.0): 2})
        total.add(one)
    assert (total.count, total.saved, total.lost) == (4, 3, 1)
    assert total.durations.buckets == {bucket_of(60.0): 4}


def test_a_histogram_has_no_more_bars_than_asked_for() -> None:
    buckets = {bucket_of(seconds): 1 for seconds in (10, 20, 40, 80, 160)}
    scale = range(min(buckets), max(buckets) + 1)
    assert histogram(buckets, 99, scale)[::4] == [1, 1, 1, 1, 1]
    assert sum(histogram(buckets, 6, scale)) == 5
    assert len(histogram(buckets, 6, scale)) <= 6
    assert histogram({}, 6, range(0)) == []


def test_the_span_of_a_histogram_holds_all_durations() -> None:
    span = histogram_span({bucket_of(61.0): 1, bucket_of(305.0): 2})
    assert span is not None
    assert span[0] <= 61.0
    assert span[1] >= 305.0
    assert histogram_span({}) is None
