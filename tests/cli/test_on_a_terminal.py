"""What `status` and `download` show on a terminal, and what they keep out of pipes."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from hingtui.storage.watchlist.entry import Entry
from tests.support.hostile_text import cells_of
from tests.support.processes import start
from tests.support.pty import terminal
from tests.support.shell import Shell, job, shell, soon_ready
from tests.support.waiting import TIMEOUT

PROMPT = "冰镇汽水广告：气泡从杯底升起，逆光，慢镜头，玻璃上的水珠缓缓滑落，背景是海边的黄昏"
JOBS = {
    "queued": job("queued"),
    "generating": job("generating", prompt=PROMPT, model="veo-3.1-generate-preview"),
    "ready": job("ready", prompt=PROMPT),
    "failed": job("failed", error=("policy", "The prompt may show a real person's likeness.")),
    "expired": job("expired"),
}


def status_screen(home: Path, columns: int, *options: str) -> list[str]:
    """The lines of `status` on a terminal of this width, about `JOBS` and an id without answer."""
    with shell(home, *JOBS.values()) as typed:
        typed.watchlist.change(add=[Entry(each.id, 1.0) for each in JOBS.values()])
        with terminal("status", *options, environ=typed.environ, columns=columns) as running:
            running.until(lambda text: "EXPIRES" in text or "matches" in text, "the table")
            running.exit_status()
            return [line for line in running.text().split("\n") if line]


@pytest.mark.parametrize("columns", [30, 60, 80, 120, 200])
def test_no_line_of_status_wraps_at_any_width(tmp_path: Path, columns: int) -> None:
    lines = status_screen(tmp_path, columns)
    assert len(lines) == 1 + len(JOBS)
    assert max(map(cells_of, lines)) <= columns


def test_status_shows_states_as_the_dashboard_does(tmp_path: Path) -> None:
    head, *rows = status_screen(tmp_path, 80)
    assert head.split() == ["STATUS", "EXPIRES", "MODEL", "PROMPT"]
    states = [re.split(r"  +", row)[0] for row in rows]
    assert states[0] == "◌ queued"
    assert re.fullmatch(r"▸ generating \d+%", states[1])
    assert states[2:] == ["▾ ready", "✗ failed", "∅ expired"]
    model = head.index("MODEL")
    assert {row[model - 2 : model] for row in rows} == {"  "}
    assert "冰镇汽水" in rows[1]
    assert "The prompt may show a real person" in rows[3]


def test_a_wide_terminal_has_the_ids_too(tmp_path: Path) -> None:
    head, *rows = status_screen(tmp_path, 140)
    assert head.split()[-1] == "ID"
    assert [row.split()[-1] for row in rows] == [each.id for each in JOBS.values()]


def test_status_shows_only_what_the_filter_lets_through(tmp_path: Path) -> None:
    _head, *rows = status_screen(tmp_path, 80, "--filter", "failed")
    assert [row.split()[:2] for row in rows] == [["✗", "failed"]]


def test_status_reports_that_the_filter_matches_nothing(tmp_path: Path) -> None:
    assert status_screen(tmp_path, 80, "--filter", "nowhere") == ["No video matches: nowhere"]


def test_download_shows_its_progress_and_leaves_only_paths(tmp_path: Path) -> None:
    jobs = [job("ready", f"video_{n}", pad=400_000) for n in range(3)]
    with shell(tmp_path, *jobs, rate=300_000) as typed:
        ids = [each.id for each in jobs]
        with terminal("download", *ids, environ=typed.environ, columns=80) as running:
            running.until(lambda text: re.search(r"0 of 3 saved  .*B/s", text), "speed")
            assert "━" in running.text()
            assert running.exit_status() == 0
            lines = [line for line in running.text().split("\n") if line]
            paths = [str(typed.folder / f"{each}.mp4") for each in ids]
            assert sorted("".join(lines).replace(".mp4", ".mp4\n").split()) == paths


@pytest.mark.slow
def test_download_says_that_it_waits_for_a_video(tmp_path: Path) -> None:
    with (
        shell(tmp_path, soon_ready(seconds=4)) as typed,
        terminal("download", "--wait", "video_soon", environ=typed.environ) as running,
    ):
        running.shows("0 of 1 saved  waiting for 1 to be generated")
        assert running.exit_status() == 0


@pytest.mark.parametrize("variable", [{"TERM": "dumb"}, {"NO_COLOR": "1"}], ids=str)
def test_download_prints_plain_lines_where_none_can_be_redrawn(
    tmp_path: Path, variable: dict[str, str]
) -> None:
    with shell(tmp_path, job("ready", pad=400_000), rate=300_000) as typed:
        environ = typed.environ | variable
        with terminal("download", "video_ready", environ=environ, columns=80) as running:
            running.shows("0 of 1 saved")
            assert running.exit_status() == 0
        assert b"\r" not in running.raw.replace(b"\r\n", b"")
        assert "━".encode() not in running.raw


def test_progress_never_reaches_a_pipe(tmp_path: Path) -> None:
    video = job("ready", pad=400_000)
    with shell(tmp_path, video, rate=300_000) as typed:
        out, err = _download_with_stderr_on_a_terminal(typed)
        assert out == f"{typed.folder / 'video_ready.mp4'}\n"
        assert "0 of 1 saved" in err
        assert re.search(r"\r +\r\Z", err)  # the line is gone at the end


def _download_with_stderr_on_a_terminal(typed: Shell) -> tuple[str, str]:
    """What `download` writes to a pipe as stdout, and to a terminal as stderr."""
    master, slave = pty.openpty()
    try:
        running = start(
            "download",
            "video_ready",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave,
            env=typed.environ,
        )
        out, _err = running.communicate(timeout=TIMEOUT)
        return out.decode(), os.read(master, 100_000).decode()
    finally:
        os.close(master)
        os.close(slave)
