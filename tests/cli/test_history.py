"""`history` and `stats` as real processes."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

from hingtui.model.video import Status
from hingtui.storage.history import HISTORY_FILE, History, StatusChange
from tests.support.clock import EPOCH
from tests.support.histories import seen
from tests.support.shell import Shell

if sys.platform != "win32":
    from tests.support.pty import terminal

FILM = "/videos/v_1.mp4"


@pytest.fixture
def recorded(bare: Shell) -> Shell:
    """A home whose history knows three videos."""
    history = History(bare.home / HISTORY_FILE)
    ready = StatusChange(EPOCH + 90, Status.READY, "success")
    history.record(
        [
            seen("v_1", ready, prompt="中秋夜，满月", model="veo", saved=FILM, took=90.0),
            seen("v_2", at=60, prompt="a moonlit lake", status=Status.FAILED, cost=(0.5, "USD")),
            seen("v_3", at=time.time() - EPOCH, prompt="now"),
        ]
    )
    history.close()
    return bare


def test_the_history_lists_what_the_words_find(recorded: Shell) -> None:
    ended = recorded.run("history", "满月", "model:veo")
    heading, line = ended.stdout.splitlines()
    assert line.endswith(f"v_1  {FILM}  -  中秋夜，满月")
    assert heading.split("  ")[-4:] == ["ID", "FILE", "REASON", "PROMPT"]
    assert len(heading.split("  ")) == len(line.split("  "))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_newest_comes_first_and_a_limit_is_kept(recorded: Shell) -> None:
    ended = recorded.run("history", "--limit", "2", "--json")
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == ["v_3", "v_2"]
    assert "2 of 3" in ended.stderr


def test_json_holds_what_only_the_history_knows(recorded: Shell) -> None:
    record = json.loads(recorded.run("history", "--json", "满月").stdout)
    known = {"id": "v_1", "gateway": "default", "status": "ready", "state": "saved", "path": FILM}
    assert known.items() <= record.items()
    assert (record["duration"], record["duration_is_observed"]) == (90.0, False)
    assert record["changes"] == [{"at": EPOCH + 90, "status": "ready", "raw_status": "success"}]


@pytest.mark.parametrize("command", ["history", "stats"])
@pytest.mark.parametrize(
    ("words", "reason"), [("nothing", "No video matches: nothing"), ("since:soon", "is no date")]
)
def test_nothing_found_is_a_failure(recorded: Shell, command: str, words: str, reason: str) -> None:
    ended = recorded.run(command, words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert reason in ended.stderr


def test_the_figures_of_today_are_those_of_today(recorded: Shell) -> None:
    figures = json.loads(recorded.run("stats", "--json", "today").stdout)
    assert (figures["videos"], figures["saved"], figures["lost"]) == (1, 0, 0)


def test_stats_print_counts_durations_and_costs(recorded: Shell) -> None:
    ended = recorded.run("stats")
    assert ended.returncode == 0
    assert "saved 1, lost 0" in ended.stdout
    assert "spent 0.50 USD · for failed and lost ones 0.50" in ended.stdout
    assert "1:30" in ended.stdout


def test_a_damaged_history_is_reported_and_begun_anew(recorded: Shell) -> None:
    (recorded.home / HISTORY_FILE).write_bytes(b"damaged")
    ended = recorded.run("history")
    assert ended.returncode == 1
    assert "The history was damaged." in ended.stderr
    assert "Nothing was watched yet." in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pty is needed")
def test_on_a_terminal_no_line_wraps(recorded: Shell) -> None:
    with terminal("history", environ=recorded.environ, columns=70) as typed:
        assert typed.exit_status() == 0
        lines = [line.rstrip() for line in typed.text().splitlines() if line.strip()]
    assert len(lines) == 4
    assert lines[0].split()[:2] == ["STARTED", "STATUS"]


@pytest.mark.skipif(sys.platform == "win32", reason="a pty is needed")
def test_a_long_list_on_a_terminal_has_one_heading(recorded: Shell) -> None:
    history = History(recorded.home / HISTORY_FILE)
    history.record([seen(f"w_{n}", model="long-name" if n < 9 else "m") for n in range(520)])
    history.close()
    words = ("history", "--limit", "0")
    with terminal(*words, environ=recorded.environ, columns=120, rows=600) as typed:
        assert typed.exit_status() == 0
        lines = [line.rstrip() for line in typed.text().splitlines() if line.strip()]
    assert len(lines) == 1 + 3 + 520
    assert [line for line in lines if line.startswith("STARTED")] == lines[:1]
    at = lines[0].index("MODEL")
    assert {line[at : at + 9].rstrip() for line in lines[1:]} >= {"m", "long-name"}


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are no bytes there")
@pytest.mark.parametrize("command", [("history",), ("stats",), ("status", "--filter")])
def test_words_in_bytes_of_another_encoding_are_read(
    recorded: Shell, command: tuple[str, ...]
) -> None:
    for data in ("满月".encode("gbk"), b"\xff\xfe"):
        ended = recorded.run(*command, os.fsdecode(data))
        assert ended.returncode in (0, 1)
        assert len(ended.stderr.splitlines()) <= 1
    found = recorded.run("history", os.fsdecode("满月".encode("gbk")))
    assert (found.returncode, "v_1" in found.stdout) == (0, True)
