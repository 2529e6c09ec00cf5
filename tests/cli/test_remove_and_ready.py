"""`remove`, `download --ready` and `status --filter` as real processes."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.storage.watchlist.entry import Entry
from tests.support.keys import ids
from tests.support.shell import Shell, job, shell, soon_ready

if sys.platform != "win32":
    from tests.support.pty import terminal


def test_removed_ids_are_off_the_watchlist_and_listed(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry(f"video_{n}", float(n)) for n in range(3)])
    url = "https://gateway.example/v1/videos/video_2"
    ended = bare.run("remove", "video_0", url, "video_nobody", "created_at=7")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "removed  video_0",
        "removed  video_2",
        "not watched  video_nobody",
        "not an id  created_at=7",
    ]
    assert ids(bare.watchlist.read().entries) == ["video_1"]
    assert not bare.server.requests


def test_ids_to_remove_are_read_from_standard_input(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_0", 1.0), Entry("video_1", 1.0)])
    ended = bare.run("remove", "-", given='{"data": [{"id": "video_0"}]}')
    assert (ended.returncode, ended.stdout) == (0, "removed  video_0\n")
    assert ids(bare.watchlist.read().entries) == ["video_1"]


def test_removing_an_unwatched_id_fails(bare: Shell) -> None:
    ended = bare.run("remove", "video_nobody")
    assert (ended.returncode, ended.stdout) == (1, "not watched  video_nobody\n")


def test_remove_saved_keeps_files_and_unsaved_videos(bare: Shell) -> None:
    film = bare.home / "film.mp4"
    film.write_bytes(b"film")
    bare.watchlist.change(
        add=[Entry("video_saved", 1.0, saved=film, saved_bytes=4), Entry("video_open", 1.0)]
    )
    ended = bare.run("remove", "--saved")
    assert (ended.returncode, ended.stdout) == (0, "removed  video_saved\n")
    assert ids(bare.watchlist.read().entries) == ["video_open"]
    assert film.exists()


def test_remove_saved_fails_where_nothing_is_saved(bare: Shell) -> None:
    ended = bare.run("remove", "--saved")
    assert (ended.returncode, ended.stderr) == (1, "hingtui: No watched video is saved.\n")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pty is needed")
def test_a_running_dashboard_drops_removed_rows(tmp_path: Path) -> None:
    with shell(tmp_path, job("queued", prompt="to stay"), job("ready", prompt="to go")) as typed:
        typed.watchlist.change(add=[Entry("video_queued", 1.0), Entry("video_ready", 1.0)])
        with terminal(environ=typed.environ) as dashboard:
            dashboard.shows("to go")
            assert typed.run("remove", "video_ready").returncode == 0
            dashboard.until(lambda text: "to stay" in text and "to go" not in text, "one row")
            dashboard.press("q")
            assert dashboard.exit_status() == 0
        assert ids(typed.watchlist.read().entries) == ["video_queued"]


@pytest.mark.parametrize(
    "arguments",
    [["remove"], ["remove", "--saved", "video_1"], ["download", "--ready", "video_1"]],
    ids=" ".join,
)
def test_ids_and_their_option_exclude_each_other(bare: Shell, arguments: list[str]) -> None:
    ended = bare.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"usage: hingtui {arguments[0]}" in ended.stderr
    assert "either ids or --" in ended.stderr


def test_download_ready_saves_the_first_to_expire_first(tmp_path: Path) -> None:
    first = replace(job("ready", "video_first"), created_at=time.time() - 700)
    jobs = [job("ready", "video_late"), job("queued"), job("failed"), first]
    (tmp_path / "config.toml").write_text("max_downloads = 1\n")
    with shell(tmp_path, *jobs) as typed:
        typed.watchlist.change(add=[Entry(each.id, 1.0) for each in jobs])
        ended = typed.run("download", "--ready")
        assert (ended.returncode, ended.stderr) == (0, "")
        names = [Path(line).name for line in ended.stdout.splitlines()]
        assert names == ["video_first.mp4", "video_late.mp4"]
        again = typed.run("download", "--ready")
        assert (again.returncode, again.stdout) == (0, "")
        assert again.stderr == "Nothing is ready that is not saved yet.\n"


def test_download_ready_with_wait_saves_unfinished_videos_too(tmp_path: Path) -> None:
    jobs = [job("ready"), soon_ready(), job("expired")]
    with shell(tmp_path, *jobs) as typed:
        typed.watchlist.change(add=[Entry(each.id, time.time()) for each in jobs[:2]])
        ended = typed.run("download", "--ready", "--wait", "--json")
        assert (ended.returncode, ended.stderr) == (0, "")
        saved = {json.loads(line)["id"] for line in ended.stdout.splitlines()}
        assert saved == {"video_ready", "video_soon"}


def test_download_ready_fails_where_no_gateway_answers(tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        typed.watchlist.change(add=[Entry("video_one1", 1.0)])
    ended = typed.run("download", "--ready")
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr


def test_a_filter_also_applies_to_json(tmp_path: Path) -> None:
    jobs = [job("ready"), job("failed"), job("queued")]
    with shell(tmp_path, *jobs) as typed:
        typed.watchlist.change(add=[Entry(each.id, 1.0) for each in jobs])
        ended = typed.run("status", "--json", "--filter", "FAILED")
    assert ended.returncode == 0
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == ["video_failed"]


def test_a_tag_is_put_on_and_taken_off(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_0", 1.0, tags=("old",)), Entry("video_1", 1.0)])
    ended = bare.run("tag", "moon,#draft", "video_0", "video_nobody")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "#old #moon #draft  video_0\nnot watched  video_nobody\n"
    assert bare.run("tag", "--remove", "OLD", "video_0").stdout == "#moon #draft  video_0\n"
    assert [entry.tags for entry in bare.watchlist.read().entries.values()] == [
        ("moon", "draft"),
        None,
    ]
    assert bare.run("tag", "moon", "video_nobody").returncode == 1
    assert not bare.server.requests


def test_ids_that_are_added_together_are_one_batch(bare: Shell) -> None:
    assert bare.run("add", "video_0", "video_1").returncode == 0
    assert bare.run("add", "video_2").returncode == 0
    first, second, alone = (entry.batch for entry in bare.watchlist.read().entries.values())
    assert first == second != ""
    assert alone == ""
