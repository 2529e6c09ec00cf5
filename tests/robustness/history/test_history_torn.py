"""Kills, a full disk and damage of the history: what was stored stays, and nothing else suffers."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.model.errors import StorageError
from hingtui.storage.history import HISTORY_FILE, History, Search
from hingtui.system.files import locked
from tests.robustness.history.writer import BATCH
from tests.support.histories import seen
from tests.support.processes import ROOT
from tests.support.shared_home import film, shared_home
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and limits of POSIX")


@contextlib.contextmanager
def writing(home: Path, name: str, *limit: int) -> Iterator[subprocess.Popen[str]]:
    """A process that writes into the history of `home`."""
    command = [sys.executable, "-m", "tests.robustness.history.writer", str(home), name]
    process = subprocess.Popen(  # noqa: S603 - tests' own program
        [*command, *map(str, limit)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stored(home: Path) -> list[str]:
    """The ids in the history; it must be sound."""
    history = History(home / HISTORY_FILE)
    videos = history.videos(history.find(Search()))
    assert history.set_aside is None
    history.close()
    return sorted(video.entry.id for video in videos)


@pytest.mark.slow
def test_what_was_stored_survives_any_kill(tmp_path: Path, thorough: bool) -> None:
    chance = random.Random(5)  # noqa: S311 - the same kills in every run
    expected: set[str] = set()
    for kill in range(12 if thorough else 3):
        names = (f"a{kill}", f"b{kill}")
        with contextlib.ExitStack() as stack:
            writers = [stack.enter_context(writing(tmp_path, name)) for name in names]
            for name, writer in zip(names, writers, strict=True):
                assert writer.stdout is not None
                for _line in range(chance.randint(1, 12)):
                    last = int(writer.stdout.readline())
                    expected |= {f"{name}_{n:05}" for n in range(last + 1 - BATCH, last + 1)}
            for writer in writers:
                writer.kill()
        found = stored(tmp_path)
        whole = set(found)
        assert expected <= whole
        assert not any(one[:-1] in whole for one in found)  # whole ids only
        per_writer = [sum(one.startswith(f"{name}_") for one in found) for name in names]
        assert all(count % BATCH == 0 for count in per_writer)  # all of a batch, or nothing


def test_a_full_disk_stops_the_history_only(tmp_path: Path) -> None:
    with writing(tmp_path, "a", 600_000) as writer:
        assert writer.stdout is not None
        lines = [line for line in iter(writer.stdout.readline, "") if line.strip()]
    assert len(lines) > 1
    assert lines[-1].startswith("! ")
    last = int(lines[-2])
    assert [f"a_{n:05}" for n in range(last + 1)] == stored(tmp_path)
    history = History(tmp_path / HISTORY_FILE)  # there is room again
    history.record([seen("later", at=9e6)])
    history.close()
    assert "later" in stored(tmp_path)


@pytest.mark.parametrize("what", ["damaged", "locked", "a folder", "unwritable"])
def test_downloads_and_watchlist_do_not_need_the_history(tmp_path: Path, what: str) -> None:
    with shared_home(tmp_path / "home") as shared, contextlib.ExitStack() as stack:
        path = shared.home / HISTORY_FILE
        if what == "damaged":
            path.write_bytes(b"damaged" * 999)
        elif what == "locked":
            stack.enter_context(locked(path.with_name(f"{HISTORY_FILE}.lock")))
        elif what == "a folder":
            path.mkdir()
        else:
            path.with_name(f"{HISTORY_FILE}.lock").mkdir()
        shared.gateway.file("video_1", film("video_1"))
        process = shared.start("download", "video_1")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert shared.videos == ["video_1.mp4"]
        assert b"Traceback" not in output


@pytest.mark.slow
def test_a_dashboard_goes_on_while_its_history_is_damaged(tmp_path: Path) -> None:
    with shared_home(tmp_path / "home") as shared:
        shared.gateway.video("video_1", status="processing", prompt="the first one")
        shared.start("add", "video_1").wait()
        with shared.dashboard() as dashboard:
            dashboard.shows("the first one")
            path = shared.home / HISTORY_FILE
            log = path.with_name(f"{HISTORY_FILE}-wal")
            wait_until(lambda: log.exists() and log.stat().st_size > 0, "it is recorded")
            for one in (path, log):
                with one.open("r+b") as file:
                    file.write(b"\xff" * one.stat().st_size)
            shared.gateway.file("video_1", film("video_1"))
            dashboard.press("r")
            dashboard.shows("ready")
            dashboard.press("q")
            assert dashboard.exit_status() == 0
    history = History(tmp_path / "home" / HISTORY_FILE)
    with contextlib.suppress(StorageError):
        history.count()
    history.close()
