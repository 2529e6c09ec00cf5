"""The manual page matches the parser, and man shows it without a warning."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from hingtui.cli.arguments import make_parser
from hingtui.cli.completions.parser_words import commands_of
from tests.tools.manual import PAGE, main, page


def test_the_manual_page_is_current() -> None:
    assert main(["check"]) == 0, "run python3 -m tests.tools.manual"


def test_the_manual_page_names_every_option() -> None:
    text = page().replace("\\-", "-")
    for command in commands_of(make_parser()):
        assert all(option.names[-1] in text for option in command.options if option.value)


@pytest.mark.skipif(shutil.which("man") is None, reason="needs man")
def test_man_shows_the_page_without_a_warning() -> None:
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    command = ["man", "--warnings=w", "-l", str(PAGE)]
    ended = subprocess.run(command, env=environ, capture_output=True, check=True)  # noqa: S603
    assert ended.stderr == b""
    assert b"hingtui download" in ended.stdout
