"""The order of the rows: attention first, updated only where rows changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hingtui.model.errors import DownloadError
from hingtui.model.key import VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import Download, DownloadState, Row
from hingtui.ui.table.row_order import RowOrder
from hingtui.ui.table.row_view import STATE_GROUPS, RowView, Sort
from tests.support.keys import ids, key

NOW = 1_762_789_802.0


def row(video_id: str, status: Status, ends_in: float | None = None, **more: object) -> Row:
    ends = None if ends_in is None else NOW + ends_in
    video = Video(video_id, status, raw_status=status.value, expires_at=ends, model=video_id[-1])
    return Row(video_id, NOW, video=video, **more)  # type: ignore[arg-type]


def left(row: Row) -> float | None:
    """As estimated: three seconds for `run_3`."""
    return float(row.id.rpartition("_")[2]) if row.id.startswith("run_") else None


def rows_of(*rows: Row) -> dict[VideoKey, Row]:
    return {row.key: row for row in rows}


BY_ATTENTION = (
    row("soon_1", Status.READY, 60),
    row("soon_2", Status.READY, 120),
    row("unsaved", Status.READY, 7000, download=Download(DownloadState.FAILED)),
    row("waiting", Status.READY, 100, download=Download(DownloadState.WAITING)),
    row("loading", Status.READY, 5000, download=Download(DownloadState.RUNNING)),
    row("ready_1", Status.READY, 3000),
    row("ready_2", Status.READY, 4000),
    row("ready_endless", Status.READY),
    row("run_30", Status.GENERATING),
    row("run_90", Status.GENERATING),
    row("generating", Status.GENERATING),
    row("queued", Status.QUEUED),
    Row("asking", NOW),
    row("failed", Status.FAILED),
    row("gone", Status.READY, -5),
    row("saved", Status.READY, 60, saved=Path("/v/saved.mp4")),
)
for _row in BY_ATTENTION:
    if _row.download is not None and _row.download.state is not DownloadState.RUNNING:
        _row.download.error = DownloadError("cut")


def test_what_needs_attention_comes_first() -> None:
    mixed = list(BY_ATTENTION)
    random.Random(3).shuffle(mixed)  # noqa: S311 - the same order in every run
    order = RowOrder(left)
    order.use(RowView(), rows_of(*mixed), NOW)
    assert ids(order.keys()) == [row.id for row in BY_ATTENTION]
    order.use(RowView(is_reversed=True), rows_of(*mixed), NOW)
    assert ids(order.keys()) == [row.id for row in reversed(BY_ATTENTION)]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.sample(4)
def test_moving_rows_one_by_one_equals_sorting_all(sort: Sort) -> None:
    chance = random.Random(7)  # noqa: S311 - the same changes in every run
    rows: dict[VideoKey, Row] = {}
    now = NOW
    moved = RowOrder(lambda row: None if (end := left(row)) is None else NOW + 30 * end - now)
    moved.use(RowView("!failed", sort=sort), rows, now)
    for _step in range(400):
        now += chance.uniform(0, 40)
        changed = f"run_{chance.randrange(30)}"
        if chance.random() < 0.2:
            rows.pop(key(changed), None)
        else:
            status = chance.choice(list(Status))
            rows[key(changed)] = row(changed, status, now - NOW + chance.uniform(1, 900))
        moved.update(rows, [key(changed)], now)
        sorted_anew = RowOrder(moved._remaining)
        sorted_anew._numbers = moved._numbers
        sorted_anew.use(moved.view, rows, now)
        assert moved.keys() == sorted_anew.keys()


def test_many_changes_at_once_are_sorted_anew() -> None:
    rows = rows_of(*(row(f"video_{n}", Status.QUEUED) for n in range(500)))
    order = RowOrder(left)
    order.use(RowView(), rows, NOW)
    for n in range(0, 500, 2):
        rows[key(f"video_{n}")] = row(f"video_{n}", Status.READY, n + 1)
    assert order.update(rows, rows.keys(), NOW)
    assert ids(order.keys())[:3] == ["video_0", "video_2", "video_4"]
    assert not order.update(rows, rows.keys(), NOW)


def test_a_video_moves_up_when_its_expiry_comes_near() -> None:
    late, early = row("late", Status.READY, 3000), row("early", Status.READY, 700)
    early.download = Download(DownloadState.RUNNING)
    rows = rows_of(late, early)
    order = RowOrder(left)
    order.use(RowView(), rows, NOW)
    assert ids(order.keys()) == ["early", "late"]
    assert not order.update(rows, (), NOW + 2399)
    assert order.update(rows, (), NOW + 2401)
    assert ids(order.keys()) == ["late", "early"]
    order.update(rows, (), NOW + 3001)
    assert ids(order.keys()) == ["early", "late"]


def test_the_heap_of_changes_stays_as_small_as_the_rows() -> None:
    rows = rows_of(row("a", Status.READY, 5000))
    order = RowOrder(left)
    order.use(RowView(), rows, NOW)
    for _time in range(1000):
        order.update(rows, list(rows), NOW)
    assert len(order._changes) == 1


def test_the_same_order_is_kept_for_videos_added_together() -> None:
    rows = rows_of(*(row(f"video_{n}", Status.QUEUED) for n in range(5)))
    order = RowOrder(left)
    order.use(RowView(sort=Sort.ADDED), rows, NOW)
    removed = rows.pop(key("video_2"))
    order.update(rows, [removed.key], NOW)
    rows[removed.key] = removed
    order.update(rows, [removed.key], NOW)
    assert ids(order.keys()) == [f"video_{n}" for n in range(5)]


@pytest.mark.parametrize("group", range(1, len(STATE_GROUPS) + 1))
def test_a_group_shows_its_states_only(group: int) -> None:
    order = RowOrder(left)
    order.use(RowView(group=group), rows_of(*BY_ATTENTION), NOW)
    assert order.keys()
    others = RowOrder(left)
    for other in set(range(1, len(STATE_GROUPS) + 1)) - {group}:
        others.use(RowView(group=other), rows_of(*BY_ATTENTION), NOW)
        assert not {*order.keys()} & {*others.keys()}


@pytest.mark.parametrize("has_several", [True, False])
def test_a_gateways_name_is_found_where_it_is_shown(has_several: bool) -> None:
    rows = {each.key: each for each in (Row("a", NOW, gateway="lab"), Row("b", NOW))}
    order = RowOrder(lambda _row: None, lambda: has_several)
    order.use(RowView(filter="lab"), rows, NOW)
    shown = order.keys()
    assert [key.id for key in shown] == (["a"] if has_several else [])


@pytest.mark.parametrize("is_drawn_anew", [True, False])
def test_a_gateways_name_is_found_once_another_one_was_added(is_drawn_anew: bool) -> None:
    gateways = ["default"]
    rows = rows_of(Row("a", NOW))
    order = RowOrder(left, lambda: len(gateways) > 1)
    view = RowView(filter="default")
    order.use(view, rows, NOW)
    assert not order.keys()
    gateways.append("lab")
    if is_drawn_anew:
        order.use(view, rows, NOW)
    else:
        assert order.update(rows, (), NOW)
    assert ids(order.keys()) == ["a"]
    gateways.remove("lab")
    assert order.update(rows, (), NOW)
    assert not order.keys()
