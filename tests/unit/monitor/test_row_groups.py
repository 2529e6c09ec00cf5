"""Which rows belong together, how far they are, and the tags on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.cli.output import json_record
from hingtui.model.batch import batch_time, new_batch
from hingtui.model.tags import MOST_TAGS, joined_tags, parse_tags, without_tags
from hingtui.model.video import Status, Video
from hingtui.monitor import Row
from hingtui.monitor.row_filter import parse_filter
from hingtui.monitor.row_groups import Grouping, group_of, group_progress, grouping_of
from hingtui.storage.watchlist import Entry
from hingtui.storage.watchlist.entry import parse_entry
from tests.support.clock import EPOCH
from tests.support.keys import key
from tests.support.watch import watching

FIELDS = ("progress", "model", "prompt", "expires_at")


def row(video_id: str, status: Status, **more: object) -> Row:
    fields = {name: more.pop(name) for name in FIELDS if name in more}
    video = Video(video_id, status=status, **fields)  # type: ignore[arg-type]  # as given
    return Row(video_id, added_at=EPOCH, video=video, **more)  # type: ignore[arg-type]  # likewise


def test_a_group_is_a_batch_or_a_prompt() -> None:
    one = row("a", Status.READY, batch="7", prompt="moon")
    assert [group_of(one, each) for each in Grouping] == ["", "7", "moon"]
    assert group_of(Row("b", added_at=0.0), Grouping.PROMPT) == ""
    assert [grouping_of(name) for name in ("batch", "x", None)] == [
        Grouping.BATCH,
        Grouping.NONE,
        Grouping.NONE,
    ]


def test_a_group_counts_what_is_finished_saved_failed_and_lost() -> None:
    rows = [
        row("a", Status.READY, model="veo"),
        row("b", Status.READY, model="veo", saved=Path("b.mp4")),
        row("c", Status.FAILED, model="veo", expires_at=EPOCH - 1),
        row("f", Status.EXPIRED, model="veo"),
        row("d", Status.GENERATING, model="veo", progress=50.0),
        row("e", Status.QUEUED),
    ]
    left = {"d": 20.0, "e": 80.0}
    found = group_progress(rows, EPOCH, lambda one: left.get(one.id))
    assert (found.count, found.finished, found.saved, found.not_saved) == (6, 4, 1, 1)
    assert (found.failed, found.lost) == (1, 1)
    assert found.share == pytest.approx(4.5 / 6)
    assert (found.left, found.model) == (80.0, "veo")


def test_no_end_is_estimated_where_one_video_has_none() -> None:
    rows = [row("a", Status.GENERATING), row("b", Status.GENERATING)]
    assert group_progress(rows, EPOCH, lambda one: 5.0 if one.id == "a" else None).left is None


def test_a_batch_says_when_it_was_added_and_one_video_is_none() -> None:
    assert batch_time(new_batch(EPOCH + 0.5, 2)) == EPOCH + 0.5
    assert new_batch(EPOCH, 1) == ""
    assert batch_time("someone-else's") is None


def test_tags_are_words_and_their_case_does_not_count() -> None:
    assert parse_tags(" #moon,  Draft；moon\x1b[31m") == ("moon", "Draft", "moon[31m")
    assert joined_tags(("Draft",), ["draft", "new"]) == ("Draft", "new")
    assert without_tags(("Draft", "new"), ["DRAFT"]) == ("new",)
    assert len(parse_tags(" ".join(f"t{n}" for n in range(99)))) == MOST_TAGS


def test_an_entry_keeps_batch_and_tags_and_older_ones_are_read() -> None:
    entry = Entry("a", 1.0, batch="9", tags=("moon", "draft"))
    assert parse_entry(entry.as_table()) == entry
    old = parse_entry({"id": "a", "added_at": 1.0})
    assert old is not None
    assert (old.batch, old.tags) == ("", None)


def test_an_update_without_tags_keeps_them() -> None:
    entry = Entry("a", 1.0, tags=("moon",))
    assert entry.followed_by(Entry("a", 1.0, batch="7")).tags == ("moon",)
    assert entry.followed_by(Entry("a", 1.0, tags=())).tags is None


def test_a_filter_finds_a_tag() -> None:
    tagged = row("a", Status.READY, tags=("moon", "draft"))
    assert parse_filter("tag:moo").matches(tagged, EPOCH)
    assert not parse_filter("!tag:draft").matches(tagged, EPOCH)
    assert json_record(tagged, EPOCH)["tags"] == ["moon", "draft"]


async def test_tags_are_written_and_those_of_another_process_are_kept(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        monitor, file = watch.monitor, watch.watchlist
        monitor.add(["a", "b"], batch="7")
        assert monitor.tag([key("a"), key("gone")], ("moon",), removes=False) == 1
        await monitor.watchlist_sync.flush()
        written = file.read().entries
        assert (written[key("a")].tags, written[key("b")].batch) == (("moon",), "7")
        file.change(update=[Entry("a", 0.0, tags=("moon", "late"))])
        await monitor.watchlist_sync.sync()
        assert watch.row("a").tags == ("moon", "late")
        monitor.watchlist_sync.updated(key("a"))
        await monitor.watchlist_sync.flush()
        assert file.read().entries[key("a")].tags == ("moon", "late")
        monitor.tag([key("a")], ("MOON", "late"), removes=True)
        await monitor.watchlist_sync.flush()
        assert file.read().entries[key("a")].tags is None


async def test_an_undo_brings_the_tags_back(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.monitor.add(["a"])
        watch.monitor.tag([key("a")], ("moon",), removes=False)
        await watch.monitor.watchlist_sync.flush()
        watch.monitor.remove([key("a")])
        await watch.monitor.watchlist_sync.flush()
        watch.monitor.restore()
        await watch.monitor.watchlist_sync.flush()
        assert watch.watchlist.read().entries[key("a")].tags == ("moon",)
