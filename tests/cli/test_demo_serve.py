"""`hingtui demo --serve` as a real process, for commands in other terminals."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import tomllib

import pytest

from tests.support.shell import Shell
from tests.support.waiting import TIMEOUT


@pytest.mark.usefixtures("interruptible")
def test_demo_serve_prints_what_other_terminals_need(bare: Shell) -> None:
    serving = bare.start("demo", "--serve", "--videos", "12")
    try:
        assert serving.stdout is not None
        lines = list(iter(serving.stdout.readline, "# hingtui status\n"))
        script = "".join(lines) + 'env; cat "$HINGTUI_HOME/config.toml"; rm -r "$HINGTUI_HOME"'
        shell = ["/bin/sh", "-c", script]
        pasted = subprocess.run(shell, capture_output=True, text=True, check=True)  # noqa: S603
        names = ("HINGNET_BASE_URL", "HINGNET_API_KEY", "DEMO_RELAY_KEY", "DEMO_ARK_KEY")
        seen = dict(line.partition("=")[::2] for line in pasted.stdout.splitlines())
        exported = {name: seen[name] for name in names}
        assert pasted.stderr == ""
        tables = tomllib.loads(pasted.stdout[pasted.stdout.index("[gateways.") :])
        variables = {table["token_env"] for table in tables["gateways"].values()}
        assert variables == {"DEMO_RELAY_KEY", "DEMO_ARK_KEY"}
        ids = next(line for line in lines if line.startswith("# hingtui add video_")).split()[3:]
        assert len(ids) >= 3
        ended = bare.run("status", "--json", ids[0], **exported)
        assert json.loads(ended.stdout)["status"] != "unknown"
        serving.send_signal(signal.SIGINT)
        rest = serving.communicate(timeout=TIMEOUT)
        assert (serving.returncode, rest) == (130, ("", ""))
    finally:
        serving.kill()
        serving.communicate()


def test_a_port_in_use_prints_one_line(bare: Shell) -> None:
    port = bare.server.base_url.rpartition(":")[2]
    ended = bare.run("demo", "--serve", "--port", port)
    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_named(bare: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = bare.run("demo", "--serve", "--port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"hingtui: Port {port} cannot be used: ")
