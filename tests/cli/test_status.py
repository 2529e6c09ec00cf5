"""`hingtui status` as a real process: standard output, standard error and exit status."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from hingtui.storage.watchlist.entry import Entry
from tests.support.shell import WORDS, Shell, job, shell


def test_the_table_shows_the_status_of_each_watched_video(tmp_path: Path) -> None:
    states = ("queued", "generating", "ready", "failed", "expired")
    with shell(tmp_path, *(job(state) for state in states)) as typed:
        typed.watchlist.change(add=[Entry(f"video_{state}", 1.0) for state in states])
        ended = typed.run("status")
    assert (ended.returncode, ended.stderr) == (0, "")
    head, *rows = (re.split(r"  +", line) for line in ended.stdout.splitlines())
    assert head == ["ID", "STATUS", "PROGRESS", "EXPIRES", "MODEL", "PROMPT"]
    words = ["queued", "processing", "success", "failed", "expired"]
    assert [row[:2] for row in rows] == [
        [f"video_{state}", word] for state, word in zip(states, words, strict=True)
    ]
    _id, _word, progress, expires, *described = rows[2]
    assert (progress, described) == ("100%", ["sora-2", "冰镇汽水广告"])
    assert re.fullmatch(r"59:\d\d", expires)


def test_each_json_line_has_the_documented_fields(tmp_path: Path) -> None:
    jobs = [
        job("queued"),
        job("generating", vocabulary="openai"),
        job("ready"),
        job("failed"),
        job("expired"),
        job("ready", "video_openai", vocabulary="openai"),
    ]
    with shell(tmp_path, *jobs) as typed:
        ended = typed.run("status", "--json", *(known.id for known in jobs))
    assert (ended.returncode, ended.stderr) == (0, "")
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["id"] for one in records] == [known.id for known in jobs]
    for one in records:
        assert {word: one[word] for word in WORDS if not isinstance(one[word], WORDS[word])} == {}
    statuses = ["queued", "generating", "ready", "failed", "expired", "ready"]
    assert [one["status"] for one in records] == statuses
    failed = records[3]
    assert failed["error"] == {"code": "content_policy", "message": "提示词未通过审核"}
    ready = records[2]
    assert (ready["raw_status"], ready["progress"], ready["seconds"]) == ("success", 100, 4)
    assert ready["expires_at"] - ready["completed_at"] == 3600
    assert not (typed.home / "watchlist.toml").exists()


def test_an_unknown_id_is_reported_and_fails(bare: Shell) -> None:
    ended = bare.run("status", "--json", "video_ready", "video_nobody")
    assert ended.returncode == 1
    assert [json.loads(line)["status"] for line in ended.stdout.splitlines()] == [
        "ready",
        "unknown",
    ]
    assert ended.stderr.startswith("video_nobody: The gateway does not know this id (yet).")


def test_status_of_an_empty_watchlist_succeeds(bare: Shell) -> None:
    ended = bare.run("status")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Nothing is watched" in ended.stderr


def test_an_empty_standard_input_does_not_mean_all_watched_ids(bare: Shell) -> None:
    bare.watchlist.change(add=[Entry("video_ready", 1.0)])
    for command in ("status", "download"):
        ended = bare.run(command, "-", given="\n")
        assert ended.returncode == 1
        assert "No id was found" in ended.stderr
    assert not bare.server.requests


@pytest.mark.parametrize("command", ["status", "download"])
def test_an_invalid_id_is_refused_before_any_request(bare: Shell, command: str) -> None:
    ended = bare.run(command, "video_ready", "status=queued")
    assert (ended.returncode, ended.stderr) == (1, "hingtui: Not an id: status=queued\n")
    assert not bare.server.requests


def test_without_a_token_the_error_names_the_variable(bare: Shell) -> None:
    remote = "https://gateway.example"  # a server on this machine is asked without a token
    ended = bare.run("status", "video_ready", HINGNET_API_KEY="", HINGNET_BASE_URL=remote)
    assert ended.returncode == 1
    assert "HINGNET_API_KEY" in ended.stderr


def test_a_refused_token_prints_the_gateways_message(bare: Shell) -> None:
    wrong = "oh-wrong-0123456789"
    ended = bare.run("status", "--json", "video_ready", HINGNET_API_KEY=wrong)
    assert ended.returncode == 1
    assert "无效的令牌" in ended.stderr
    assert wrong not in ended.stdout + ended.stderr


def test_an_unreachable_gateway_is_reported_quickly(tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        pass  # the port is closed now
    began = time.monotonic()
    ended = typed.run("status", "video_one1")
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr
    assert time.monotonic() - began < 10


def test_plain_http_to_another_machine_is_refused(bare: Shell) -> None:
    ended = bare.run("status", "video_one1", HINGNET_BASE_URL="http://gateway.example")
    assert ended.returncode == 1
    assert "HINGNET_BASE_URL" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_status_prints_no_control_characters(tmp_path: Path) -> None:
    prompt = "a\x1b]52;c;aGk=\x07\x9b31m\u202eb\nnext"
    with shell(tmp_path, job("ready", prompt=prompt)) as typed:
        ended = typed.run("status", "video_ready")
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == 2
    assert not set(ended.stdout) & set("\x07\x9b\u202e")
