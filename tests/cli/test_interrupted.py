"""Commands that are interrupted by signals, or have unusual or missing standard streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.keys import ids

if sys.platform == "win32":
    pytest.skip("signals are needed", allow_module_level=True)

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.storage.watchlist import Watchlist
from tests.servers.gateway import TOKEN
from tests.servers.sockets import HANG, FaultServer
from tests.support.pty import clean_environ
from tests.support.signals import started, status_of
from tests.support.waiting import TIMEOUT, wait_until


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    return clean_environ(home, HINGNET_API_KEY=TOKEN)


@pytest.mark.parametrize(
    "numbers",
    [[signal.SIGINT] * 5, [signal.SIGTERM, signal.SIGHUP] * 2 + [signal.SIGTERM]],
    ids=["Ctrl+C", "SIGTERM and SIGHUP"],
)
def test_a_signal_ends_every_command_quickly_and_without_output(
    environ: dict[str, str], numbers: list[signal.Signals]
) -> None:
    def at(url: str) -> dict[str, str]:
        return environ | {"HINGNET_BASE_URL": url}

    now = time.time()
    jobs = [Job("video_ready", now - 300, pad=300_000), Job("video_new", now, queued_for=9000)]
    with (
        FaultServer(respond=lambda _request: HANG) as silent,
        DemoServer(Story(jobs), token=TOKEN, rate=30_000.0) as server,
        started("add", "-", environ=environ, is_executed=True) as adding,
        started("demo", "--serve", environ=environ) as serving,
        started("status", "video_ready", environ=at(silent.url), is_executed=True) as asking,
        started("download", "video_ready", environ=at(server.base_url)) as saving,
        started("download", "--wait", "video_new", environ=at(server.base_url)) as waiting,
    ):
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith(b"export")
        folder = Path(environ["HINGTUI_HOME"]) / "videos"
        wait_until(lambda: silent.requests, "a question")
        wait_until(lambda: any("video_new" in r.path for r in server.requests), "another")
        wait_until(lambda: any(part.stat().st_size for part in folder.glob("*.part")), "some bytes")
        commands = (adding, serving, asking, saving, waiting)
        asked_at = time.monotonic()
        for command, number in zip(commands, numbers, strict=True):
            command.send_signal(number)
        ended = [status_of(command, asked_at) for command in commands]
        assert ended == [128 + number for number in numbers]
        server.rate = None
        with started("download", "video_ready", environ=at(server.base_url)) as again:
            out, _err = again.communicate()
        ranges = [r.headers.get("range") for r in server.requests if "/content" in r.path]
    assert ranges[0] is None
    assert str(ranges[-1]) > "bytes=0-"
    assert Path(os.fsdecode(out.strip())).read_bytes() == jobs[0].file()


def test_under_nohup_a_download_ignores_sighup(environ: dict[str, str]) -> None:
    job = Job("video_ready", time.time() - 300)
    with DemoServer(Story([job]), token=TOKEN, rate=60_000.0) as server:
        environ["HINGNET_BASE_URL"] = server.base_url
        with started("download", "video_ready", environ=environ, ignoring="SIGHUP") as saving:
            wait_until(lambda: any("/content" in r.path for r in server.requests), "the download")
            saving.send_signal(signal.SIGHUP)
            out, err = saving.communicate(timeout=TIMEOUT)
    assert (saving.returncode, err) == (0, b"")
    assert Path(os.fsdecode(out.strip())).read_bytes() == job.file()


def test_several_signals_act_like_one(environ: dict[str, str]) -> None:
    with FaultServer(respond=lambda _request: HANG) as silent:
        environ["HINGNET_BASE_URL"] = silent.url
        with started("status", "video_ready", environ=environ) as asking:
            wait_until(lambda: silent.requests, "a question")
            asked_at = time.monotonic()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
                asking.send_signal(number)
            assert status_of(asking, asked_at) in (143, 129)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (b"", 1),
        (bytes(range(256)) * 100, 1),
        (b"\xfa\xfb video_691209aab0a0 \xfc\0", 0),
        (b"\x1b]0;evil\x07\x1b[31mvideo_691209aab0a0\x1b[0m", 0),
    ],
    ids=["nothing", "every byte", "an id among bytes", "an id among escapes"],
)
def test_add_accepts_any_bytes_on_standard_input(
    environ: dict[str, str], given: bytes, status: int
) -> None:
    with started("add", "-", environ=environ) as adding:
        out, err = adding.communicate(given, timeout=TIMEOUT)
    assert adding.returncode == status
    assert b"Traceback" not in err
    assert not any(byte < 32 and byte != 10 for byte in out + err)
    watched = Watchlist(Path(environ["HINGTUI_HOME"]) / "watchlist.toml").read().entries
    assert ids(watched) == ([] if status else ["video_691209aab0a0"])


CLOSED = """
import os, sys
os.close(int(sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-m", "hingtui", *sys.argv[2:]])
"""
"""As a shell's `<&-`, `>&-` and `2>&-`."""


@pytest.mark.parametrize("descriptor", [0, 1, 2])
def test_add_works_with_a_standard_stream_closed(environ: dict[str, str], descriptor: int) -> None:
    command = [sys.executable, "-c", CLOSED, str(descriptor), "add", "video_abcdef01"]
    ended = subprocess.run(command, env=environ, capture_output=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stderr) == (0, b"")
    watched = Watchlist(Path(environ["HINGTUI_HOME"]) / "watchlist.toml").read().entries
    assert ids(watched) == ["video_abcdef01"]


def test_add_reports_a_closed_standard_input(environ: dict[str, str]) -> None:
    command = [sys.executable, "-c", CLOSED, "0", "add", "-"]
    ended = subprocess.run(command, env=environ, capture_output=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(b"hingtui: No id was found")
    assert len(ended.stderr.splitlines()) == 1
