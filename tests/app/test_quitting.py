"""Quitting the dashboard while requests, downloads or disk writes run or hang."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.keys import key, keys

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.servers.gateway import TOKEN
from tests.servers.sockets import HANG, FaultServer
from tests.support.pty import Terminal, clean_environ, patched, terminal
from tests.support.watched_home import IN_TIME

PAD = 300_000
"""Bytes that make a file last for some seconds at the server's pace."""


def ten(server_rate: float, now: float) -> tuple[list[Job], DemoServer]:
    jobs = [Job(f"video_{n}", now - 300, pad=PAD, prompt=f"clip {n}") for n in range(10)]
    return jobs, DemoServer(Story(jobs), token=TOKEN, rate=server_rate)


HANGING_DISK = """
import os, time
sync = os.fsync
os.fsync = lambda descriptor: time.sleep(60) if os.path.exists({flag!r}) else sync(descriptor)
"""


def home_of(tmp_path: Path, ids: list[str]) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("max_downloads = 10\n")
    Watchlist(home / "watchlist.toml").change(add=[Entry(one, time.time()) for one in ids])
    return home


def received(home: Path) -> list[Path]:
    """The parts that are not empty."""
    return [part for part in (home / "videos").glob("*.part") if part.stat().st_size]


@pytest.mark.slow
def test_ten_downloads_end_at_once_and_are_resumed(tmp_path: Path) -> None:
    jobs, server = ten(60_000.0, time.time())
    with server:
        home = home_of(tmp_path, [job.id for job in jobs])
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        with terminal(environ=environ, rows=24) as running:
            running.shows("10 ready")
            running.press("D")
            running.until(lambda _text: len(received(home)) == 10, "bytes of each")
            running.press("q")
            running.shows("10 downloads")
            for size in [(1, 1), (200, 60), (3, 2), (100, 24)]:
                running.resize(*size)
                running.read_for(0.01)
            running.wipe()
            running.shows("10 downloads")
            running.asked_at = time.monotonic()
            running.press("\r")
            assert running.exit_status() == 0
            assert running.took < IN_TIME
            running.assert_restored()
        assert not list((home / "videos").glob("*.mp4"))
        server.rate = None
        asked = len(server.requests)
        with terminal(environ=environ, rows=24) as running:
            running.shows("✓ 10 saved")
            running.press("q")
            assert running.exit_status() == 0
        ranges = [r.headers.get("range") for r in server.requests[asked:] if "/content" in r.path]
    assert len(ranges) == 10
    assert all(wanted and wanted > "bytes=0-" for wanted in ranges)
    for job in jobs:
        assert (home / "videos" / f"{job.id}.mp4").read_bytes() == job.file()


SLOW_NAMES = """
import socket, time
resolve = socket.getaddrinfo
def getaddrinfo(host, *how, **more):
    if host in ("gateway.example", b"gateway.example"):
        time.sleep(60)
    return resolve(host, *how, **more)
socket.getaddrinfo = getaddrinfo
"""
SLOW_DISK = """
import os, time
sync = os.fsync
def fsync(descriptor):
    if os.fstat(descriptor).st_size > 20_000:  # a part, not its metadata
        time.sleep(60)
    sync(descriptor)
os.fsync = fsync
"""


@pytest.mark.parametrize(
    ("hangs", "key"), [("an answer", ""), ("a handshake", "q"), ("a name server", "")]
)
def test_it_quits_in_time_while_a_request_hangs(tmp_path: Path, hangs: str, key: str) -> None:
    home = home_of(tmp_path, ["video_one"])
    with FaultServer(respond=lambda _request: HANG) as server:
        url = server.url
        if hangs == "a handshake":
            server.handle = lambda _sock: server.wait()
            url = url.replace("http:", "https:")
        environ = clean_environ(home, HINGNET_BASE_URL=url, HINGNET_API_KEY=TOKEN)
        if hangs == "a name server":
            environ["HINGNET_BASE_URL"] = "https://gateway.example"
            patched(environ, tmp_path / "patch", SLOW_NAMES)
        with terminal(environ=environ) as running:
            running.shows("q Quit")
            running.until(
                lambda _text: hangs == "a name server" or server.connections, "a question"
            )
            end(running, key)


@pytest.mark.parametrize("hangs", ["an answer", "a disk"])
def test_it_quits_in_time_while_a_download_hangs(tmp_path: Path, hangs: str) -> None:
    home = home_of(tmp_path, ["video_one"])
    job = Job("video_one", time.time() - 300)
    with DemoServer(Story([job]), token=TOKEN) as server:
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        if hangs == "a disk":
            patched(environ, tmp_path / "patch", SLOW_DISK)
        else:
            server.rate = 1.0
        with terminal(environ=environ) as running:
            running.shows("1 ready")
            running.press("d")
            running.shows("downloading")
            running.press("a")
            running.shows("Add videos")
            running.press("video_added1")
            running.shows("1 new id")
            running.press("\r")
            running.until(lambda text: "Add videos" not in text, "the dialog gone")
            running.until(lambda _text: bool(received(home)), "a byte")
            running.press("q")
            running.shows("1 download")
            end(running, "\r")
    assert not list((home / "videos").glob("*.mp4"))
    assert list((home / "videos").glob("*.part"))
    assert key("video_added1") in Watchlist(home / "watchlist.toml").read().entries


@pytest.mark.slow
def test_it_quits_in_time_while_writing_the_watchlist_hangs(tmp_path: Path) -> None:
    home = home_of(tmp_path, ["video_one"])
    hangs = tmp_path / "hangs"
    with DemoServer(Story([Job("video_one", time.time() - 300)]), token=TOKEN) as server:
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        patched(environ, tmp_path / "patch", HANGING_DISK.format(flag=str(hangs)))
        with terminal(environ=environ) as running:
            running.shows("1 ready")
            hangs.touch()
            running.press("x")
            running.shows("No longer watched")
            end(running, "q")
    assert key("video_one") in Watchlist(home / "watchlist.toml").read().entries


BROKEN_DISK = """
import errno, os
replace = os.replace
def refuse(source, target, **how):
    if os.path.exists({flag!r}):
        raise OSError(errno.EIO, os.strerror(errno.EIO), target)
    replace(source, target, **how)
os.replace = refuse
"""


@pytest.mark.parametrize("disk", ["broken", "hanging"])
def test_ids_that_could_not_be_written_are_printed_at_the_end(tmp_path: Path, disk: str) -> None:
    home = home_of(tmp_path, ["video_one"])
    flag = tmp_path / "flag"
    patch = HANGING_DISK if disk == "hanging" else BROKEN_DISK
    with DemoServer(Story([Job("video_one", time.time() - 300)]), token=TOKEN) as server:
        environ = clean_environ(home, HINGNET_BASE_URL=server.base_url, HINGNET_API_KEY=TOKEN)
        patched(environ, tmp_path / "patch", patch.format(flag=str(flag)))
        with terminal(environ=environ) as running:
            running.shows("1 ready")
            flag.touch()
            running.press("a")
            running.shows("Add videos")
            running.press("video_new1 video_new2")
            running.shows("2 new ids")
            running.press("\r")
            running.until(lambda text: "Add videos" not in text, "the dialog gone")
            end(running, "q")
    assert b"hingtui add video_new1 video_new2" in running.raw
    assert set(Watchlist(home / "watchlist.toml").read().entries) == set(keys("video_one"))


def end(running: Terminal, key: str) -> None:
    """Quit with this key, or with a signal if it is empty; check the time it takes."""
    running.asked_at = time.monotonic()
    if key:
        running.press(key)
    else:
        running.send(signal.SIGTERM)
    assert running.exit_status() == (0 if key else 143)
    assert running.took < IN_TIME
    running.assert_restored()
    assert b"Traceback" not in running.raw
