"""`hingtui watch` as a real process: its lines, its exit status, signals and pipes."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest

if sys.platform == "win32":
    pytest.skip("signals are needed", allow_module_level=True)

from hingtui.system.files import locked
from tests.support.keys import key
from tests.support.processes import start
from tests.support.shared_home import Process, film, output_of, shared_home
from tests.support.shell import WORDS, Shell, assert_clean, job, shell, soon_ready
from tests.support.signals import started, status_of
from tests.support.waiting import TIMEOUT, wait_until


def events_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def lines_until(process: Process, word: str, count: int = 1) -> list[str]:
    """The lines that it prints until so many of them hold a word."""
    assert process.stdout is not None
    lines: list[str] = []
    while sum(word in line for line in lines) < count:
        is_there = (
            _holds_a_line(process.stdout) or select.select([process.stdout], [], [], TIMEOUT)[0]
        )
        assert is_there, lines
        lines.append(process.stdout.readline().decode())
        assert lines[-1], lines
    return lines


def _holds_a_line(stream: IO[bytes]) -> bool:
    """Whether something was read from the pipe already: `select` sees only what is left in it."""
    if not isinstance(stream, io.BufferedReader):
        return False  # an unbuffered pipe holds nothing back
    os.set_blocking(stream.fileno(), False)
    try:
        return bool(stream.peek(1))
    finally:
        os.set_blocking(stream.fileno(), True)


def watched(typed: Shell, *video_ids: str) -> Shell:
    assert typed.run("add", *video_ids).returncode == 0
    return typed


def test_until_done_saves_all_and_prints_json_events(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready"), soon_ready(seconds=0.5), job("failed")) as typed:
        watched(typed, "video_ready", "video_soon", "video_failed")
        ended = typed.run("watch", "--until-done", "--json")
        assert (ended.returncode, ended.stderr) == (0, "")
        events = events_of(ended.stdout)
        assert (events[0]["event"], events[0]["videos"]) == ("watching", 3)
        about = {name: [e for e in events[1:] if e["id"] == f"video_{name}"] for name in
                 ("ready", "soon", "failed")}  # fmt: skip
        kinds = {name: [e["event"] for e in each] for name, each in about.items()}
        assert kinds["failed"] == ["failed"]
        for name in ("ready", "soon"):
            steps = [kind for kind in kinds[name] if kind not in ("generating", "downloading")]
            assert steps == ["ready", "saved"]
        for event in events[1:]:
            assert abs(event["at"] - time.time()) < 60
            for name, kind in WORDS.items():
                assert isinstance(event[name], kind), (name, event)
        saved = about["soon"][-1]
        assert Path(saved["path"]).stat().st_size == saved["bytes"]
        assert (saved["verified"], len(saved["sha256"])) == (True, 64)
        assert about["failed"][0]["error"]["message"] == "提示词未通过审核"
        assert typed.run("watch", "--until-done").returncode == 0
        assert typed.content_requests() == 2


@pytest.mark.slow
def test_a_video_that_expired_unsaved_is_a_failure(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready"), job("expired")) as typed:
        watched(typed, "video_ready", "video_expired")
        ended = typed.run("watch", "--until-done")
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert any("saved" in line and "video_ready.mp4" in line for line in lines)
    assert any("expired" in line and "before it was saved" in line for line in lines)
    reasons = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert reasons["video_expired"] == "the file has expired at the gateway"


def test_an_empty_watchlist_is_done_at_once(tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        ended = typed.run("watch", "--until-done")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("watching          0 videos\n")


def test_without_a_token_it_names_the_next_step(tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        del typed.environ["HINGNET_API_KEY"]
        ended = typed.run("watch", HINGNET_BASE_URL="https://gateway.example")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "HINGNET_API_KEY" in ended.stderr


@pytest.mark.slow
def test_a_refused_token_ends_it_and_is_not_printed(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready")) as typed:
        watched(typed, "video_ready")
        ended = typed.run("watch", "--until-done", HINGNET_API_KEY="oh-wrong-0123456789")
    assert ended.returncode == 1
    assert "  token refused  " in ended.stdout.splitlines()[-1]
    assert "oh-wrong" not in ended.stdout + ended.stderr


def test_the_users_commands_run(tmp_path: Path) -> None:
    note = tmp_path / "note"
    script = f'echo "$HINGTUI_EVENT $HINGTUI_ID $HINGNET_API_KEY" >> {note}'
    (tmp_path / "config.toml").write_text(f"on_saved = ['sh', '-c', '{script}']\n")
    with shell(tmp_path, job("ready")) as typed:
        assert watched(typed, "video_ready").run("watch", "--until-done").returncode == 0
    wait_until(lambda: note.exists() and note.read_text(), "the command has run")
    assert note.read_text() == "saved video_ready \n"


def test_it_follows_the_watchlist_and_shares_downloads(tmp_path: Path) -> None:
    videos = [f"video_shared_{number}" for number in range(3)]
    with shared_home(tmp_path / "home") as shared:
        both = [shared.start("watch"), shared.start("watch")]
        for each in both:
            lines_until(each, "watching")
        assert output_of(shared.start("add", *videos))[1] == 0
        for each in both:
            lines = lines_until(each, "  saved  ", len(videos))
            assert sum("  added  " in line for line in lines) == len(videos)
        assert output_of(shared.start("remove", videos[0]))[1] == 0
        for each in both:
            assert videos[0] in lines_until(each, "  removed  ")[-1]
        _end(both, signal.SIGTERM)
        assert shared.gateway.delivered == dict.fromkeys(videos, 1)
        for video in videos:
            assert (shared.home / "videos" / f"{video}.mp4").read_bytes() == film(video)


def test_a_followed_account_needs_no_ids(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready"), job("expired")) as typed:
        (tmp_path / "config.toml").write_text("[gateways.default]\nfollow = true\n")
        with started("watch", environ=typed.environ) as running:
            lines = lines_until(running, "  saved  ")
        assert any("  added  " in line and "video_ready" in line for line in lines)
        assert not any("video_expired" in line for line in lines)


def _end(processes: list[Process], number: signal.Signals) -> None:
    asked_at = time.monotonic()
    for each in processes:
        each.send_signal(number)
    for each in processes:
        rest, status = output_of(each)
        assert (rest, status) == ([], 128 + number)
    assert time.monotonic() - asked_at < 2.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_in_time_and_a_later_run_resumes(
    tmp_path: Path, number: signal.Signals
) -> None:
    with shell(tmp_path, job("ready", pad=300_000), rate=30_000.0) as typed:
        watched(typed, "video_ready")
        with started("watch", environ=typed.environ) as running:
            part = tmp_path / "videos" / "video_ready.mp4.part"
            wait_until(lambda: part.exists() and part.stat().st_size, "some bytes")
            asked_at = time.monotonic()
            running.send_signal(number)
            assert status_of(running, asked_at) == 128 + number
            assert running.stdout is not None
            assert_clean(running.stdout.read().decode())
        typed.server.rate = None
        assert typed.run("watch", "--until-done").returncode == 0
        ranges = [r.headers.get("range") for r in typed.server.requests if "/content" in r.path]
    assert ranges[0] is None
    assert str(ranges[-1]) > "bytes=0-"


def test_a_closed_pipe_ends_it_silently(tmp_path: Path) -> None:
    with ExitStack() as stack:
        typed = stack.enter_context(shell(tmp_path, job("queued")))
        watched(typed, "video_queued")
        running = stack.enter_context(started("watch", environ=typed.environ))
        assert running.stdout is not None
        assert b"watching" in running.stdout.readline()
        running.stdout.close()
        assert running.wait(TIMEOUT) == 1
        assert running.stderr is not None
        assert running.stderr.read() == b""


@pytest.mark.slow
def test_a_reader_that_has_stopped_holds_up_no_download(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while select.select([], [writer], [], 0)[1]:
        os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    with shell(tmp_path, job("ready")) as typed:
        watched(typed, "video_ready")
        with start("watch", env=typed.environ, stdout=writer, stderr=subprocess.PIPE) as running:
            os.close(writer)
            path = tmp_path / "videos" / "video_ready.mp4"
            wait_until(path.exists, "it is saved")
            asked_at = time.monotonic()
            running.send_signal(signal.SIGTERM)
            assert status_of(running, asked_at) == 143
    os.close(reader)


def test_a_video_saved_while_a_signal_ends_it_gets_its_line(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready")) as typed:
        watched(typed, "video_ready")
        lock = tmp_path / "watchlist.toml.lock"
        with ExitStack() as stack:
            unlock = stack.enter_context(ExitStack())
            unlock.enter_context(locked(lock))  # it cannot report the file before this is released
            running = stack.enter_context(started("watch", environ=typed.environ))
            assert running.stdout is not None
            path = tmp_path / "videos" / "video_ready.mp4"
            wait_until(path.exists, "the file is named")
            asked_at = time.monotonic()
            running.send_signal(signal.SIGTERM)
            unlock.close()
            assert status_of(running, asked_at) == 143
            lines = running.stdout.read().decode()
        assert typed.watchlist.read().entries[key("video_ready")].saved == path
    assert "saved" in lines
