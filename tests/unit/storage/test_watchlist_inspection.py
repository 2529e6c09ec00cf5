"""Inspecting the watchlist's files changes nothing, whatever their state."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.inspection import WatchlistFacts, inspect_watchlist
from hingtui.storage.watchlist.layout import FORMAT
from hingtui.system.files import locked
from tests.support.clock import EPOCH


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A watchlist of three videos at two gateways."""
    path = tmp_path / "watchlist.toml"
    entries = [Entry("v_1", EPOCH), Entry("v_2", EPOCH), Entry("v_3", EPOCH, gateway="lab")]
    Watchlist(path).change(add=entries)
    return path


def inspected(path: Path) -> WatchlistFacts:
    """What is found; nothing in the folder may change."""
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    facts = inspect_watchlist(path, lock_within=0.05)
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before
    return facts


def test_a_whole_watchlist_is_counted(path: Path) -> None:
    facts = inspected(path)
    assert (facts.videos, facts.damage, facts.format) == (3, None, FORMAT)
    assert facts.gateways == ("default", "lab")
    assert facts.has_backup
    assert not facts.is_locked


def test_a_missing_watchlist_is_no_damage(tmp_path: Path) -> None:
    facts = inspected(tmp_path / "watchlist.toml")
    assert (facts.exists, facts.has_backup, facts.damage) == (False, False, None)


def test_a_watchlist_cut_anywhere_is_damaged_as_the_program_finds(
    path: Path, thorough: bool
) -> None:
    data = path.read_bytes()
    for at in range(1, len(data) - 1, 1 if thorough else 19):
        path.write_bytes(data[:at])
        is_damaged = inspected(path).damage is not None
        copy = path.with_name("copy") / "watchlist.toml"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(data[:at])
        assert is_damaged == (Watchlist(copy).read().repair is not None), at
        for file in copy.parent.iterdir():
            file.unlink()
        copy.parent.rmdir()


def test_damage_in_one_video_leaves_the_others_readable(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'id = "v_2"', b"id = oops"))
    facts = inspected(path)
    assert (facts.videos, facts.damage) == (2, 1)


def test_a_watchlist_of_a_later_hingtui_is_read_only(path: Path) -> None:
    new = f"format = {FORMAT + 1}".encode()
    path.write_bytes(path.read_bytes().replace(f"format = {FORMAT}".encode(), new))
    facts = inspected(path)
    assert facts.is_of_the_future
    assert facts.damage is None


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").mkdir()
    facts = inspect_watchlist(tmp_path / "watchlist.toml")
    assert facts.error


def test_a_watchlist_that_another_holds_is_locked(path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(path.with_name(f"{path.name}.lock")):
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert inspected(path).is_locked
    finally:
        done.set()
        holder.join()
