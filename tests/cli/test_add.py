"""`hingtui add` as a real process: standard output, standard error and exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.ids import PASTE_LIMIT
from hingtui.storage.watchlist.entry import Entry
from tests.support.keys import ids
from tests.support.shell import Shell
from tests.support.waiting import TIMEOUT


def test_added_ids_are_on_the_watchlist_in_order(bare: Shell) -> None:
    ended = bare.run("add", "video_b2", "video_a1")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == ["added  video_b2", "added  video_a1"]
    assert ids(bare.watchlist.read().entries) == ["video_b2", "video_a1"]


def test_ids_are_found_in_urls_and_in_json_on_standard_input(bare: Shell) -> None:
    given = '{"data": [{"id": "video_json1"}, {"id": "video_json2", "status": "queued"}]}'
    url = "https://gateway.example/v1/videos/video_url/content?x=1"
    ended = bare.run("add", url, "-", given=given)
    assert ended.returncode == 0
    assert ids(bare.watchlist.read().entries) == ["video_url", "video_json1", "video_json2"]


def test_the_address_of_no_gateway_is_named_once(bare: Shell) -> None:
    urls = [f"https://who:secret@other.example:8443/v1/videos/video_{n}" for n in (1, 2)]
    ended = bare.run("add", *urls)
    assert (ended.returncode, ended.stdout) == (0, "added  video_1\nadded  video_2\n")
    assert ended.stderr.count("None of your gateways is at other.example:8443:") == 1
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("plain", ["abc", "myjob", "a1", "ufawqhfynnddngldkgtslldrkq"])
def test_an_argument_without_digits_is_an_id(bare: Shell, plain: str) -> None:
    ended = bare.run("add", plain)
    assert (ended.returncode, ended.stdout) == (0, f"added  {plain}\n")


@pytest.mark.slow
def test_only_the_start_of_a_huge_standard_input_is_read(bare: Shell) -> None:
    ended = bare.run("add", "-", given="video_first1\n" + " " * (PASTE_LIMIT + 5) + "video_late1\n")
    assert ids(bare.watchlist.read().entries) == ["video_first1"]
    assert ended.stderr == (
        "hingtui: Only the first 20 million characters of standard input were read.\n"
    )


def test_adding_a_watched_id_keeps_one_row_and_reports_it(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_one1", 1.0)])
    ended = bare.run("add", "video_one1", "video_one1")
    assert (ended.returncode, ended.stdout) == (0, "already watched  video_one1\n")
    assert ids(bare.watchlist.read().entries) == ["video_one1"]


def test_invalid_ids_are_reported_and_the_rest_is_added(bare: Shell) -> None:
    ended = bare.run("add", "created_at=7", "video_one1")
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == ["added  video_one1", "not an id  created_at=7"]


@pytest.mark.parametrize("given", ["hello there", "", "\0\x1b[31m"])
def test_adding_without_a_valid_id_fails(bare: Shell, given: str) -> None:
    ended = bare.run("add", "-", given=given)
    assert ended.returncode == 1
    assert "No id was found" in ended.stderr
    assert not (bare.home / "watchlist.toml").exists()


def test_ids_among_undecodable_bytes_are_found(bare: Shell) -> None:
    ended = bare.run("add", "-", given=b"\xff\xfe video_one1 \x80")
    assert ended.returncode == 0
    assert ids(bare.watchlist.read().entries) == ["video_one1"]


def test_an_unusable_watchlist_prints_one_line(bare: Shell) -> None:
    (bare.home / "watchlist.toml").mkdir()
    ended = bare.run("add", "video_one1")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "watchlist.toml" in ended.stderr


@pytest.mark.parametrize("word", ["list.out", "@list.out"])
def test_a_file_as_an_argument_is_answered_with_how_to_read_it(
    bare: Shell, tmp_path: Path, word: str
) -> None:
    path = tmp_path / "list.out"
    path.write_text("video_one1")
    ended = bare.run("add", f"{'@' * (word[0] == '@')}{path}", "video_two2")
    assert (ended.returncode, ids(bare.watchlist.read().entries)) == (0, ["video_two2"])
    assert f"is a file. For the ids in it, write instead: - < {path}" in ended.stderr


@pytest.mark.slow
def test_a_word_that_is_cut_by_the_limit_is_no_id(bare: Shell) -> None:
    bare.run("add", "-", given="video_first1\n" + " " * (PASTE_LIMIT - 20) + "video_cut12345\n")
    assert ids(bare.watchlist.read().entries) == ["video_first1"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_on_a_full_disk_is_one_sentence_with_what_to_do(bare: Shell) -> None:
    with Path("/dev/full").open("w") as full:
        ended = bare.start("add", "video_one1", stdout=full)
        _out, printed = ended.communicate(timeout=TIMEOUT)
    assert ended.returncode == 1
    assert printed == (
        "hingtui: Something could not be read or written: No space left on device."
        " Free some space on that disk.\n"
    )
