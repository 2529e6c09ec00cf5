"""The counts of rows by status, updated with each change."""

from __future__ import annotations

import random
from collections import Counter

from hingtui.model.key import VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import Row, StatusCounts, row_state_of
from tests.support.keys import key, keys

NOW = 1_762_789_802.0


def row(video_id: str, status: Status, ends_in: float | None = None) -> Row:
    ends = None if ends_in is None else NOW + ends_in
    return Row(video_id, NOW, video=Video(video_id, status, expires_at=ends))


def test_updated_counts_equal_a_full_recount() -> None:
    chance = random.Random(5)  # noqa: S311 - the same changes in every run
    rows: dict[VideoKey, Row] = {}
    counts = StatusCounts()
    now = NOW
    for _step in range(500):
        now += chance.uniform(0, 5)
        changed = key(f"video_{chance.randrange(40)}")
        if chance.random() < 0.2:
            rows.pop(changed, None)
        else:
            status = chance.choice(list(Status))
            rows[changed] = row(changed.id, status, now - NOW + chance.uniform(1, 200))
        counts.update(rows, [changed], now)
        counted = Counter(row_state_of(w, now) for w in rows.values())
        assert +counts.counts == counted
        ends = [w.expiry.at for w in rows.values() if w.expiry and w.expiry.at > now]
        soonest = counts.next_expiry()
        assert (soonest.at if soonest else None) == min(ends, default=None)


def test_only_unfinished_videos_count_as_changing() -> None:
    rows = {each.key: each for each in (row("a", Status.FAILED), row("b", Status.READY, -5))}
    counts = StatusCounts()
    counts.update(rows, rows, NOW)
    assert counts.changing == 0
    rows[key("c")] = row("c", Status.GENERATING)
    counts.update(rows, keys("c"), NOW)
    assert counts.changing == 1
