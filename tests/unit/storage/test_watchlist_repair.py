"""The notice about a damaged watchlist matches its repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.storage.watchlist import Entry, Watchlist
from hingtui.storage.watchlist.repair import repair_text
from tests.support.clock import EPOCH


@pytest.fixture
def watchlist(tmp_path: Path) -> Watchlist:
    return Watchlist(tmp_path / "watchlist.toml")


NOTHING = {"empty": b"", "blanks": b" \n\t\n", "NULs": b"\0" * 400, "comment": b"# mine\n"}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_a_lost_watchlist_without_backup_is_reported(watchlist: Watchlist, nothing: bytes) -> None:
    watchlist.path.write_bytes(nothing)
    repair = watchlist.read().repair
    assert repair is not None
    text = repair_text(repair)
    assert "no usable backup: it begins anew" in text
    assert repair.kept.name in text


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_a_used_backup_is_reported(watchlist: Watchlist, nothing: bytes) -> None:
    watchlist.change(add=[Entry("v_1", EPOCH)])
    watchlist.path.write_bytes(nothing)
    repair = watchlist.read().repair
    assert repair is not None
    assert "Its backup is used" in repair_text(repair)


def test_entries_recovered_without_a_backup_are_counted(watchlist: Watchlist) -> None:
    watchlist.change(add=[Entry("v_1", EPOCH), Entry("v_2", EPOCH)])
    watchlist.path.write_bytes(watchlist.path.read_bytes() + b"\n[[videos]]\nid = oops\n")
    watchlist.backup_path.write_bytes(b"\0" * 400)
    repair = watchlist.read().repair
    assert repair is not None
    assert "no usable backup. 2 videos could be read" in repair_text(repair)
