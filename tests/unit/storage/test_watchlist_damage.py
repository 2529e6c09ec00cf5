"""Damage of the watchlist file, and errors of its disk."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.model.errors import StorageError
from hingtui.storage.watchlist import Watchlist
from tests.support.keys import ids, keys
from tests.unit.storage.watchlist_entries import READY, RUNNING, entries, entry, ids_in

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
    whole = watchlist.path.read_bytes()
    watchlist.path.write_bytes(whole[: whole.index(b"v_3") + 2])
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
