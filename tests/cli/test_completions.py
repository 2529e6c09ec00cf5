"""The completions, as bash, zsh and fish really carry them out, where they are installed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hingtui.cli.arguments import SHELLS, make_parser
from hingtui.cli.completions import bash, fish, zsh
from hingtui.cli.completions.parser_words import commands_of
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry
from tests.support.processes import ROOT
from tests.support.pty import clean_environ
from tests.support.waiting import TIMEOUT

CONFIG = """
[gateways.lab]
base_url = "https://lab.example"
[gateways.home]
base_url = "https://home.example"
"""
SCRIPTS = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}

every_shell = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(
            name, marks=pytest.mark.skipif(shutil.which(name) is None, reason="not installed")
        )
        for name in SHELLS
    ],
)


class Typist:
    """Types a line in one of the shells, and reads what it offers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "bin" / "hingtui"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hingtui "$@"\n')
        program.chmod(0o755)
        environ = clean_environ(folder, PYTHONPATH=str(ROOT))
        environ["PATH"] = f"{program.parent}{os.pathsep}{environ['PATH']}"
        self.environ = environ

    def offered(self, shell: str, line: str) -> set[str]:
        """What the shell offers for the last word of `line`."""
        script = self.folder / f"completion.{shell}"
        script.write_text(SCRIPTS[shell](commands_of(make_parser())))
        return {"bash": self._bash, "zsh": self._zsh, "fish": self._fish}[shell](script, line)

    def _run(self, *command: str) -> str:
        ended = subprocess.run(  # noqa: S603
            command,
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        assert ended.stderr == ""
        return ended.stdout

    def _bash(self, script: Path, line: str) -> set[str]:
        program = (
            'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hingtui "$1";'
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        words = line.split(" ")
        return set(self._run("bash", "--norc", "-c", program, "-", str(script), *words).split())

    def _fish(self, script: Path, line: str) -> set[str]:
        program = 'source $argv[1]; complete -C "$argv[2]"'
        lines = self._run("fish", "--no-config", "-c", program, str(script), line).splitlines()
        return {offered.partition("\t")[0] for offered in lines}

    def _zsh(self, script: Path, line: str) -> set[str]:
        """Type into a zsh on a terminal, whose completion list is printed word by word."""
        setup = self.folder / "setup.zsh"
        setup.write_text(
            "autoload -Uz compinit; compinit -u -D\n"
            f"source {script}\n"
            'compadd() { local -a _matched; builtin compadd -O _matched "$@"; '
            'print -rl -- $_matched >> "$OFFERED"; builtin compadd "$@" }\n'
            "PS1='%%'\nbindkey '^I' complete-word\n"
            'list() { zle complete-word; print DONE >> "$OFFERED" }\n'
            "zle -N list; bindkey '^X' list\nprint READY >> \"$OFFERED\"\n"
        )
        offered = self.folder / "offered"
        offered.write_text("")
        environ = self.environ | {"OFFERED": str(offered)}
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], environ)  # noqa: S606, S607
        try:
            os.write(terminal, f"source {setup}\n".encode())
            _read_until(terminal, offered, "READY")
            os.write(terminal, f"{line}\x18".encode())
            _read_until(terminal, offered, "DONE")
        finally:
            os.close(terminal)
            os.waitpid(pid, 0)
        return set(offered.read_text().split()) - {"READY", "DONE"}


def _read_until(terminal: int, file: Path, word: str) -> None:
    """Read what a terminal shows until `word` stands in `file`."""
    end = time.monotonic() + TIMEOUT
    shown = b""
    while word not in file.read_text().split():
        assert time.monotonic() < end, shown.decode(errors="replace")
        if select.select([terminal], [], [], 0.05)[0]:
            with suppress(OSError):
                shown += os.read(terminal, 65536)


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    (tmp_path / "config.toml").write_text(CONFIG)
    names = ("video_1", "video_2", "$(touch${IFS}carried_out)", "`touch carried_out`")
    Watchlist(tmp_path / "watchlist.toml").change(add=[Entry(name, 1.0) for name in names])
    yield Typist(tmp_path)
    assert not (tmp_path / "carried_out").exists()


@every_shell
def test_a_shell_completes_commands_and_options(shell: str, typist: Typist) -> None:
    assert typist.offered(shell, "hingtui do") == {"doctor", "download"}
    assert "--until-done" in typist.offered(shell, "hingtui watch --")


@every_shell
def test_a_shell_completes_gateways_and_watched_ids(shell: str, typist: Typist) -> None:
    assert typist.offered(shell, "hingtui add --gateway ") == {"home", "lab"}
    assert typist.offered(shell, "hingtui status video") == {"video_1", "video_2"}


@pytest.mark.slow
@every_shell
def test_a_shell_completes_the_names_of_shells_and_folders(shell: str, typist: Typist) -> None:
    assert typist.offered(shell, "hingtui completions ") == set(SHELLS)
    assert {name.rstrip("/") for name in typist.offered(shell, "hingtui download -o b")} == {"bin"}


def test_every_option_of_every_command_is_completed() -> None:
    commands = commands_of(make_parser())
    assert len(commands) > 10
    for shell, script in SCRIPTS.items():
        text = script(commands)
        for command in commands:
            assert command.name in text
            for option in command.options:
                typed = option.names[-1].lstrip("-") if shell == "fish" else option.names[-1]
                assert typed in text, (shell, typed)


def test_the_command_prints_the_script(typist: Typist) -> None:
    printed = typist._run(str(typist.folder / "bin" / "hingtui"), "completions", "bash")
    assert printed == bash.script(commands_of(make_parser()))
