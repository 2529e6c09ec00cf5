"""The watchlist file: changes, merging, and what is stored."""

from __future__ import annotations

import math
import os
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.entry import parse_entry
from hingtui.storage.watchlist.watchlist import MISSING
from hingtui.text.clean import clean_block, clean_line
from tests.support.clock import EPOCH
from tests.support.keys import ids, key, keys
from tests.unit.storage.watchlist_entries import READY, RUNNING, entries, entry, ids_in


def test_a_missing_file_is_an_empty_watchlist(watchlist: Watchlist) -> None:
    contents = watchlist.read()
    assert (contents.entries, contents.repair, contents.read_only) == ({}, None, False)


def test_reading_creates_no_file(watchlist: Watchlist) -> None:
    watchlist.read()
    assert not list(watchlist.path.parent.iterdir())


def test_adding_creates_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "watchlist.toml"
    Watchlist(path).change(add=entries("v_1"))
    assert path.is_file()


def test_ids_keep_the_order_in_which_they_were_added(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_2", "v_9"))
    watchlist.change(add=entries("v_1", "v_2"))
    assert ids_in(watchlist) == ["v_2", "v_9", "v_1"]


def test_adding_an_id_twice_keeps_its_video(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", RUNNING, 5.0)])
    watchlist.change(add=[Entry("v_1", EPOCH + 99)])
    assert watchlist.read().entries[key("v_1")] == entry("v_1", RUNNING, 5.0)


def test_an_update_of_a_removed_id_is_dropped(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1", "v_2"))
    Watchlist(watchlist.path).change(remove=keys("v_1"))
    watchlist.change(update=[entry("v_1", RUNNING, 5.0)])
    assert ids_in(watchlist) == ["v_2"]


def test_removing_an_unknown_id_does_nothing(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"), remove=keys("v_7"))
    assert ids_in(watchlist) == ["v_1"]


def test_a_removed_entry_can_be_added_again(watchlist: Watchlist) -> None:
    gone = watchlist.change(add=[entry("v_1", READY, 5.0)]).entries[key("v_1")]
    watchlist.change(remove=keys("v_1"))
    assert watchlist.change(add=[gone]).entries == {key("v_1"): gone}


def test_a_change_returns_what_is_read_afterwards(watchlist: Watchlist) -> None:
    changed = watchlist.change(add=[entry("v_1", READY, 5.0), entry("v_2")])
    assert Watchlist(watchlist.path).read() == changed


def test_an_unprintable_id_is_refused_before_writing(
    watchlist: Watchlist,
) -> None:
    watchlist.change(add=entries("v_1"))
    for odd in ("", "\ud800", "a\nb", "\x1b[1m"):
        with pytest.raises(ValueError, match="not an id"):
            watchlist.change(add=entries(odd))
    assert ids_in(watchlist) == ["v_1"]


def test_a_later_response_replaces_an_earlier_one(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", RUNNING, 5.0)])
    changed = watchlist.change(update=[entry("v_1", READY, 6.0)]).entries[key("v_1")]
    assert (changed.video, changed.asked_at) == (READY, 6.0)


def test_a_response_older_than_the_stored_one_is_ignored(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", replace(RUNNING, progress=80.0), 6.0)])
    changed = watchlist.change(update=[entry("v_1", RUNNING, 5.0)]).entries[key("v_1")]
    assert changed.video is not None
    assert (changed.video.progress, changed.asked_at) == (80.0, 6.0)


def test_a_finished_video_stays_finished_in_the_file(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", READY, 5.0)])
    changed = watchlist.change(update=[entry("v_1", RUNNING, 6.0)]).entries[key("v_1")]
    assert changed.video == READY


def test_an_update_without_a_video_keeps_the_stored_one(
    watchlist: Watchlist,
) -> None:
    watchlist.change(add=[entry("v_1", READY, 5.0)])
    changed = watchlist.change(update=[entry("v_1", None, 6.0)]).entries[key("v_1")]
    assert changed.video == READY


def test_an_update_keeps_the_saved_path(watchlist: Watchlist) -> None:
    saved = replace(entry("v_1"), saved=Path("/films/v_1.mp4"), saved_bytes=7)
    watchlist.change(add=[saved])
    changed = watchlist.change(update=[entry("v_1", READY, 6.0)]).entries[key("v_1")]
    assert (changed.saved, changed.saved_bytes) == (saved.saved, 7)


def test_a_new_saved_path_replaces_the_old_one(watchlist: Watchlist) -> None:
    watchlist.change(add=[replace(entry("v_1"), saved=Path("/a.mp4"), saved_bytes=7)])
    changed = watchlist.change(update=[replace(entry("v_1"), saved=Path("/b.mp4"), saved_bytes=8)])
    assert (changed.entries[key("v_1")].saved, changed.entries[key("v_1")].saved_bytes) == (
        Path("/b.mp4"),
        8,
    )


def test_the_same_path_without_a_size_keeps_the_size(watchlist: Watchlist) -> None:
    watchlist.change(add=[replace(entry("v_1"), saved=Path("/a.mp4"), saved_bytes=7)])
    changed = watchlist.change(update=[replace(entry("v_1"), saved=Path("/a.mp4"))])
    assert changed.entries[key("v_1")].saved_bytes == 7


def test_the_direct_link_is_never_stored(watchlist: Watchlist) -> None:
    linked = replace(READY, link="https://cdn.example/x?sig=s3cr3t")
    changed = watchlist.change(add=[entry("v_1", linked, 5.0)])
    changed = watchlist.change(update=[entry("v_1", linked, 6.0)])
    kept = changed.entries[key("v_1")].video
    assert kept is not None
    assert kept.link == ""
    assert not any(b"s3cr3t" in path.read_bytes() for path in watchlist.path.parent.iterdir())


def test_a_path_that_is_not_utf8_is_restored(watchlist: Watchlist) -> None:
    path = Path(os.fsdecode(b"/films/\xd6\xd0/v_1.mp4"))
    watchlist.change(add=[replace(entry("v_1"), saved=path)])
    assert Watchlist(watchlist.path).read().entries[key("v_1")].saved == path


lines = st.text(max_size=30).map(clean_line)
times = st.none() | st.floats(1e9, 1e10)
videos = st.builds(
    Video,
    id=st.just("v_1"),
    status=st.sampled_from(Status),
    raw_status=lines,
    progress=st.none() | st.floats(0, 100),
    model=lines,
    prompt=st.text(max_size=200).map(clean_block),
    seconds=st.none() | st.floats(0.001, 1e4),
    size=lines,
    created_at=times,
    completed_at=times,
    expires_at=times,
    expires_by_link=st.booleans(),
    usual_life=st.none() | st.sampled_from([3600.0, 86_400.0, math.inf]),
    cost=st.none() | st.builds(Cost, st.floats(0, 1e6), lines),
    error=st.none() | st.builds(VideoError, lines, st.text(max_size=50).map(clean_block)),
    remote_id=lines,
    remixed_from=lines,
)


@settings(deadline=None)
@given(videos, times, st.none() | st.integers(0, 2**50))
def test_an_entry_is_read_as_it_was_written(
    video: Video, asked_at: float | None, size: int | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watchlist.toml"
        known = Entry("v_1", EPOCH, video, asked_at, Path("/films/电影.mp4"), size)
        Watchlist(path).change(add=[known])
        assert Watchlist(path).read().entries == {key("v_1"): known}


@settings(deadline=None)
@given(videos, st.none() | st.integers(0, 2**50))
def test_another_toml_parser_reads_the_same_entry(video: Video, size: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watchlist.toml"
        known = Entry("v_1", EPOCH, video, EPOCH, Path('/films/"电影"\\.mp4'), size)
        Watchlist(path).change(add=[known])
        (table,) = tomllib.loads(path.read_text("utf-8"))["videos"]
        assert parse_entry(table) == known


def test_the_file_is_readable_toml(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", RUNNING, EPOCH)])
    table = tomllib.loads(watchlist.path.read_text("utf-8"))
    assert table["format"] == 2
    assert table["videos"][0]["id"] == "v_1"
    assert table["videos"][0]["gateway"] == DEFAULT_GATEWAY
    assert table["videos"][0]["video"]["prompt"] == "百事可乐宣传片"


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX")
def test_its_files_are_readable_by_their_owner_only(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.change(update=[entry("v_1", RUNNING, 5.0)])
    assert {path.stat().st_mode & 0o077 for path in watchlist.path.parent.iterdir()} == {0}


def test_a_change_without_effect_writes_nothing(watchlist: Watchlist) -> None:
    first = watchlist.change(add=[entry("v_1", RUNNING, 5.0)])
    second = watchlist.change(
        add=entries("v_1"), update=[entry("v_1", RUNNING, 5.0)], remove=keys("x")
    )
    assert watchlist.stamp() == first.stamp == second.stamp


def test_the_stamp_changes_when_another_process_writes(watchlist: Watchlist) -> None:
    before = watchlist.change(add=entries("v_1")).stamp
    Watchlist(watchlist.path).change(add=entries("v_2"))
    assert watchlist.stamp() != before


def test_the_stamp_after_reading_is_the_files(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"))
    assert watchlist.read().stamp == watchlist.stamp()


def test_a_missing_file_has_the_stamp_missing(watchlist: Watchlist) -> None:
    assert watchlist.stamp() == MISSING == (0, 0, 0)


def test_a_byte_order_mark_and_windows_line_ends_are_read(watchlist: Watchlist) -> None:
    watchlist.change(add=[entry("v_1", RUNNING, 5.0), entry("v_2")])
    known = watchlist.read().entries
    text = watchlist.path.read_bytes().replace(b"\n", b"\r\n")
    watchlist.path.write_bytes(b"\xef\xbb\xbf" + text)
    contents = Watchlist(watchlist.path).read()
    assert (contents.entries, contents.repair) == (known, None)


def test_invalid_values_in_an_edited_file_are_ignored(watchlist: Watchlist) -> None:
    watchlist.path.write_text(
        'format = 1\ncount = 1\n[[videos]]\nid = "v_1"\nadded_at = "now"\nasked_at = nan\n'
        'saved = ""\nsaved_bytes = -1\n[videos.video]\nstatus = 7\nprogress = 900\nseconds = true\n'
        'created_at = 1e300\nmodel = "\\u001b[1msora"\nerror = "x"\n'
    )
    known = watchlist.read().entries[key("v_1")]
    assert known == Entry("v_1", 0.0, Video("v_1", progress=100.0, model="[1msora"))


def test_a_duplicate_id_in_an_edited_file_is_merged(watchlist: Watchlist) -> None:
    text = 'format = 1\ncount = 2\n[[videos]]\nid = "v_1"\n[[videos]]\nid = "v_1"\nsaved = "/a"\n'
    watchlist.path.write_text(text)
    assert watchlist.read().entries == {key("v_1"): Entry("v_1", 0.0, saved=Path("/a"))}


def test_a_file_of_a_later_format_is_read_only(watchlist: Watchlist) -> None:
    text = 'format = 3\nnew = true\n[[videos]]\nid = "v_1"\nnew = 1\n[[videos]]\nodd = 1\n'
    watchlist.path.write_text(text)
    contents = watchlist.change(add=entries("v_2"), remove=keys("v_1"))
    assert ids(contents.entries) == ids(watchlist.read().entries) == ["v_1"]
    assert contents.read_only
    assert watchlist.path.read_text() == text


def test_a_symbolic_link_to_the_file_is_kept(tmp_path: Path) -> None:
    link = tmp_path / "watchlist.toml"
    link.symlink_to(tmp_path / "synced.toml")
    Watchlist(link).change(add=entries("v_1"))
    assert link.is_symlink()
    assert ids_in(Watchlist(tmp_path / "synced.toml")) == ["v_1"]
