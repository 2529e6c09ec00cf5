"""What every command has in common: help, usage, language, imports and standard streams."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hingtui import __version__
from tests.support.shell import Shell, job, shell
from tests.support.waiting import TIMEOUT


def test_an_unknown_shell_is_answered_with_the_shells_only(bare: Shell) -> None:
    ended = bare.run("completions", "tcsh")
    assert ended.returncode == 2
    assert ended.stderr.endswith("(choose from 'bash', 'zsh', 'fish')\n")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_neither_textual_nor_httpx(bare: Shell, option: str) -> None:
    ended = bare.python("-X", "importtime", "-m", "hingtui", option)
    assert ended.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert not imported & {"textual", "rich", "httpx", "asyncio", "platformdirs"}
    assert ("usage: hingtui" if option == "--help" else f"hingtui {__version__}\n") in ended.stdout


def test_commands_do_not_import_textual(bare: Shell) -> None:
    program = (
        "import sys; from hingtui.cli.parser import main; "
        "status = main(['status', 'video_ready']); "
        "sys.exit(f'{status} {\"textual\" in sys.modules}')"
    )
    ended = bare.python("-c", program)
    assert ended.stderr == "0 False\n"


def test_help_is_translated_to_chinese(bare: Shell) -> None:
    ended = bare.run("--help", HINGTUI_LANG="zh", PYTHONUTF8="1")
    assert ended.returncode == 0
    for english in ("usage", "options", "show this help", "add videos"):
        assert english not in ended.stdout
    assert "用法" in ended.stdout


def test_chinese_is_escaped_on_an_ascii_output(tmp_path: Path) -> None:
    with shell(tmp_path, job("ready")) as typed:
        ended = typed.run("status", "video_ready", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "\\u51b0" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["add"],
        ["download"],
        ["status", "--colour"],
        ["demo", "--videos", "many"],
        ["demo", "--videos", "-1"],
        ["demo", "--serve", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_wrong_usage_prints_the_usage(bare: Shell, arguments: list[str]) -> None:
    ended = bare.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("usage: hingtui")
    assert "_count" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [([], "hingtui status --json"), (["demo", "--videos", "0"], "hingtui demo --serve")],
    ids=["dashboard", "demo"],
)
def test_without_a_terminal_the_dashboard_prints_one_line(
    bare: Shell, arguments: list[str], way_out: str
) -> None:
    ended = bare.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs a terminal" in ended.stderr
    assert ended.stderr.endswith(f"{way_out}\n")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as a shell's <&- does")
def test_with_standard_input_closed_the_dashboard_prints_one_line(bare: Shell) -> None:
    program = "import os, sys; os.close(0); os.execv(sys.executable, sys.argv[1:])"
    ended = bare.python("-c", program, sys.executable, "-m", "hingtui")
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["status", "video_ready"]], ids=" ".join)
def test_a_closed_output_pipe_is_no_crash(bare: Shell, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        writer = bare.start(*arguments, stdout=gone)
        _out, err = writer.communicate(timeout=TIMEOUT)
    assert (writer.returncode, err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_fails(bare: Shell) -> None:
    with Path("/dev/full").open("w") as full:
        writer = bare.start("status", "video_ready", stdout=full)
        _out, err = writer.communicate(timeout=TIMEOUT)
    assert writer.returncode == 1
    assert len(err.splitlines()) == 1
    assert "No space left" in err
