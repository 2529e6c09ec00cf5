"""`hingtui download` as a real process: standard output, standard error and exit status."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from hingtui.storage.watchlist.entry import Entry
from hingtui.system.files import locked
from tests.support.keys import keys
from tests.support.shell import WORDS, Shell, job, shell, soon_ready
from tests.support.signals import started, status_of
from tests.support.waiting import TIMEOUT, wait_until


def test_download_saves_a_ready_video_and_prints_its_path(tmp_path: Path) -> None:
    video = job("ready", content="redirect", pad=300_000)
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", video.id)
        assert (ended.returncode, ended.stderr) == (0, "")
        path = Path(ended.stdout.rstrip("\n"))
        assert path == typed.folder / "video_ready.mp4"
        assert path.read_bytes() == video.file()
        assert [one.name for one in typed.folder.iterdir()] == [path.name]


def test_download_json_has_path_size_and_digest(tmp_path: Path) -> None:
    video = job("ready", vocabulary="openai")
    target = tmp_path / "elsewhere" / "films"
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", "--json", "-o", str(target), video.id)
    assert (ended.returncode, ended.stderr) == (0, "")
    record = json.loads(ended.stdout)
    data = (target / "video_ready.mp4").read_bytes()
    assert data == video.file()
    assert record["path"] == str(target / "video_ready.mp4")
    assert record["bytes"] == len(data)
    assert record["sha256"] == hashlib.sha256(data).hexdigest()
    assert WORDS.keys() <= record.keys()


def test_download_wait_waits_for_a_running_video(tmp_path: Path) -> None:
    video = soon_ready()
    with shell(tmp_path, video) as typed:
        ended = typed.run("download", "--wait", video.id)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert Path(ended.stdout.rstrip("\n")).read_bytes() == video.file()


def test_videos_that_cannot_be_downloaded_fail_with_a_reason(tmp_path: Path) -> None:
    jobs = [
        job("generating"),
        job("failed"),
        job("expired"),
        job("ready"),
    ]
    with shell(tmp_path, *jobs) as typed:
        ended = typed.run("download", *(one.id for one in jobs), "video_nobody")
        assert ended.returncode == 1
        assert ended.stdout == f"{typed.folder / 'video_ready.mp4'}\n"
        assert [one.name for one in typed.folder.iterdir()] == ["video_ready.mp4"]
    why = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert why.keys() == {*(one.id for one in jobs[:3]), "video_nobody"}
    assert "--wait" in why["video_generating"]
    assert "提示词未通过审核" in why["video_failed"]
    assert "expired" in why["video_expired"]
    assert "does not know" in why["video_nobody"]


def test_download_wait_ends_for_failed_and_expired_videos(tmp_path: Path) -> None:
    with shell(tmp_path, job("failed"), job("expired")) as typed:
        ended = typed.run("download", "--wait", "video_failed", "video_expired")
    assert ended.returncode == 1
    why = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert why.keys() == {"video_failed", "video_expired"}


def test_download_wait_survives_a_gateway_error(tmp_path: Path) -> None:
    video = job("ready")
    with shell(tmp_path, video) as typed:
        typed.server.once("/v1/videos/video_ready", status=503)
        ended = typed.run("download", "--wait", video.id)
    assert ended.returncode == 0


def test_a_watched_video_is_downloaded_once(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    first = bare.run("download", "--json", "video_ready")
    asked = bare.content_requests()
    second = bare.run("download", "--json", "video_ready")
    assert (second.returncode, second.stderr) == (0, "")
    one, other = json.loads(first.stdout), json.loads(second.stdout)
    assert (other["path"], other["bytes"], other["sha256"]) == (
        one["path"],
        one["bytes"],
        one["sha256"],
    )
    assert asked == bare.content_requests() == 1


@pytest.mark.slow
def test_an_unwatched_video_is_saved_only_once(bare: Shell) -> None:
    first, second = (bare.run("download", "video_ready") for _turn in range(2))
    assert second.returncode == 0
    assert first.stdout == second.stdout
    assert [one.name for one in bare.folder.iterdir()] == ["video_ready.mp4"]


def test_a_saved_file_needs_no_gateway(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    first = bare.run("download", "video_ready")
    bare.server.stop()
    second = bare.run("download", "video_ready")
    assert (second.returncode, second.stdout) == (0, first.stdout)


def test_an_earlier_runs_file_is_found_by_the_history(bare: Shell) -> None:
    """Also where several gateways might know the id."""
    config = Path(bare.environ["HINGTUI_HOME"]) / "config.toml"
    config.write_text('[gateways.lab]\nbase_url = "http://127.0.0.1:9"\n')
    first = bare.run("download", "--gateway", "default", "video_ready")
    bare.server.stop()
    second = bare.run("download", "video_ready")
    assert (second.returncode, second.stdout) == (0, first.stdout)
    Path(first.stdout.rstrip("\n")).unlink()
    assert bare.run("download", "video_ready").returncode == 1


def test_a_file_that_was_deleted_is_downloaded_again(bare: Shell) -> None:
    path = bare.folder / "video_ready.mp4"
    bare.watchlist.change(add=[Entry("video_ready", 1.0, saved=path, saved_bytes=5)])
    assert bare.run("download", "video_ready").stdout == f"{path}\n"
    assert path.exists()


def test_waiting_ends_when_the_video_is_removed_from_the_watchlist(tmp_path: Path) -> None:
    with shell(tmp_path, job("generating")) as typed:
        typed.watchlist.change(add=[Entry("video_generating", time.time())])
        waiting = typed.start("download", "--wait", "video_generating")
        wait_until(lambda: typed.server.requests, "a question")
        typed.watchlist.change(remove=keys("video_generating"))
        _out, err = waiting.communicate(timeout=TIMEOUT)
    assert waiting.returncode == 1
    assert "removed from the watchlist" in err


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_waiting_without_output(tmp_path: Path) -> None:
    with shell(tmp_path, job("generating")) as typed:
        # If a request is open at that moment, Python warns about its socket.
        typed.environ["PYTHONWARNINGS"] = "ignore"
        waiting = typed.start("download", "--wait", "video_generating")
        wait_until(lambda: typed.server.requests, "a question")
        waiting.send_signal(signal.SIGINT)
        assert waiting.communicate(timeout=TIMEOUT) == ("", "")
    assert waiting.returncode == 130


def test_an_unwritable_folder_is_reported(bare: Shell) -> None:
    (bare.home / "no-folder").write_text("")
    ended = bare.run("download", "-o", str(bare.home / "no-folder"), "video_ready")
    assert ended.returncode == 1
    assert ended.stderr.startswith("video_ready: The videos folder cannot be written to.")


def test_a_video_saved_while_a_signal_ends_it_is_printed(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready"), job("queued")) as typed:
        assert typed.run("add", "video_ready", "video_queued").returncode == 0
        with ExitStack() as stack:
            unlock = stack.enter_context(ExitStack())
            # It cannot report the file before this is released.
            unlock.enter_context(locked(tmp_path / "watchlist.toml.lock"))
            command = ("download", "--ready", "--wait")
            running = stack.enter_context(started(*command, environ=typed.environ))
            path = typed.folder / "video_ready.mp4"
            wait_until(path.exists, "the file is named")
            asked_at = time.monotonic()
            running.send_signal(signal.SIGTERM)
            unlock.close()
            assert status_of(running, asked_at) == 143
            assert running.stdout is not None
            assert running.stdout.read().decode() == f"{path}\n"
