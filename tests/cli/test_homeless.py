"""Without a usable home folder each command prints one line with a next step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("HOME means nothing there", allow_module_level=True)

from tests.support import processes
from tests.support.processes import PYTHON
from tests.support.pty import terminal

NOBODY = """
import pwd

def nobody(_who):
    raise KeyError("no such user")

pwd.getpwuid = pwd.getpwnam = nobody
"""
"""A machine whose password database does not know the user."""
COMMANDS = [["add", "abc"], ["status"], ["status", "abc"], ["download", "abc"]]


def environ(**more: str | None) -> dict[str, str]:
    usual = {
        "PATH": "/usr/bin:/bin",
        "HOME": None,
        "HINGNET_API_KEY": "oh-homeless-0123456789",
        "HINGNET_BASE_URL": "http://127.0.0.1:9",
        **PYTHON,
        "TERM": "xterm",
    }
    return {name: text for name, text in (usual | more).items() if text is not None}


def run(arguments: list[str], **more: str | None) -> tuple[int, str]:
    ended = processes.run(
        *arguments,
        first=NOBODY,
        stdin=subprocess.DEVNULL,
        env=environ(**more),
        cwd="/",
        timeout=60,
        text=True,
    )
    return ended.returncode, ended.stdout + ended.stderr


def is_one_sentence(status: int, output: str) -> bool:
    return status in (1, 2) and output.startswith("hingtui: ") and output.count("\n") == 1


@pytest.mark.parametrize("home", [None, "", "rel", "/nonexistent/me"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_without_a_home_folder_a_command_names_the_variable(
    home: str | None, arguments: list[str]
) -> None:
    status, output = run(arguments, HOME=home)
    assert is_one_sentence(status, output)
    assert "HINGTUI_HOME" in output


@pytest.mark.parametrize("arguments", [[], ["demo"]], ids=["dashboard", "demo"])
def test_without_home_folder_and_terminal_one_line_is_printed(arguments: list[str]) -> None:
    assert is_one_sentence(*run(arguments))


def test_without_a_home_folder_the_dashboard_prints_the_reason() -> None:
    with terminal(environ=environ(HOME="")) as running:
        assert running.exit_status() == 2
        assert b"There is no home folder." in running.raw
        assert b"Traceback" not in running.raw


@pytest.mark.slow
def test_the_demo_runs_without_a_home_folder() -> None:
    with terminal("demo", environ=environ(HOME="")) as running:
        running.shows("generating")
        running.press("q")
        assert running.exit_status() == 0


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", ["HINGTUI_HOME", "HINGTUI_DOWNLOADS"])
def test_the_tilde_of_an_unknown_user_is_reported(
    tmp_path: Path, name: str, arguments: list[str]
) -> None:
    more = {"HOME": str(tmp_path), name: "~nosuchuser/x"}
    status, output = run(arguments, **more)
    assert is_one_sentence(status, output)
    assert f"{name} is ~nosuchuser/x" in output


def test_an_unknown_users_tilde_in_the_config_is_reported(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('downloads = "~nosuchuser/x"\n')
    status, output = run(["status"], HINGTUI_HOME=str(tmp_path))
    assert is_one_sentence(status, output)
    assert "downloads is ~nosuchuser/x" in output


def test_an_unknown_users_tilde_as_output_folder_is_reported(tmp_path: Path) -> None:
    status, output = run(["download", "abc", "-o", "~nosuchuser/x"], HINGTUI_HOME=str(tmp_path))
    assert is_one_sentence(status, output)
    assert "--output is ~nosuchuser/x" in output


def test_an_unwritable_home_folder_is_reported() -> None:
    status, output = run(["add", "abc"], HOME="/proc")
    assert is_one_sentence(status, output)
    assert "Set HINGTUI_HOME to a folder" in output
