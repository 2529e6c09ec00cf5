"""The watchlist file: changes, merging, damage, a full disk, and several processes."""

from __future__ import annotations

import errno
import math
import os
import subprocess
import sys
import tempfile
import threading
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.model.errors import StorageError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.entry import parse_entry
from hingtui.storage.watchlist.watchlist import MISSING
from hingtui.text.clean import clean_block, clean_line
from tests.support.clock import EPOCH, FakeClock
from tests.support.keys import ids, key, keys

RUNNING = Video("v_1", Status.GENERATING, "processing", progress=45.0, prompt="百事可乐宣传片")
READY = replace(RUNNING, status=Status.READY, raw_status="success", expires_at=EPOCH + 3600)


@pytest.fixture
def watchlist(tmp_path: Path) -> Watchlist:
    return Watchlist(tmp_path / "watchlist.toml", clock=FakeClock())


def entry(video_id: str, video: Video | None = None, asked_at: float | None = None) -> Entry:
    return Entry(video_id, EPOCH, video, asked_at)


def entries(*ids: str) -> list[Entry]:
    return [entry(video_id) for video_id in ids]


def ids_in(watchlist: Watchlist) -> list[str]:
    return ids(Watchlist(watchlist.path).read().entries)


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


DAMAGES = {
    "empty": b"",
    "zeros": b"\0" * 4096,
    "no toml": b"<html>502 Bad Gateway</html>",
    "other toml": b"x = 1\n",
    "not utf-8": b"\xff\xfe\x00\x01",
    "deep": b"x = " + b"[" * 50_000,
    "no id": b'format = 1\ncount = 1\n[[videos]]\nname = "x"\n',
    "odd id": b"format = 1\ncount = 1\n[[videos]]\nid = 7\n",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_no_id_is_lost_when_the_file_is_damaged(watchlist: Watchlist, damage: bytes) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.change(add=[entry("v_2", RUNNING, 5.0)])
    watchlist.path.write_bytes(damage)
    assert ids(watchlist.read().entries) == ["v_1", "v_2"]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_damaged_file_is_renamed_and_kept(watchlist: Watchlist, damage: bytes) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.path.write_bytes(damage)
    repair = watchlist.read().repair
    assert repair is not None
    assert repair.kept.name == "watchlist.toml.damaged-20251110-155002"
    assert repair.kept.read_bytes() == damage


def test_a_damaged_file_is_repaired_after_reading(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.path.write_bytes(b"")
    watchlist.read()
    contents = watchlist.read()
    assert (ids(contents.entries), contents.repair) == (["v_1"], None)


def test_a_change_to_a_damaged_file_succeeds_and_reports_the_damage(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.path.write_bytes(b"")
    contents = watchlist.change(add=entries("v_2"))
    assert ids(contents.entries) == ["v_1", "v_2"]
    assert contents.repair is not None


def test_two_damaged_files_in_one_second_are_both_kept(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1"))
    watchlist.path.write_bytes(b"one")
    first = watchlist.read().repair
    watchlist.path.write_bytes(b"two")
    second = watchlist.read().repair
    assert first is not None
    assert second is not None
    assert (first.kept.read_bytes(), second.kept.read_bytes()) == (b"one", b"two")


def test_an_id_removed_before_the_damage_stays_removed(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1", "v_2"))
    watchlist.change(remove=keys("v_1"))
    watchlist.path.write_bytes(b"")
    assert ids(watchlist.read().entries) == ["v_2"]


def test_without_a_backup_the_readable_entries_are_kept(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1", "v_2", "v_3"))
    watchlist.backup_path.unlink()
    watchlist.path.write_bytes(watchlist.path.read_bytes()[:-20])
    assert ids(watchlist.read().entries) == ["v_1", "v_2"]


def test_damaged_file_and_backup_give_the_entries_of_both(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("v_1", "v_2"))
    whole = watchlist.path.read_bytes()
    watchlist.path.write_bytes(whole.replace(b'"v_1"', b'"v_1'))
    watchlist.backup_path.write_bytes(whole.replace(b'"v_2"', b'"v_2'))
    assert sorted(watchlist.read().entries) == keys("v_1", "v_2")


@settings(deadline=None)
@given(st.data())
def test_a_file_cut_or_zeroed_anywhere_loses_no_id(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        watchlist = Watchlist(Path(folder) / "watchlist.toml")
        watchlist.change(add=entries("v_1", "v_2"))
        watchlist.change(add=[entry("v_3", RUNNING, 5.0)])
        watchlist.change(update=[entry("v_1", READY, 6.0)])
        whole = watchlist.path.read_bytes()
        start = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            end = data.draw(st.integers(start, len(whole)))
            watchlist.path.write_bytes(whole[:start] + b"\0" * (end - start) + whole[end:])
        else:
            watchlist.path.write_bytes(whole[:start])
        assert ids(watchlist.read().entries) == ["v_1", "v_2", "v_3"]


def test_a_full_disk_leaves_the_old_watchlist(
    watchlist: Watchlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist.change(add=entries("v_1"))
    before = watchlist.path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError) as caught:
            watchlist.change(add=entries("v_2"))
    assert caught.value.is_full
    assert watchlist.path.read_bytes() == before


def test_after_a_full_disk_the_same_change_works(
    watchlist: Watchlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist.change(add=entries("v_1"))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError):
            watchlist.change(add=entries("v_2"))
    watchlist.change(add=entries("v_2"))
    assert ids_in(watchlist) == ["v_1", "v_2"]


def test_an_unreadable_file_is_an_error_that_names_it(watchlist: Watchlist) -> None:
    watchlist.path.mkdir()
    with pytest.raises(StorageError) as caught:
        watchlist.read()
    assert str(watchlist.path) in str(caught.value)
    assert not caught.value.is_full


ADD = """
import sys
from pathlib import Path
from hingtui.storage.watchlist import Entry, Watchlist

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
watchlist = Watchlist(path)
for number in range(count):
    watchlist.change(add=[Entry(f"{name}_{number}", 0.0)])
    print(f"{name}_{number}", flush=True)
"""

HOLD = """
import sys
from pathlib import Path
from hingtui.system.files import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 – our own script
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_processes_that_add_at_the_same_time_lose_no_id(watchlist: Watchlist) -> None:
    processes = [run(ADD, watchlist.path, f"p{n}", 25) for n in range(5)]
    for process in processes:
        process.communicate(timeout=60)
    assert sorted(ids_in(watchlist)) == sorted(f"p{n}_{k}" for n in range(5) for k in range(25))


def test_threads_that_share_one_watchlist_lose_no_id(watchlist: Watchlist) -> None:
    def add(name: str) -> None:
        for number in range(20):
            watchlist.change(add=entries(f"{name}_{number}"))
            watchlist.read()

    threads = [threading.Thread(target=add, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids_in(watchlist)) == sorted(f"t{n}_{k}" for n in range(4) for k in range(20))


def test_processes_can_add_update_and_remove_at_once(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("mine", "gone"))
    process = run(ADD, watchlist.path, "theirs", 25)
    watchlist.change(remove=keys("gone"))
    for number in range(25):
        watchlist.change(update=[entry("mine", replace(RUNNING, progress=number), number)])
    process.communicate(timeout=60)
    contents = Watchlist(watchlist.path).read()
    assert len(contents.entries) == 26
    assert contents.entries[key("mine")].asked_at == 24


@pytest.mark.parametrize("acknowledged", [1, 3, 7, 12])
def test_a_killed_writer_leaves_every_id_it_had_added(
    watchlist: Watchlist, acknowledged: int
) -> None:
    process = run(ADD, watchlist.path, "p", 100_000)
    assert process.stdout is not None
    added = [process.stdout.readline().strip() for _ in range(acknowledged)]
    process.kill()
    process.communicate(timeout=60)
    contents = watchlist.read()
    assert contents.repair is None
    assert ids(contents.entries)[:acknowledged] == added


def test_the_lock_of_a_killed_process_is_released(watchlist: Watchlist) -> None:
    holder = run(HOLD, watchlist.path.with_name("watchlist.toml.lock"))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waiter = threading.Thread(target=watchlist.change, kwargs={"add": entries("v_1")})
    waiter.start()
    assert ids_in(watchlist) == []
    holder.kill()
    holder.communicate(timeout=60)
    waiter.join(timeout=60)
    assert ids_in(watchlist) == ["v_1"]


def test_known_entries_are_not_parsed_again(
    watchlist: Watchlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist.change(add=entries(*(f"v_{n}" for n in range(500))))
    parsed: list[str] = []
    loads = tomllib.loads

    def counting(text: str) -> dict[str, object]:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", counting)
    watchlist.change(add=entries("v_new"))
    watchlist.read()
    assert len(parsed) <= 3
