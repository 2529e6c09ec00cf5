"""`status` and `download` on a gateway where some ids have errors of their own.

Real processes over real sockets, by this machine's clock.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hingtui.system.clock import Clock
from tests.servers.gateway import Gateway
from tests.servers.sockets import RESET, Part, Request, answer, json_answer
from tests.support.mp4 import mp4
from tests.support.processes import run, start
from tests.support.pty import clean_environ

DATA = mp4(20_000)
ERRORS: dict[str, tuple[Part | list[Part], str]] = {
    "sick500": (answer(500, b'{"error": "boom 500"}'), "boom 500"),
    "sick400": (json_answer({"error": {"message": "bad 400"}}, 400), "bad 400"),
    "sick422": (json_answer({"error": {"message": "odd 422"}}, 422), "odd 422"),
    "sick200": (json_answer({"code": 50411, "message": "upstream 50411"}), "50411"),
    "sick401": (json_answer({"error": {"message": "key 401"}}, 401), "key 401"),
    "sickreset": ([RESET], "cut the connection"),
}
HEALTHY = [f"well{n}" for n in range(4)]


PACE = 4.0
"""Seconds that pass for a command in each second."""


@dataclass
class Shell:
    """Runs commands with one gateway."""

    gateway: Gateway
    home: Path

    @property
    def environ(self) -> dict[str, str]:
        return clean_environ(
            self.home, HINGNET_BASE_URL=self.gateway.url, HINGNET_API_KEY=self.gateway.token
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(
            *arguments,
            text=True,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            pace=PACE,
            timeout=90,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return start(
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environ,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with Gateway(Clock()) as gateway:
        gateway.has_list = False
        yield Shell(gateway, tmp_path)


def add_faults(gateway: Gateway) -> None:
    for name, (response, _words) in ERRORS.items():
        gateway.fault(f"/v1/videos/{name}", response, times=1000)


def test_status_reports_each_ids_own_error(shell: Shell) -> None:
    add_faults(shell.gateway)
    for name in HEALTHY:
        shell.gateway.video(name)
    ended = shell.run("status", "--json", *ERRORS, *HEALTHY)
    records = {record["id"]: record for record in map(json.loads, ended.stdout.splitlines())}
    assert ended.returncode == 1
    assert {records[name]["status"] for name in HEALTHY} == {"generating"}
    reported = dict(line.split(": ", 1) for line in ended.stderr.splitlines())
    assert reported.keys() == ERRORS.keys()
    for name, (_says, words) in ERRORS.items():
        assert words in reported[name]


def test_download_saves_all_videos_without_errors(shell: Shell) -> None:
    add_faults(shell.gateway)
    for name in HEALTHY:
        shell.gateway.file(name, DATA)
    ended = shell.run("download", *ERRORS, *HEALTHY)
    assert ended.returncode == 1
    saved = sorted(path.name for path in (shell.home / "videos").glob("*.mp4"))
    assert saved == [f"{name}.mp4" for name in HEALTHY]
    for name, (_says, words) in ERRORS.items():
        assert any(
            line.startswith(f"{name}: ") and words in line for line in ended.stderr.split("\n")
        )


@pytest.mark.parametrize(
    "response", [answer(503), answer(429), [RESET]], ids=["503", "429", "reset"]
)
def test_a_temporary_error_is_retried_before_it_is_reported(
    shell: Shell, response: Part | list[Part]
) -> None:
    shell.gateway.video("well")
    shell.gateway.fault("/v1/videos/well", response, times=2 if response == [RESET] else 1)
    ended = shell.run("status", "well")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_refused_token_is_found_with_a_dozen_requests(shell: Shell) -> None:
    shell.gateway.fault("/v1/videos", json_answer({"error": "nope"}, 401), times=1000)
    ended = shell.run("status", *[f"video_{n:02}" for n in range(50)])
    assert ended.returncode == 1
    assert len(shell.gateway.requests) <= 13
    assert ended.stderr.count("nope") == 50


def test_hundreds_of_ids_are_requested_through_the_list(shell: Shell) -> None:
    names = [f"video_{n:03}" for n in range(300)]
    shell.gateway.has_list = True
    for name in names:
        shell.gateway.video(name)
    ended = shell.run("status", *names)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == 301
    assert len(shell.gateway.requests) < 10


@pytest.mark.slow
def test_every_id_is_requested_however_long_it_takes(shell: Shell) -> None:
    names = [f"video_{n:02}" for n in range(60)]
    for name in names:
        shell.gateway.video(name)
    shell.gateway.fault("/v1/videos/video_0", answer(500), times=1000)
    ended = shell.run("status", "--json", *names)
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert sum(record["status"] == "generating" for record in records) == 50
    assert len(ended.stderr.splitlines()) == 10


@pytest.mark.slow
def test_a_terminal_shows_the_progress_of_requests(shell: Shell) -> None:
    names = [f"video_{n:02}" for n in range(30)]
    for name in names:
        shell.gateway.video(name)
    ours, theirs = pty.openpty()
    with start(
        "status",
        *names,
        pace=PACE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=shell.environ,
    ):
        os.close(theirs)
        shown = b""
        try:
            while more := os.read(ours, 4096):
                shown += more
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    assert len(re.findall(rb"\rasked about [1-9]\d* of 30", shown)) > 1
    assert shown.endswith(b" \r")


def test_missing_content_is_reported_within_seconds(shell: Shell) -> None:
    shell.gateway.file("a", DATA)
    shell.gateway.fault("/v1/videos/a/content", json_answer({"error": "not yet"}, 404), times=1000)
    began = time.monotonic()
    ended = shell.run("download", "a")
    assert PACE * (time.monotonic() - began) < 30
    assert ended.returncode == 1
    assert "not yet" in ended.stderr


@pytest.mark.slow
def test_two_processes_download_an_unwatched_video_once(shell: Shell) -> None:
    shell.gateway.file("a", DATA)
    both = threading.Barrier(2, timeout=30)
    waited: list[bool] = []

    def slow(request: Request) -> Iterator[bytes]:
        head, body = answer(200, DATA, content_type="video/mp4"), len(DATA)
        yield head[:-body] + DATA[:9000]
        waited.append(True)
        both.wait()
        yield DATA[9000:]

    shell.gateway.fault("/v1/videos/a/content", slow, times=10)
    folder = shell.home / "elsewhere"
    first = shell.start("download", "-o", str(folder), "a")
    while not waited:
        time.sleep(0.05)
    second = shell.start("download", "-o", str(folder), "a")
    assert second.stderr is not None
    assert "Another hingtui is" in second.stderr.readline()
    both.wait()
    assert [process.wait(60) for process in (first, second)] == [0, 0]
    assert [path.name for path in folder.iterdir()] == ["a.mp4"]
    assert len(shell.gateway.asked("/content")) == 1
    for process in (first, second):
        assert process.stdout is not None
        assert process.stdout.read().strip() == str(folder / "a.mp4")
        process.communicate()


def test_json_states_whether_a_file_is_verified(shell: Shell) -> None:
    webm = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") + bytes(99)
    shell.gateway.file("a", webm)
    shell.gateway.file("b", DATA)
    ended = shell.run("download", "--json", "a", "b")
    assert ended.returncode == 0
    records = {record["id"]: record for record in map(json.loads, ended.stdout.splitlines())}
    assert records["a"]["verified"] is False
    assert records["a"]["path"].endswith("a.webm")
    assert records["b"]["verified"] is True
