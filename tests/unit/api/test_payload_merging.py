"""Merging one response about a video after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hingtui.model.video import Cost, Status, Video, VideoError
from tests.support.clock import EPOCH
from tests.unit.api.seed_payloads import ID, parse_running


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
