"""`hingtui doctor` as a process: what it prints where, its exit status, and its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hingtui.cli.doctor.run import doctor
from hingtui.system.clock import Clock
from tests.servers.gateway import TOKEN, Gateway
from tests.servers.hostile import HostileGateway
from tests.servers.sockets import HANG, FaultServer
from tests.support.hostile_text import EVERYTHING, cells_of, harm_in
from tests.support.processes import run, start
from tests.support.pty import clean_environ
from tests.support.waiting import wait_until

FIELDS = ["check", "gateway", "state", "message", "next_step", "details"]


def environ_of(home: Path, base_url: str, **more: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return clean_environ(home, HINGNET_BASE_URL=base_url, HINGNET_API_KEY=TOKEN, **more)


def test_a_healthy_machine_ends_with_0_and_json_lines(home: Path) -> None:
    with Gateway(Clock()) as gateway:
        gateway.video("video_1")
        done = run("doctor", "--json", env=environ_of(home, gateway.url))
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    problems = [check for check in checks if check["state"] == "problem"]
    assert (done.returncode, problems, done.stderr) == (0, [], b"")
    assert all(list(check) == FIELDS for check in checks)
    names = {check["check"] for check in checks}
    assert {"versions", "settings", "token", "api", "list", "clock", "proxy"} <= names
    assert {"certificates", "folder", "watchlist", "terminal"} <= names
    assert {check["gateway"] for check in checks} == {None, "default"}
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_problems_are_listed_without_private_words(home: Path, language: str) -> None:
    with Gateway(Clock(), token="oh-another-token-1") as gateway:
        environ = environ_of(home, gateway.url, HINGTUI_LANG=language, USER="zhangwei")
        config = 'max_downloads = 0\n[gateways.lab]\nbase_url = "http://127.0.0.1:1"\n'
        (home / "config.toml").write_text(config)
        (home / "watchlist.toml").write_text("oops")
        done = run("doctor", env=environ | {"HINGTUI_DOWNLOADS": "/home/zhangwei/videos"})
    text = done.stdout.decode()
    assert done.returncode == 1
    assert max(map(cells_of, text.splitlines())) <= 80
    for word in (TOKEN, TOKEN[:8], str(home), "zhangwei"):
        assert word not in text
    for word in ("max_downloads", "default", "lab", "127.0.0.1:1", "~/watchlist.toml"):
        assert word in text
    assert text.splitlines()[-1].startswith("4 ")


def test_ctrl_c_ends_it_cleanly(home: Path) -> None:
    with FaultServer(lambda _: HANG) as server:
        environ = environ_of(home, server.url)
        with start(
            "doctor", env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            wait_until(lambda: server.requests, "the gateway is asked")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_gateway_that_hangs_ends_the_run_in_time(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer(lambda _: HANG) as server, Gateway(Clock()) as gateway:
        environ = environ_of(home, server.url)
        config = f'[gateways.lab]\nbase_url = "{gateway.url}"\ntoken_env = "HINGNET_API_KEY"\n'
        (home / "config.toml").write_text(config)
        began = time.monotonic()
        status = doctor(environ, as_json=True, within=1.5)
        assert time.monotonic() - began < 10
    checks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    problems = [check for check in checks if check["state"] == "problem"]
    assert status == 1
    assert [(check["gateway"], check["check"]) for check in problems] == [("default", "api")]
    assert "within 2 seconds" in problems[0]["message"]
    assert any(check["gateway"] == "lab" and check["check"] == "list" for check in checks)


@pytest.mark.parametrize("denies", [False, True])
def test_hostile_words_of_a_gateway_do_no_harm(
    home: Path, capsys: pytest.CaptureFixture[str], denies: bool
) -> None:
    with HostileGateway(EVERYTHING) as gateway:
        gateway.denies = denies
        doctor(gateway.environ(home), as_json=False)
    text = capsys.readouterr().out
    assert "Gateway default" in text
    assert not harm_in(text, has_lines=True)
    assert max(map(cells_of, text.splitlines())) <= 80


if sys.platform != "win32":
    from tests.support.pty import terminal

    def test_on_a_terminal_no_line_wraps_and_nothing_stays(home: Path) -> None:
        with Gateway(Clock()) as gateway:
            environ = environ_of(home, gateway.url)
            with terminal("doctor", environ=environ, columns=70, rows=70) as running:
                running.until(lambda text: "All is well" in text, "the last line")
                assert running.exit_status() == 0
                lines = running.text().splitlines()
        assert lines[0].startswith("✓ ok")
        assert max(map(cells_of, lines)) <= 70
        assert "checking" not in "".join(lines)
