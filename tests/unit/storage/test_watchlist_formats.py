"""Reading a watchlist of format 1, keeping a copy of it, and the gateways of format 2."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hingtui.model.key import VideoKey
from hingtui.storage.watchlist import Entry, Watchlist
from tests.support.clock import EPOCH
from tests.support.keys import ids, key, keys

FORMAT_1 = """\
format = 1
count = 2

[[videos]]
id = "v_1"
added_at = 1762789802.0

[[videos]]
id = "v_2"
added_at = 1762789803.0
saved = "/videos/v_2.mp4"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "watchlist.toml"
    path.write_text(FORMAT_1)
    return path


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir() if not each.name.endswith(".lock"))


def test_videos_of_format_1_belong_to_the_default_gateway(path: Path) -> None:
    contents = Watchlist(path).read()
    assert list(contents.entries) == keys("v_1", "v_2")
    assert contents.entries[key("v_2")].saved == Path("/videos/v_2.mp4")
    assert not contents.read_only


def test_reading_format_1_does_not_change_the_file(path: Path) -> None:
    Watchlist(path).read()
    assert path.read_text() == FORMAT_1
    assert names(path) == ["watchlist.toml"]


def test_the_first_change_writes_format_2_and_a_copy(path: Path) -> None:
    Watchlist(path).change(add=[Entry("v_3", EPOCH)])
    table = tomllib.loads(path.read_text())
    assert (table["format"], [video["gateway"] for video in table["videos"]]) == (
        2,
        ["default"] * 3,
    )
    assert path.with_name("watchlist.toml.format-1").read_text() == FORMAT_1


def test_later_changes_keep_the_copy_unchanged(path: Path) -> None:
    watchlist = Watchlist(path)
    for number in range(3, 6):
        watchlist.change(add=[Entry(f"v_{number}", EPOCH)])
    assert path.with_name("watchlist.toml.format-1").read_text() == FORMAT_1
    assert [name for name in names(path) if "format" in name] == ["watchlist.toml.format-1"]


def test_a_change_without_effect_leaves_format_1(path: Path) -> None:
    Watchlist(path).change(remove=keys("v_9"))
    assert path.read_text() == FORMAT_1


def test_another_file_with_the_copys_name_is_kept(path: Path) -> None:
    other = path.with_name("watchlist.toml.format-1")
    other.write_text("mine")
    Watchlist(path).change(remove=keys("v_1"))
    assert other.read_text() == "mine"
    assert any(each.read_text() == FORMAT_1 for each in path.parent.glob("*format-1*"))


@pytest.mark.parametrize(("end", "left"), [('"v_2"', ["v_1"]), ("", ["v_1", "v_2"])])
def test_the_readable_entries_of_a_cut_format_1_file_are_kept(
    path: Path, end: str, left: list[str]
) -> None:
    damaged = FORMAT_1.replace("count = 2", "count = 3")
    damaged = damaged[: damaged.index(end)] if end else damaged
    path.write_text(damaged)
    contents = Watchlist(path).read()
    assert ids(contents.entries) == left
    assert contents.repair is not None
    assert contents.repair.kept.read_text() == damaged


def test_the_same_id_of_two_gateways_is_two_videos(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / "watchlist.toml")
    watchlist.change(add=[Entry("v_1", EPOCH), Entry("v_1", EPOCH, gateway="lab")])
    lab = VideoKey("lab", "v_1")
    assert list(Watchlist(watchlist.path).read().entries) == [key("v_1"), lab]
    watchlist.change(update=[Entry("v_1", EPOCH, saved=Path("/v.mp4"), gateway="lab")])
    entries = Watchlist(watchlist.path).read().entries
    assert (entries[key("v_1")].saved, entries[lab].saved) == (None, Path("/v.mp4"))
    assert list(watchlist.change(remove=[key("v_1")]).entries) == [lab]


@pytest.mark.parametrize("gateway", ["7", '"a\\u001bb"', "[1]", f'"{"x" * 65}"'])
def test_an_entry_with_an_invalid_gateway_counts_as_damage(path: Path, gateway: str) -> None:
    bad = f'[[videos]]\ngateway = {gateway}\nid = "v_2"\n'
    path.write_text(f'format = 2\ncount = 2\n\n[[videos]]\nid = "v_1"\n\n{bad}')
    contents = Watchlist(path).read()
    assert list(contents.entries) == keys("v_1")
    assert contents.repair is not None


def test_an_unprintable_gateway_name_is_refused(tmp_path: Path) -> None:
    watchlist = Watchlist(tmp_path / "watchlist.toml")
    with pytest.raises(ValueError, match="gateway"):
        watchlist.change(add=[Entry("v_1", EPOCH, gateway="a\x1bb")])
