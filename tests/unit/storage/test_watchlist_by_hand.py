"""A watchlist that a person has edited by hand, and that has no backup."""

from __future__ import annotations

import codecs

import pytest

from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.storage.watchlist import Watchlist
from tests.support.keys import ids
from tests.unit.storage.watchlist_entries import RUNNING, entries, entry

ONE = "video_691209aab0a08198a4e78870277f7e3d"
TWO = "video_000209aab0a08198a4e78870277f7e3d"


@pytest.fixture
def text(watchlist: Watchlist) -> str:
    """The file with two videos; its backup is gone."""
    watchlist.change(add=[entry(ONE, RUNNING, 5.0), *entries(TWO)])
    watchlist.backup_path.unlink()
    return watchlist.path.read_text(encoding="utf-8")


def read(watchlist: Watchlist, data: str | bytes) -> list[str]:
    """The ids that are watched when the file holds `data`."""
    watchlist.path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return ids(Watchlist(watchlist.path).read().entries)


@pytest.mark.parametrize("line", ["oops", "}", "added_at = soon", "<<<<<<< HEAD", "# 备注", "“”"])
def test_a_line_that_is_no_toml_costs_no_video(watchlist: Watchlist, text: str, line: str) -> None:
    assert read(watchlist, f"{text}{line}\n") == [ONE, TWO]
    assert read(watchlist, text.replace("id =", f"{line}\nid =")) == [ONE, TWO]


@pytest.mark.parametrize("written", ["“{}”", "'{}'", "{}", '"{} "', '"{}" # 好的'])
def test_an_id_in_odd_quotes_is_read(watchlist: Watchlist, text: str, written: str) -> None:
    assert read(watchlist, text.replace(f'"{ONE}"', written.format(ONE))) == [ONE, TWO]


def test_an_id_that_was_cut_off_is_not_taken_for_another(watchlist: Watchlist, text: str) -> None:
    cut = text[: text.rindex(TWO) + 20]
    assert read(watchlist, cut) == [ONE]


def test_a_key_that_was_cut_off_is_no_id(watchlist: Watchlist, text: str) -> None:
    assert read(watchlist, text[: text.rindex("added_at") + 6]) == [ONE, TWO]


@pytest.mark.parametrize(
    "encoding",
    [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "gbk")],
)
def test_another_encoding_costs_no_video(
    watchlist: Watchlist, text: str, encoding: tuple[bytes, str]
) -> None:
    mark, name = encoding
    assert read(watchlist, mark + text.replace("\n", "\r\n").encode(name)) == [ONE, TWO]


def test_ids_on_lines_of_their_own_are_watched(watchlist: Watchlist, text: str) -> None:
    new = "video_111109aab0a08198a4e78870277f7e3d"
    assert read(watchlist, f"{new}\nhello\n{text}{ONE}\n") == [ONE, TWO, new]
    assert VideoKey(UNKNOWN_GATEWAY, new) in watchlist.read().entries


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n\n"])
def test_a_file_of_nothing_but_ids_is_a_watchlist(watchlist: Watchlist, end: str) -> None:
    assert read(watchlist, f"{ONE}{end}{TWO}{end}") == [ONE, TWO]


def test_what_is_known_of_a_video_outlives_a_bad_line(watchlist: Watchlist, text: str) -> None:
    read(watchlist, text.replace("[videos.video]", "oops\n[videos.video]"))
    (first, _second) = watchlist.read().entries.values()
    assert first.video is not None
    assert first.video.prompt == RUNNING.prompt
